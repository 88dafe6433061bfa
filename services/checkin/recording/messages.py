"""What came in a message: the items in it, whom they come from, and what is certainly wrong with them.

`intake.py` and `drain.py` read every message with it before anything is recorded (rules 10 and 11 of the law).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Generic, TypeVar

from google.protobuf.message import DecodeError, Message

from domainkit.copies import make_canonical
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import LATEST_US
from servicekit.rabbitmq.delivery import Delivery
from services.checkin.queues import PUBLISHER
from services.checkin.recording.store import DECISION_KINDS, NO_ATTEMPT, is_mark

Item = TypeVar("Item", pb.Copy, pb.Decided)
MessageT = TypeVar("MessageT", bound=Message)

_LONGEST_REASON = 500
_ID_SIZES = frozenset({0, 16})
# What a gateway may say without the checkin service; anything else it says is undecided, whatever it claims.
_GATEWAY_REFUSALS = frozenset({"QR_MALFORMED", "QR_SIGNATURE", "QR_EXPIRED", "QR_FUTURE"})


class UntrustedMessageError(Exception):
    """The message cannot be recorded: not a batch, or not from somebody who may say so."""


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """An item and the message it came in; with the cause, if nobody can record it."""

    delivery: Delivery
    item: Item
    cause: str = ""


def to_copies(delivery: Delivery) -> list[Part[pb.Copy]]:
    """The copies of an attempted.v1 message, with no more trust than its publisher has.

    Raises:
        UntrustedMessageError: Not such a message, or from neither checkin nor gateway.
    """
    copies = _opened(delivery, pb.AttemptedBatch, (PUBLISHER, "gateway")).copies
    for copy in copies:
        make_canonical(copy)
    if delivery.user_id == "gateway":
        for copy in copies:
            if not _may_gateway_say(copy):
                copy.judgement = pb.JUDGEMENT_UNDECIDED
    return [Part(delivery, copy, _fault_of_copy(copy)) for copy in copies]


def to_decisions(delivery: Delivery) -> list[Part[pb.Decided]]:
    """The decisions of a decided.v1 message.

    Raises:
        UntrustedMessageError: Not such a message, or not from checkin.
    """
    decisions = _opened(delivery, pb.DecidedBatch, (PUBLISHER,)).decisions
    return [Part(delivery, each, _fault_of_decision(each)) for each in decisions]


def by_message(dead: Iterable[Part[Item]]) -> list[tuple[Delivery, str, list[Item]]]:
    """Each message with something dead in it, why, and just that."""
    groups: dict[int, list[Part[Item]]] = {}
    for part in dead:
        groups.setdefault(part.delivery.tag, []).append(part)
    return [
        (parts[0].delivery, "; ".join(dict.fromkeys(part.cause for part in parts)), [part.item for part in parts])
        for parts in groups.values()
    ]


def _opened(delivery: Delivery, kind: type[MessageT], publishers: Sequence[str]) -> MessageT:
    if delivery.user_id not in publishers:
        raise UntrustedMessageError(f"published by {delivery.user_id!r}, who may not")
    try:
        return kind.FromString(delivery.body)
    except DecodeError as error:
        raise UntrustedMessageError(f"not a {kind.DESCRIPTOR.name}: {error}") from error


def _may_gateway_say(copy: pb.Copy) -> bool:
    refused = copy.judgement == pb.JUDGEMENT_REFUSED
    return refused and len(copy.reasons) == 1 and copy.reasons[0].reason in _GATEWAY_REFUSALS


def _fault_of_copy(copy: pb.Copy) -> str:
    """Why columns would hold something else than this copy; empty where they would not.

    A BINARY column pads what is too short, and JSON knows no infinite numbers.
    """
    if not len(copy.user_id) == len(copy.attempt_id) == len(copy.body_hash) == 16:
        return "a copy without user, attempt or body"
    sizes = len(copy.occurrence_id), len(copy.activity_id), len(copy.organisation_id), len(copy.actor_id)
    if not _ID_SIZES.issuperset(sizes):
        return "an identifier that is none"
    if not (0 < copy.received_at <= LATEST_US and 0 <= copy.effective_at <= LATEST_US >= copy.judged_at >= 0):
        return "a time that is none"
    if not pb.JUDGEMENT_REFUSED <= copy.judgement <= pb.JUDGEMENT_ACCEPTED:
        return "a judgement that is none"
    if not (isfinite(copy.distance_m) and isfinite(copy.accuracy_m)):
        return "a number that is none"
    if copy.reasons and not all(isfinite(n) for reason in copy.reasons for n in reason.numbers.values()):
        return "a number that is none"
    return ""


def _fault_of_decision(each: pb.Decided) -> str:
    identifiers = (each.decision_id, each.occurrence_id, each.user_id, each.attempt_id, each.decided_by)
    if any(len(identifier) != 16 for identifier in identifiers):
        return "an identifier that is none"
    if each.kind not in DECISION_KINDS:
        return "a kind of decision that is none"
    if is_mark(each) and (each.direction, each.pass_no, each.attempt_id) != (pb.DIRECTION_IN, 0, NO_ATTEMPT):
        return "a mark of something else than a person's seat to come in"
    if not _ID_SIZES.issuperset((len(each.activity_id), len(each.organisation_id))):
        return "an identifier that is none"
    if not 0 < each.decided_at <= LATEST_US:
        return "a time that is none"
    return "a reason that is too long" if len(each.reason) > _LONGEST_REASON else ""
