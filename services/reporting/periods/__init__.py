"""What all reports stand on: which occurrences a period has, and how many came to each."""
