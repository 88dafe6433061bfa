"""What a roster says of a person at rest: sealed, and found by keyed indexes of number, phone, and a phone's end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from domainkit.name_search import pairs_of_name, pairs_of_query
from domainkit.pii import Cell, Pii

_SHOWN_DIGITS, TAIL_DIGITS = 3, 4
_PAIR_BYTES = 8


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of one person; `phone` is eleven digits, `extra` goes by heading, and empty is unknown."""

    name: str
    number: str = ""
    phone: str = ""
    note: str = ""
    extra: dict[str, str] = field(default_factory=dict)


# A group, and what is known of somebody in it.
SampleOf: TypeAlias = tuple[str, Said]

_decode = msgspec.json.Decoder(Said).decode
_decode_sample = msgspec.json.Decoder(list[SampleOf]).decode


class Sealing:
    """Seals entries and guests, and indexes what they are found by: indexes of guests are bound to their activity.

    Args:
        pii: Of schema `activity`; its first key seals and indexes, all open and find.
    """

    def __init__(self, pii: Pii) -> None:
        self._pii = pii

    def columns(self, roster_id: bytes, entry_id: bytes, said: Said) -> dict[str, bytes | None]:
        """Of `roster_entries`: `said` and its three indexes."""
        return {
            "said": self.seal(entry_id, said),
            "number_index": self._first(self.by_number(roster_id, said.number)),
            "phone_index": self._first(self.by_phone(roster_id, said.phone)),
            "phone_tail_index": self._first(self.by_phone_tail(roster_id, said.phone[-TAIL_DIGITS:])),
        }

    def seal(self, entry_id: bytes, said: Said) -> bytes:
        """Sealed for this entry, different each time."""
        return self._pii.seal(msgspec.json.encode(said).decode(), _cell(entry_id))

    def open(self, entry_id: bytes, sealed: bytes) -> Said:
        """What was sealed.

        Raises:
            SealedTextError: It is no such text, or the person was erased.
            SealBrokenError: It was sealed for another entry, or under a key that is gone.
        """
        return _decode(self._pii.open(sealed, _cell(entry_id)))

    def seal_sample(self, import_id: bytes, people: Sequence[SampleOf]) -> bytes:
        """What an import shows of its file."""
        return self._pii.seal(msgspec.json.encode(people).decode(), _sample_cell(import_id))

    def open_sample(self, import_id: bytes, sealed: bytes) -> list[SampleOf]:
        """What was sealed; raises as `open` does."""
        return _decode_sample(self._pii.open(sealed, _sample_cell(import_id)))

    def seal_guest(self, activity_id: bytes, guest_id: bytes, said: Said) -> bytes:
        """Sealed for this guest of this activity."""
        return self._pii.seal(msgspec.json.encode(said).decode(), _guest_cell(activity_id, guest_id))

    def open_guest(self, activity_id: bytes, guest_id: bytes, sealed: bytes) -> Said:
        """What was sealed; raises as `open` does."""
        return _decode(self._pii.open(sealed, _guest_cell(activity_id, guest_id)))

    def by_number(self, roster_id: bytes, number: str) -> list[bytes]:
        """As what a number may stand in `number_index`; none for none."""
        return self._indexes(roster_id, "number", number)

    def by_phone(self, roster_id: bytes, phone: str) -> list[bytes]:
        """As what eleven digits may stand in `phone_index`."""
        return self._indexes(roster_id, "phone", phone)

    def by_phone_tail(self, roster_id: bytes, digits: str) -> list[bytes]:
        """As what the last four digits may stand in `phone_tail_index`."""
        return self._indexes(roster_id, "phone_tail", digits)

    def by_name_pair(self, roster_id: bytes, pair: str) -> list[bytes]:
        """As what two neighbouring letters may stand in `roster_name_pairs`; cut short, they find a few too many."""
        return [index[:_PAIR_BYTES] for index in self._indexes(roster_id, "name_pair", pair)]

    def pairs_asked(self, roster_id: bytes, query: str) -> list[list[bytes]]:
        """For each pair of a query as what it may be stored."""
        return [self.by_name_pair(roster_id, pair) for pair in sorted(pairs_of_query(query))]

    def name_pairs(self, roster_id: bytes, name: str) -> set[bytes]:
        """All pairs of a name, as they are stored."""
        return {self.by_name_pair(roster_id, pair)[0] for pair in pairs_of_name(name)}

    def _indexes(self, roster_id: bytes, column: str, value: str) -> list[bytes]:
        return self._pii.blind_indexes(f"{column}|{roster_id.hex()}", value) if value else []

    def _first(self, indexes: list[bytes]) -> bytes | None:
        return indexes[0] if indexes else None


def _cell(entry_id: bytes) -> Cell:
    return Cell("roster_entries", "said", entry_id)


def _guest_cell(activity_id: bytes, guest_id: bytes) -> Cell:
    return Cell("guests", "said", activity_id + guest_id)


def _sample_cell(import_id: bytes) -> Cell:
    return Cell("roster_imports", "sample", import_id)


def masked(phone: str) -> str:
    """Eleven digits as they are told: 138****0000; nothing for none."""
    return f"{phone[:_SHOWN_DIGITS]}****{phone[-TAIL_DIGITS:]}" if phone else ""
