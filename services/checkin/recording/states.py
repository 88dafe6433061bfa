"""What is told of a seat once it is recorded: hints, `recorded.v1`, and once more where read models are rebuilt."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from domainkit.buckets import accuracy_bucket, distance_bucket
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import telemetry
from servicekit.clock import now_us
from servicekit.rabbitmq.outbox import OutboxRow
from services.checkin.queues import EXCHANGE, RECORDED
from services.checkin.recording.merged import Merged
from services.checkin.recording.store import MARK_NUMBERS
from services.checkin.rules import merge
from services.checkin.rules.keys import SeatKey
from services.checkin.seats.seats import pack_hints, pack_recorded

HINT = "hint"


def effects_of(merged: Merged, revisions: Mapping[SeatKey, int]) -> list[OutboxRow]:
    """The hints of every seat for Redis, and their states for the projector."""
    if not merged.seats:
        return []
    hints: defaultdict[bytes, bytearray] = defaultdict(bytearray)
    batch = pb.RecordedBatch(recorded_at=now_us())
    for key, seat in merged.seats.items():
        occurrence_id, user_id, direction, _ = key
        annulled = seat.state is merge.SeatState.ANNULLED
        hints[occurrence_id] += pack_recorded(
            user_id, direction, seat.holder, seat.effective_at or 0, revisions[key], annulled
        )
        add_state(batch, key, seat, revisions[key], merged.homes[occurrence_id], merged.told(key), merged.mark(key))
    return [
        OutboxRow.effect(HINT, pack_hints(hints)),
        OutboxRow.message(EXCHANGE, RECORDED, batch.SerializeToString(), type=RECORDED, headers=telemetry.headers()),
    ]


def add_state(
    told: pb.RecordedBatch | pb.ListRecordsResponse,
    key: SeatKey,
    seat: merge.Seat,
    revision: int,
    home: tuple[bytes, bytes],
    winners: Iterable[pb.Copy],
    mark: merge.Decision | None,
) -> None:
    """Adds the state of a seat and of all its attempts, in their order.

    Args:
        home: Activity and organisation of the occurrence; empty while nobody could ask.
        winners: The winning copy of every attempt on the seat, as others read it.
        mark: What staff say the person counts as.
    """
    occurrence_id, user_id, direction, pass_no = key
    state = told.seats.add(
        occurrence_id=occurrence_id,
        user_id=user_id,
        direction=pb.Direction.ValueType(direction),
        pass_no=pass_no,
        state=pb.SeatState.State.ValueType(seat.state),
        holder=seat.holder or b"",
        effective_at=seat.effective_at or 0,
        revision=revision,
    )
    state.activity_id, state.organisation_id = home
    if mark:
        state.mark, state.marked_at, state.marked_by = MARK_NUMBERS[mark.kind], mark.decided_at, mark.decided_by
    for copy in sorted(winners, key=lambda winner: winner.attempt_id):
        state.attempts.add(
            attempt_id=copy.attempt_id,
            outcome=pb.Outcome.ValueType(seat.outcomes[copy.attempt_id]),
            reasons=copy.reasons,
            method=copy.method,
            gate=copy.gate,
            punctuality=copy.punctuality,
            late_by_s=copy.late_by_s,
            received_at=copy.received_at,
            effective_at=copy.effective_at,
            distance_bucket=distance_bucket(copy.distance_m),
            slot_age_bucket=copy.slot_age_bucket,
            accuracy_bucket=accuracy_bucket(copy.accuracy_m),
            is_offline=copy.is_offline,
        )
