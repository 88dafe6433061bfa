"""antifraud: assesses the evidence of check-ins."""
