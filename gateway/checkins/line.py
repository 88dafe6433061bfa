"""The line in front of checkin: attempts leave it together, and none of them waits long.

Control comes from `route.py` with one attempt, or from `batch.py` with several of one request. A batch goes to
checkin (`services/checkin/accepting/accept.py`), or to `fallback.py` while checkin is gone.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Any

from opentelemetry.trace import SpanContext

from domainkit.nfc_tags import party_of
from gateway import metrics
from gateway.http.buckets import Drain
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import telemetry
from servicekit.batching import BATCH_SIZE, Linger, NaturalBatcher
from servicekit.breaker import AsyncBreaker
from servicekit.errors import InternalError, Kind, ServiceError, UnavailableError
from servicekit.rpc import client
from servicekit.rpc.status import from_status

log = logging.getLogger(__name__)

# Nobody is answered later than this, whatever is dead: one budget for waiting, checkin and the fallback together.
ANSWER_S = 3.0
_FALLBACK_S = 0.6
_BATCH_S = 2.0
_SLOW_BATCH_S = 1.9
# What a batch that waited long may still cost: so much for checkin, then so much for the fallback.
_LEAST_BATCH_S = 0.3
_LEAST_FALLBACK_S = 0.2
_PROBE_S = 0.5
# A checkin that hangs costs everybody in a batch the whole deadline: few batches may find that out.
_LOST_BATCHES = 2
_MAXIMUM_BATCH = 256
# A batch costs 5 ms of all processes together whatever is in it [measured], so a second one flies only when it is full,
# and what a rush brings is waited for while it comes: 62 -> 102 a batch over 128 connections, p50 69 -> 59 ms.
_MAXIMUM_IN_FLIGHT = 2
_LINGER = Linger(after=32, quiet_s=0.002, at_most_s=0.020)
_MAXIMUM_WAITING = 10_000
_MAXIMUM_WAIT_S = 1.5
# What waited on phones is one party to the batcher's fairness, however many QRs it comes from: the door keeps half.
_OFFLINE = "offline"

_batch_size = BATCH_SIZE.labels("gateway")
_since = attrgetter("since")

Result = pb.Checkin | Exception
Take = Callable[[Sequence[pb.Attempt], float], Awaitable[Sequence[Result]]]


class OverloadedError(UnavailableError):
    """Who comes now would wait longer than a person does."""

    reason = "OVERLOADED"


class WaitedTooLongError(UnavailableError):
    """Whatever is slow took all the time there was; nobody was asked about the attempt."""


class _Item:
    """An attempt in line: since when somebody waits for it, what it is fair to, who may not be twice in a batch."""

    __slots__ = ("attempt", "context", "key", "owner", "since")

    def __init__(self, attempt: pb.Attempt, context: SpanContext | None, since: float) -> None:
        self.attempt = attempt
        self.context = context
        self.since = since
        if attempt.is_offline:
            self.key: str | bytes = _OFFLINE
            self.owner = attempt.user_id + attempt.attempt_id
        else:
            self.key = _party_of(attempt)
            self.owner = attempt.user_id


def _party_of(attempt: pb.Attempt) -> str | bytes:
    """What an attempt is fair to: its activity, by the credential that all of it share."""
    if attempt.actor_id:
        # Each of whom staff scan has a code of their own,
        return attempt.activity_id
    if attempt.method == pb.METHOD_NFC:
        # and a tag that counts never says the same twice.
        return party_of(attempt.token)
    return attempt.token or attempt.code or attempt.activity_id


class Line:
    """Natural batches, a breaker, a fallback, and a limit before the wait gets long.

    Args:
        send: `BatchCreateCheckins` of the stub.
        fall_back: Takes a batch that checkin did not, and how many seconds it has: a result per attempt, or
            BatchLostError.
        drain: Measures how fast the line empties.
    """

    def __init__(self, send: Callable[..., object], fall_back: Take, drain: Drain | None = None) -> None:
        self._rpc = send
        self._fall_back = fall_back
        self._breaker = AsyncBreaker("checkin", fail_max=_LOST_BATCHES, slow_s=_SLOW_BATCH_S, probe=self._probe)
        self._drain = drain or Drain(full=_MAXIMUM_BATCH)
        self._batcher: NaturalBatcher[_Item, pb.Checkin] = NaturalBatcher(
            self._send,
            max_batch=_MAXIMUM_BATCH,
            max_in_flight=_MAXIMUM_IN_FLIGHT,
            worth=_MAXIMUM_BATCH,
            linger=_LINGER,
            max_waiting=_MAXIMUM_WAITING,
            key=lambda item: item.key,
            owner=lambda item: item.owner,
            observe=_observe_batch,
        )
        metrics.WAITING.set_function(lambda: self._batcher.waiting)
        self.drain = self._batcher.drain

    async def submit(self, attempt: pb.Attempt, context: SpanContext | None, since: float) -> pb.Checkin:
        """The record of an attempt.

        Args:
            since: When its request came, by `time.monotonic`: the answer is there ANSWER_S later.

        Raises:
            OverloadedError: The line is too long.
            UnavailableError: Nothing durable could take the attempt in time.
            ServiceError: What checkin said of this attempt.
        """
        if self._drain.wait_s(self._batcher.waiting) > _MAXIMUM_WAIT_S:
            metrics.SHED.inc()
            raise OverloadedError("too many people check in at this moment; try again")
        return await self._batcher.submit(_Item(attempt, context, since))

    async def _send(self, items: list[_Item]) -> Sequence[Result]:
        least_s = _LEAST_FALLBACK_S if self._breaker.is_open else _LEAST_BATCH_S + _LEAST_FALLBACK_S
        earliest = time.monotonic() + least_s - ANSWER_S
        if min(map(_since, items)) >= earliest:
            return await self._take(items)
        in_time = [item for item in items if item.since >= earliest]
        taken = iter(await self._take(in_time) if in_time else ())
        return [next(taken) if item.since >= earliest else _too_late() for item in items]

    async def _take(self, items: Sequence[_Item]) -> Sequence[Result]:
        attempts = [item.attempt for item in items]
        links = [item.context for item in items if item.context is not None]
        due_at = min(map(_since, items)) + ANSWER_S
        started_at = time.monotonic()
        with telemetry.span("checkin batch", links=links, attributes={"checkin.batch_size": len(items)}):
            try:
                results = await self._ask(attempts, due_at)
            except ServiceError as error:
                # Whatever is wrong with a batch as a whole is nobody's in it; items have their own status.
                if error.kind is not Kind.UNAVAILABLE:
                    log.error("checkin refused a batch: %s", error)
                # How long checkin kept us waiting says nothing of how fast the line empties without it.
                started_at = time.monotonic()
                results = await self._fall_back(attempts, max(due_at - started_at, _LEAST_FALLBACK_S))
        self._drain.batch_ended(len(items), started_at)
        return results

    async def _ask(self, attempts: Sequence[pb.Attempt], due_at: float) -> Sequence[Result]:
        request = pb.BatchCreateCheckinsRequest(attempts=attempts)
        async with self._breaker.calling():
            left_s = due_at - _FALLBACK_S - time.monotonic()
            timeout_s = min(max(left_s, _LEAST_BATCH_S), _BATCH_S)
            response: pb.BatchCreateCheckinsResponse = await client.call(self._rpc, request, timeout_s=timeout_s)
        if len(response.results) != len(attempts):
            raise InternalError(f"{len(response.results)} results for {len(attempts)} attempts")
        return [
            result.checkin if result.HasField("checkin") else from_status(result.status) for result in response.results
        ]

    async def _probe(self) -> Any:
        """An empty batch, so that nobody waits out the deadline only to find that checkin still hangs."""
        return await client.call(self._rpc, pb.BatchCreateCheckinsRequest(), timeout_s=_PROBE_S)


def _too_late() -> WaitedTooLongError:
    return WaitedTooLongError("check-ins take too long at this moment; try again")


def _observe_batch(size: int, waited_s: float) -> None:
    _batch_size.observe(size)
    metrics.BATCH_WAIT.observe((waited_s,))
