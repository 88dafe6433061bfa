"""Pages of paper by Typst: what every template may import, and how they become a PDF."""
