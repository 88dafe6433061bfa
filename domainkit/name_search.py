"""Finding people by what somebody remembers of a name; `miniprogram/core/name_search.js` is the same on the phone."""

import unicodedata


def is_named_like(name: str, query: str) -> bool:
    """Whether a name holds every word of a query, in any order: case, accents, width and spaces mean nothing."""
    squeezed = "".join(_folded(name).split())
    return all(word in squeezed for word in _folded(query).split())


def pairs_of_name(name: str) -> set[str]:
    """Every two neighbouring letters of a name, by which it may be found."""
    return _pairs("".join(_folded(name).split()))


def pairs_of_query(query: str) -> set[str]:
    """The pairs that every name like a query has; a name with all of them need not be like it."""
    return {pair for word in _folded(query).split() for pair in _pairs(word)}


def is_searchable(query: str) -> bool:
    """Whether a query says enough: a word of two Han characters, or of three others."""
    return any(len(word) > 2 or len(word) == 2 and any(map(_is_han, word)) for word in _folded(query).split())


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _is_han(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("CJK UNIFIED")


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
