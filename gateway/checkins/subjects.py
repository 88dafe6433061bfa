"""Whom staff mean: a user, an entry of the roster, a printed code, a personal code, or a guest. Pure.

`attempts.py` makes an attempt of it. Of entries, printed codes and guests the activity service says as whom they check
in (`batch.py`); the others are known by what was sent.
"""

import re
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from domainkit import person_codes
from domainkit.guest_ids import guest_id, is_guest
from domainkit.person_codes import PersonKeys
from gateway.checkins.decoding import MAXIMUM_TOKEN_BYTES
from gateway.http.fields import identifier
from protos.activity.v1 import door_pb2
from servicekit import plain_text
from servicekit.errors import PermissionDeniedError, invalid

_PHONE_TAIL = re.compile(r"([0-9]{4})?", re.ASCII)
NOBODY = bytes(16)
_WAYS = ("user_id", "roster_entry_id", "entry_code", "person_token", "guest")

MAXIMUM_NAME = 64
ShortText = Annotated[str, Meta(max_length=64)]


class Guest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """Somebody who is not on the roster and has no WeChat."""

    id: Annotated[str, Meta(description="A UUIDv7, made on the staff's phone; or as it was told since.")]
    name: Annotated[str, Meta(max_length=MAXIMUM_NAME, description="May be empty of one who is known.")] = ""
    phone_tail: Annotated[str, Meta(max_length=4, description="The last four digits of their phone; may be empty.")] = (
        ""
    )


class Meant(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One person whom staff mean, in exactly one of five ways."""

    attempt_id: Annotated[str, Meta(description="A UUIDv7, made on the phone before the first send.")]
    user_id: Annotated[str, Meta(description="A user; never the caller.")] = ""
    roster_entry_id: Annotated[ShortText, Meta(description="An entry of the activity's roster.")] = ""
    entry_code: Annotated[ShortText, Meta(description="As printed on a label.")] = ""
    person_token: Annotated[str, Meta(max_length=MAXIMUM_TOKEN_BYTES, description="What their phone shows.")] = ""
    guest: Guest | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom staff mean, as far as the gateway can tell.

    Attributes:
        user_id: NOBODY where only the activity service can tell.
        person_token: By which they showed it themselves.
        said: What was sent of them, the same for every retry; empty for a user.
        asked: What the activity service is asked, where it is.
    """

    user_id: bytes = NOBODY
    person_token: str = ""
    said: str = ""
    asked: door_pb2.Subject | None = None


def subject_of(meant: Meant, activity_id: bytes, actor_id: bytes, keys: PersonKeys) -> Subject:
    """Whom staff mean.

    Raises:
        InvalidArgumentError: They say it in no way, in two, or wrongly; names the field.
        PersonCodeError: The code is not of that person for this activity.
        PermissionDeniedError: The actor means themselves.
    """
    ways = [way for way in _WAYS if getattr(meant, way)]
    if not ways:
        raise invalid("user_id", f"is missing: whom to check in, by one of {', '.join(_WAYS)}")
    if len(ways) > 1:
        raise invalid(ways[1], f"comes with {ways[0]}: say in one way who it is")
    subject = _READERS[ways[0]](meant, activity_id, keys)
    require_another(subject.user_id, actor_id)
    return subject


def require_another(user_id: bytes, actor_id: bytes) -> None:
    """Returns when somebody is not the actor.

    Raises:
        PermissionDeniedError: They are.
    """
    if user_id == actor_id:
        raise PermissionDeniedError("nobody checks themselves in as staff; scan the QR, or ask somebody else")


def _user(meant: Meant, activity_id: bytes, keys: PersonKeys) -> Subject:
    user_id = identifier("user_id", meant.user_id)
    return Subject(asked=door_pb2.Subject(user_id=user_id)) if is_guest(user_id) else Subject(user_id)


def _entry(meant: Meant, activity_id: bytes, keys: PersonKeys) -> Subject:
    entry_id = identifier("roster_entry_id", meant.roster_entry_id)
    return Subject(said=f"entry:{entry_id.hex()}", asked=door_pb2.Subject(entry_id=entry_id))


def _printed(meant: Meant, activity_id: bytes, keys: PersonKeys) -> Subject:
    return Subject(said=f"printed:{meant.entry_code}", asked=door_pb2.Subject(entry_code=meant.entry_code))


def _shown(meant: Meant, activity_id: bytes, keys: PersonKeys) -> Subject:
    code = person_codes.parse(meant.person_token)
    keys.verify(code, activity_id)
    return Subject(code.user_id, meant.person_token, meant.person_token)


def _guest(meant: Meant, activity_id: bytes, keys: PersonKeys) -> Subject:
    guest = meant.guest
    assert guest is not None
    name = plain_text.tidy(guest.name)
    if name and (wrong := plain_text.fault(name, MAXIMUM_NAME)):
        raise invalid("guest.name", wrong)
    if not _PHONE_TAIL.fullmatch(guest.phone_tail):
        raise invalid("guest.phone_tail", "must be the last four digits of a phone, or empty")
    try:
        known_as = guest_id(identifier("guest.id", guest.id))
    except ValueError as error:
        raise invalid("guest.id", str(error)) from None
    asked = door_pb2.Guest(guest_id=known_as, name=name, phone_tail=guest.phone_tail)
    return Subject(said=f"guest:{known_as.hex()}", asked=door_pb2.Subject(guest=asked))


_READERS = dict(zip(_WAYS, (_user, _entry, _printed, _shown, _guest), strict=True))
