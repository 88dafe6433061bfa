"""The code of an activity, as it is made and as people type it."""

import secrets
import unicodedata

# Without look-alikes (0 O D Q, 1 I L, 2 Z, 5 S, 8 B, U V) and without vowels, so that no code is a word.
CODE_ALPHABET = "CFGHJKMNPRTVWXY34679"
CODE_LENGTH = 6


def new_code() -> str:
    """Six characters that can be read aloud and off a wall; 64 million of them."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def as_typed(text: str) -> str:
    """What somebody typed, without what means nothing: blanks, hyphens, small and full-width letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()


def clean_code(text: str) -> str:
    """A code as typed, in the form in which it was made; anything that cannot be one is empty."""
    code = as_typed(text)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else ""
