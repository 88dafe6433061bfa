"""What a file would change on a roster. Pure.

A person with a number is who has that number, else who has none and the same name and phone; without a number it is
whoever has the same name and phone, or the same name where the file has no phones. What the file has no column for
stays as it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from servicekit import ids
from services.activity.rosters.entries import HEADINGS, Column, Entry
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.sealing import Said


class Kind(IntEnum):
    """As `roster_import_rows` numbers them."""

    ADDED = 1
    CHANGED = 2
    MISSING = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One entry as it is to be; of one that is missing as it is."""

    kind: Kind
    listed: Listed


def compare(columns: Iterable[Column], people: Sequence[Entry], current: Sequence[Listed]) -> tuple[list[Change], int]:
    """The changes, those in the file in its order and then who is missing, and how many in it change nothing."""
    fields = {column.field for column in columns} & HEADINGS.keys()
    headings = {column.heading for column in columns if column.field == "extra"}
    known = _Known(current, has_phones="phone" in fields)
    new_ids = iter(sorted(ids.new_id() for _ in people))
    changes: list[Change] = []
    for one in people:
        before = known.take(one)
        if before is None:
            said = Said(one.name, one.number, one.phone, one.note, one.extra)
            changes.append(Change(Kind.ADDED, Listed(next(new_ids), said, one.group)))
        elif (after := _merged(before, one, fields, headings)) != before:
            changes.append(Change(Kind.CHANGED, after))
    unchanged = len(people) - len(changes)
    return changes + [Change(Kind.MISSING, one) for one in known.left()], unchanged


class _Known:
    """Who is on a roster, each taken once."""

    def __init__(self, current: Sequence[Listed], *, has_phones: bool) -> None:
        self._left = {one.entry_id: one for one in current}
        self._by_number = {one.said.number: one for one in current if one.said.number}
        self._has_phones = has_phones
        self._by_name: Mapping[tuple[str, str], list[Listed]] = defaultdict(list)
        for one in current:
            self._by_name[self._name(one.said)].append(one)

    def take(self, person: Entry) -> Listed | None:
        """Who this is; None for somebody new."""
        found = self._by_number.get(person.number) if person.number else None
        if found is None:
            named = self._by_name.get(self._name(person), [])
            fits = (one for one in named if one.entry_id in self._left)
            found = next((one for one in fits if not (person.number and one.said.number)), None)
        return self._left.pop(found.entry_id, None) if found else None

    def _name(self, one: Said | Entry) -> tuple[str, str]:
        return one.name, one.phone if self._has_phones else ""

    def left(self) -> Collection[Listed]:
        """Those nobody took."""
        return self._left.values()


def _merged(before: Listed, one: Entry, fields: Collection[str], headings: Collection[str]) -> Listed:
    said = before.said
    kept = {heading: text for heading, text in said.extra.items() if heading not in headings}
    return Listed(
        before.entry_id,
        Said(
            one.name,
            one.number if "number" in fields else said.number,
            one.phone if "phone" in fields else said.phone,
            one.note if "note" in fields else said.note,
            kept | one.extra,
        ),
        one.group if "group" in fields else before.group,
        before.bound,
    )
