"""The code of a roster's entry on labels: "QDE1" and ten characters in the QR, XXXXX-XXXXX below it. Pure.

It says the last five bytes of the entry's id, which are random, and a rest of nine by which most slips of a finger are
noticed. It is worth what a look of staff at the person is worth: whoever copies a label has nothing but the label.
"""

from domainkit.codes import CODE_ALPHABET, as_typed

PREFIX = "QDE1"
TAIL_BYTES = 5
LENGTH = 10

_CHECK = 9


def code_of(entry_id: bytes) -> str:
    """The ten characters."""
    tail = int.from_bytes(entry_id[-TAIL_BYTES:], "big")
    number, letters = tail * _CHECK + tail % _CHECK, ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(CODE_ALPHABET))
        letters = CODE_ALPHABET[digit] + letters
    return letters


def printed(code: str) -> str:
    """A code in two halves, as it is read out."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def tail_of(text: str) -> bytes | None:
    """Where the id of an entry ends, of its code as typed or scanned; None of what is no such code."""
    code = as_typed(text)
    code = code.removeprefix(PREFIX) if len(code) == len(PREFIX) + LENGTH else code
    if len(code) != LENGTH or not set(code) <= set(CODE_ALPHABET):
        return None
    number = 0
    for letter in code:
        number = number * len(CODE_ALPHABET) + CODE_ALPHABET.index(letter)
    tail, check = divmod(number, _CHECK)
    is_one = check == tail % _CHECK and tail < 1 << 8 * TAIL_BYTES
    return tail.to_bytes(TAIL_BYTES, "big") if is_one else None
