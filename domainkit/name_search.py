"""Finding people by what somebody remembers of a name; `miniprogram/core/name_search.js` is the same on the phone."""

import unicodedata


def is_named_like(name: str, query: str) -> bool:
    """Whether a name holds every word of a query, in any order: case, accents, width and spaces mean nothing."""
    squeezed = "".join(_folded(name).split())
    return all(word in squeezed for word in _folded(query).split())


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
