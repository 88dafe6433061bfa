"""NFC tags that people touch to check in: what is written to them, which of them live, and when they were last seen."""
