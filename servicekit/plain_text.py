"""Text that others will see: nothing in it may change how the text around it is shown."""

import unicodedata

# Control characters, lone surrogates, line and paragraph separators.
_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Embeddings, overrides and isolates turn the text around them (Unicode Standard Annex 9).
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_plain(text: str) -> bool:
    """Whether it is without control characters, line breaks, halves of characters and turned directions."""
    return not any(unicodedata.category(letter) in _CATEGORIES or letter in _BIDIRECTIONAL for letter in text)
