"""Exports: files of what history holds, made by the exporter while nobody waits, and kept sealed for a week."""
