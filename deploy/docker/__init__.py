"""The image of every process."""
