"""Text that others will see: nothing in it changes how the text around it is shown, and there is something to see."""

import unicodedata

# Control characters, lone surrogates, line and paragraph separators.
_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Letters that show nothing: the fillers of Hangul, and the Braille pattern without a dot.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# What shows nothing by itself: joiners and other format characters, marks that lean on a letter, blanks.
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs"})
# Embeddings, overrides and isolates turn the text around them (Unicode Standard Annex 9).
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = _BIDIRECTIONAL | _BLANK_LETTERS
# Where a line may break, and that no more: they come along when text is copied, and two names with one look alike.
_WIDTHLESS = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))


def tidy(text: str) -> str:
    """The text as it is kept: composed (NFC), without the white space around it, and without spaces of no width."""
    return unicodedata.normalize("NFC", text.translate(_WIDTHLESS)).strip()


def fault(text: str, longest: int, *, is_required: bool = True) -> str:
    """What is wrong with a text that others will see, with the cure; empty when nothing is."""
    if is_required and not _is_seen(text):
        return f"is required, 1 to {longest} characters that can be seen"
    if len(text) > longest:
        return f"must be at most {longest} characters, not {len(text)}"
    if not is_plain(text):
        return "must not contain control characters, line breaks, invisible letters or broken emoji"
    return ""


def is_plain(text: str) -> bool:
    """Whether it is without control characters, line breaks, halves of characters, blank letters, turned directions."""
    return not any(unicodedata.category(letter) in _CATEGORIES or letter in _REFUSED for letter in text)


def _is_seen(text: str) -> bool:
    return any(unicodedata.category(letter) not in _UNSEEN and letter not in _BLANK_LETTERS for letter in text)
