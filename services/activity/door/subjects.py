"""Whom staff mean: entries of an activity's roster, guests, or users, each as staff at a door see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domainkit import entry_codes
from domainkit.guest_ids import guest_id, is_guest
from protos.activity.v1 import door_pb2 as pb
from servicekit import plain_text
from servicekit.errors import FieldError, InvalidArgumentError, invalid
from services.activity.admission import ID_BYTES
from services.activity.door.guests import Guest
from services.activity.errors import (
    EntryCodeAmbiguousError,
    EntryNotListedError,
    GuestNotFoundError,
    TooManyGuestsError,
)
from services.activity.rosters.entries import MAX_CHARACTERS
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.rosters import Roster
from services.activity.rosters.sealing import TAIL_DIGITS

_SHOWN_OF_NUMBER = 3
_MOST_STARS = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """A subject that can be looked for; one field is set, and a guest without a name is one who is known."""

    entry_id: bytes = b""
    tail: bytes = b""
    guest: Guest | None = None
    user_id: bytes = b""


def read(subject: pb.Subject) -> Meant:
    """What staff say.

    Raises:
        InvalidArgumentError: Names the field at fault, with the cure.
    """
    match subject.WhichOneof("subject"):
        case "entry_id":
            return Meant(entry_id=_id("roster_entry_id", subject.entry_id))
        case "entry_code":
            return Meant(tail=_tail(subject.entry_code))
        case "guest":
            return Meant(guest=_guest(subject.guest))
        case "user_id":
            user_id = _id("user_id", subject.user_id)
            return Meant(guest=Guest(user_id, "")) if is_guest(user_id) else Meant(user_id=user_id)
    raise invalid("user_id", "is missing; say who it is, by an id, a code, or as a guest")


def _id(field: str, said: bytes) -> bytes:
    if len(said) != ID_BYTES:
        raise invalid(field, "must be the text of a UUID")
    return said


def _tail(code: str) -> bytes:
    tail = entry_codes.tail_of(code)
    if tail is None:
        fault = FieldError("entry_code", "must be the ten characters below the QR of a label; compare them")
        raise InvalidArgumentError(f"{fault.field}: {fault.message}", fields=[fault], reason="ENTRY_CODE_MALFORMED")
    return tail


def _guest(said: pb.Guest) -> Guest:
    try:
        made = guest_id(said.guest_id)
    except ValueError as error:
        raise invalid("guest.id", str(error)) from None
    name, phone_tail = plain_text.tidy(said.name), plain_text.tidy(said.phone_tail)
    if name and (fault := plain_text.fault(name, MAX_CHARACTERS)):
        raise invalid("guest.name", fault)
    if phone_tail and not (phone_tail.isascii() and phone_tail.isdecimal() and len(phone_tail) == TAIL_DIGITS):
        raise invalid("guest.phone_tail", f"must be the last {TAIL_DIGITS} digits of a phone, or empty")
    return Guest(made, name, phone_tail)


class Known:
    """Who was found of all that were meant.

    Args:
        quota: How many guests an activity may have.
    """

    def __init__(
        self, roster: Roster | None, listed: Iterable[Listed], guests: Mapping[bytes, Guest], quota: int
    ) -> None:
        # Who was erased is on the roster still, and nobody any more.
        there = [one for one in listed if one.said.name]
        self._roster = roster
        self._by_id = {one.entry_id: one for one in there}
        self._by_user = {one.bound.user_id: one for one in there if one.bound}
        self._guests = guests
        self._quota = quota

    def person(self, meant: Meant) -> pb.DoorPerson:
        """Who it is.

        Raises:
            EntryNotListedError, EntryCodeAmbiguousError, GuestNotFoundError: Nobody, or nobody knows which.
            TooManyGuestsError: There was no room for them.
        """
        if meant.guest:
            return self._guest(meant.guest)
        if meant.user_id:
            one = self._by_user.get(meant.user_id) or self._by_id.get(meant.user_id)
            return self._entry(one) if one else pb.DoorPerson(kind=pb.DoorPerson.KIND_PERSON, user_id=meant.user_id)
        if meant.entry_id:
            found = [self._by_id[meant.entry_id]] if meant.entry_id in self._by_id else []
        else:
            found = [one for one in self._by_id.values() if one.entry_id.endswith(meant.tail)]
        if not found:
            raise EntryNotListedError
        if len(found) > 1:
            raise EntryCodeAmbiguousError
        return self._entry(found[0])

    def _guest(self, meant: Guest) -> pb.DoorPerson:
        kept = self._guests.get(meant.guest_id)
        if kept is None and meant.name:
            raise TooManyGuestsError(self._quota)
        if kept is None:
            raise GuestNotFoundError
        return guest_person(kept)

    def _entry(self, one: Listed) -> pb.DoorPerson:
        assert self._roster
        return entry_person(self._roster, one)


def guest_person(one: Guest) -> pb.DoorPerson:
    """A guest as staff see them."""
    kind = pb.DoorPerson.KIND_GUEST
    return pb.DoorPerson(kind=kind, user_id=one.guest_id, name=one.name, phone_tail=one.phone_tail)


def entry_person(roster: Roster, one: Listed, code_keys: Sequence[bytes] = ()) -> pb.DoorPerson:
    """An entry as staff see it."""
    said = one.said
    shown = ((column.heading, said.extra.get(column.heading, "")) for column in roster.extra if column.is_shown)
    return pb.DoorPerson(
        kind=pb.DoorPerson.KIND_ENTRY,
        user_id=one.bound.user_id if one.bound else one.entry_id,
        entry_id=one.entry_id,
        name=said.name,
        number=masked_number(said.number),
        phone_tail=said.phone[-TAIL_DIGITS:],
        group=one.group,
        extra=[pb.DoorPerson.Extra(heading=heading, value=value) for heading, value in shown if value],
        entry_code=entry_codes.printed(entry_codes.code_of(one.entry_id)),
        code_keys=code_keys,
    )


def masked_number(number: str) -> str:
    """The end of a number, by which two of one name are told apart: ****001; of a short one its last character."""
    shown = number[-_SHOWN_OF_NUMBER:] if len(number) > _SHOWN_OF_NUMBER else number[-1:]
    return "*" * min(len(number) - len(shown), _MOST_STARS) + shown
