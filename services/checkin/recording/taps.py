"""What follows of recorded touches: activity learns when tags were seen, and Redis which readings nobody could check.

An effect of the recorder's outbox: it is repeated until both have heard of it, however long one of them is gone.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import grpc
import msgspec

from domainkit.credentials import checkin_id
from protos.activity.v1 import tags_pb2, tags_pb2_grpc
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import SECOND_US
from servicekit.rabbitmq.outbox import Effect, OutboxRow
from servicekit.rpc import client
from services.checkin.judging.taps import Reading

TAPPED = "tapped"

_TIMEOUT_S = 0.5
# An occurrence is open for 31 days at most.
_LONGEST_US = 31 * 24 * 3600 * SECOND_US
# What one call takes; a batch is smaller.
_TOLD_AT_ONCE = 500


class Tap(NamedTuple):
    """A touch as it was recorded.

    Attributes:
        owner: The id of the attempt's record; empty where the reading is the attempt's for sure.
        is_undecided: Nobody has judged it yet.
    """

    tag_id: bytes
    counter: int
    seen_at: int
    activity_id: bytes
    occurrence_id: bytes
    owner: bytes
    is_undecided: bool = False


_decode = msgspec.msgpack.Decoder(list[Tap]).decode


class CountersPort(Protocol):
    """See `judging.tag_counters.TagCounters`."""

    async def note(self, readings: Sequence[Reading]) -> None:
        """Keeps other attempts from readings that nobody could check; idempotent, raises UnavailableError."""

    async def keep(self, readings: Sequence[Reading]) -> None:
        """The same of those that nobody could judge; they are their attempts' where that can be told."""


def taps_of(copies: Iterable[pb.Copy]) -> list[OutboxRow]:
    """The effect of the touches among these copies; none where there are none."""
    taps = [_tap(copy) for copy in copies if copy.tag_id and copy.occurrence_id]
    return [OutboxRow.effect(TAPPED, msgspec.msgpack.encode(taps))] if taps else []


def tapped_effect(
    tell: Callable[[Sequence[Tap]], Awaitable[None]],
    counters: CountersPort,
    doubt: Callable[[bytes], None],
) -> Effect:
    """Carries it out.

    Args:
        tell: Has activity know of touches.
        doubt: Takes occurrences whose readings could not be checked.
    """

    async def tapped(row: OutboxRow) -> None:
        taps = _decode(row.body)
        await tell(taps)
        owned = [tap for tap in taps if tap.owner]
        if undecided := [_to_reading(tap) for tap in owned if tap.is_undecided]:
            await counters.keep(undecided)
        if unchecked := [tap for tap in owned if not tap.is_undecided]:
            await counters.note([_to_reading(tap) for tap in unchecked])
            for tap in unchecked:
                doubt(tap.occurrence_id)

    return tapped


def teller(channel: grpc.aio.Channel) -> Callable[[Sequence[Tap]], Awaitable[None]]:
    """Has the activity service know of touches; raises ServiceError."""
    stub = tags_pb2_grpc.TagServiceStub(channel)

    async def tell(taps: Sequence[Tap]) -> None:
        for start in range(0, len(taps), _TOLD_AT_ONCE):
            request = tags_pb2.RecordTapsRequest()
            for tap in taps[start : start + _TOLD_AT_ONCE]:
                request.taps.add(tag_id=tap.tag_id, counter=tap.counter, seen_at=tap.seen_at)
            await client.call(stub.RecordTaps, request, timeout_s=_TIMEOUT_S)

    return tell


def _to_reading(tap: Tap) -> Reading:
    return Reading(tap.activity_id, tap.tag_id, tap.counter, tap.owner, tap.seen_at + _LONGEST_US)


def _tap(copy: pb.Copy) -> Tap:
    is_undecided = copy.judgement == pb.JUDGEMENT_UNDECIDED and copy.tag_counter > 0
    is_unsure = is_undecided or any(reason.reason == "NFC_UNCHECKED" for reason in copy.reasons)
    owner = checkin_id(copy.user_id, copy.attempt_id) if is_unsure else b""
    return Tap(
        copy.tag_id, copy.tag_counter, copy.received_at, copy.activity_id, copy.occurrence_id, owner, is_undecided
    )
