"""A kiosk: people check themselves in at a tablet by a door, in the name of the staff member who set it up there."""

from typing import Annotated

import msgspec
from msgspec import Meta

from domainkit import person_codes
from gateway.checkins.answers import Outcome, Punctuality, Reason, Sentence, to_answer
from gateway.checkins.attempts import Kiosk, to_kiosk_attempt
from gateway.checkins.decoding import MAXIMUM_TOKEN_BYTES
from gateway.checkins.subjects import Meant, ShortText
from gateway.clients import ask
from gateway.http.fields import Input, Time, uuid7
from gateway.routes.dependencies import Call, Routes
from gateway.routes.displays import DIRECTION_NAMES, NAMING, DirectionName
from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import RateLimitedError, invalid

routes = Routes("checkin")

_AN_ATTEMPT = {"attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f", "entry_code": "K7MCF-GHJ4R"}
# Of whom else it is nobody's business who they are.
_NAMED = ("accepted", "duplicate", "pending_review", "provisional")


class AtKiosk(Input):
    """What somebody before a kiosk shows or types: one of both codes."""

    attempt_id: Annotated[str, Meta(description="A UUIDv7, made by the kiosk before the first send.")]
    entry_code: Annotated[ShortText, Meta(description="As printed on a label.")] = ""
    person_token: Annotated[str, Meta(max_length=MAXIMUM_TOKEN_BYTES, description="What their phone shows.")] = ""


class KioskPerson(msgspec.Struct):
    """Somebody on the activity's roster, named as the organiser chose for this kiosk."""

    name: Annotated[str, Meta(examples=["王*明"])]
    group: Annotated[str, Meta(examples=["一班"])]


class CameEarlier(msgspec.Struct):
    """When, and where as far as that is known, somebody came before."""

    checked_in_at: Time
    gate: Annotated[str | None, Meta(examples=["北门"])]


class KioskAnswer(msgspec.Struct):
    """What became of it. `person` is null for who is on no roster, was refused, or where the kiosk shows no names."""

    outcome: Outcome
    direction: Annotated[DirectionName, Meta(description="Of the kiosk.")]
    reasons: list[Reason]
    message: Sentence
    person: KioskPerson | None
    checked_in_at: Time | None
    punctuality: Punctuality | None
    late_by_s: int
    earlier: CameEarlier | None


@routes.on("POST", "/v1/displays/checkins", who="display", example=_AN_ATTEMPT)
async def check_in_at_kiosk(call: Call, body: AtKiosk) -> KioskAnswer:
    """Checks in, or out, who shows their personal code or a printed one, as if whoever made this kiosk let them.

    Its attempt_id is the idempotency key: a repeat gets the same answer. A code that is nobody's is a 404
    ENTRY_NOT_LISTED, and after five in a minute printed codes are a 429 ENTRY_CODE_LOCKED. A refused attempt is an
    outcome here, with its reasons.
    """
    if wait_s := call.parts.kiosks.take(call.secret):
        raise RateLimitedError("too many codes at once; go on in a moment", retry_after_s=wait_s)
    async with call.parts.failures.counted(call.address):
        visitor, attempt = await _attempt(call, body)
    return _answer(await call.parts.many.let_in_one(attempt), visitor)


async def _attempt(call: Call, body: AtKiosk) -> tuple[activity_pb2.KioskVisitor, pb.Attempt]:
    """Who stands there, and their attempt.

    Raises:
        UnauthenticatedError: This browser is no kiosk any more.
        PermissionDeniedError: It is another display; or who made it means to check themselves in.
        ServiceError: What was shown is nobody's, or nobody can tell.
    """
    uuid7("attempt_id", body.attempt_id)
    request = _meant(body)
    request.secret = call.secret
    visitor: activity_pb2.KioskVisitor = await ask(call.services.displays.ResolveAtKiosk, request)
    display = visitor.display
    direction = DIRECTION_NAMES.get(display.direction, "in")
    kiosk = Kiosk(display.display_id, display.activity_id, display.created_by, display.gate, direction)
    meant = Meant(attempt_id=body.attempt_id, entry_code=body.entry_code, person_token=body.person_token)
    return visitor, to_kiosk_attempt(meant, kiosk, visitor.user_id, call.received_at, call.parts.keys)


def _meant(body: AtKiosk) -> activity_pb2.ResolveAtKioskRequest:
    """Whom the activity service is asked about; who a personal code says it is, is proven once it says where we are."""
    if body.entry_code and body.person_token:
        raise invalid("person_token", "comes with entry_code: send one of both")
    if body.entry_code:
        return activity_pb2.ResolveAtKioskRequest(entry_code=body.entry_code)
    if body.person_token:
        return activity_pb2.ResolveAtKioskRequest(user_id=person_codes.parse(body.person_token).user_id)
    raise invalid("entry_code", "is missing: send what was typed or scanned, a printed code or a person_token")


def _answer(record: pb.Checkin, visitor: activity_pb2.KioskVisitor) -> KioskAnswer:
    told = to_answer(record)
    checkin, held = told.checkin, record.duplicate_of
    named = NAMING.get(visitor.display.show_names)
    is_named = named is not None and visitor.name and checkin.outcome in _NAMED
    return KioskAnswer(
        checkin.outcome,
        DIRECTION_NAMES.get(visitor.display.direction, "in"),
        checkin.reasons,
        told.message,
        KioskPerson(named(visitor.name), visitor.group) if named and is_named else None,
        checkin.checked_in_at,
        checkin.punctuality,
        checkin.late_by_s,
        CameEarlier(to_rfc3339(held.checked_in_at), held.gate or None) if record.HasField("duplicate_of") else None,
    )
