"""What waits in an organisation, on a real server: by whom, by activity and by reason, and how much."""

from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.ids import new_id
from services.checkin.recording.record import Recorder
from services.checkin.records.waiting import Sought, Waiting
from tests.factories import a_copy

ME = new_id()


async def pending(recorder: Recorder, organisation_id: bytes, *reasons: str, **changes: object) -> bytes:
    """Records an attempt that waits; returns its id."""
    told = [pb.Reason(reason=reason) for reason in reasons]
    values = {"judgement": pb.JUDGEMENT_PENDING_REVIEW, "organisation_id": organisation_id, "reasons": told}
    copy = a_copy(**values | changes)
    await recorder.record([copy])
    return copy.attempt_id


async def found(waiting: Waiting, sought: Sought, *, is_newest_first: bool = False) -> list[bytes]:
    """All of it, in pages of two."""
    seen: list[bytes] = []
    after = None
    while page := await waiting.page(sought, 2, after, is_newest_first=is_newest_first):
        seen += [stored.copy.attempt_id for stored in page]
        last = page[-1]
        after = last.listed_at, last.copy.attempt_id, last.copy.user_id
    assert await waiting.count(sought, 1000) == len(seen)
    return seen


async def test_it_comes_in_either_order(engine: AsyncEngine, recorder: Recorder) -> None:
    """Of equal times by attempt; without one's own, what is decided, and what is of another organisation."""
    ours = new_id()
    attempts = [await pending(recorder, ours, received_at=10 + at) for at in (1, 1, 2, 3, 3)]
    await pending(recorder, ours, user_id=ME)
    await pending(recorder, ours, judgement=pb.JUDGEMENT_REFUSED)
    await pending(recorder, new_id())
    expected = [*sorted(attempts[:2]), attempts[2], *sorted(attempts[3:])]
    waiting, sought = Waiting(engine), Sought(ours, ME)
    assert await found(waiting, sought) == expected
    assert await found(waiting, sought, is_newest_first=True) == expected[::-1]


async def test_it_is_filtered_by_any_of_its_reasons(engine: AsyncEngine, recorder: Recorder) -> None:
    """By the whole word alone."""
    ours = new_id()
    both = await pending(recorder, ours, "FENCE_OUTSIDE", "LATE", received_at=1)
    late = await pending(recorder, ours, "LATE", received_at=2)
    await pending(recorder, ours, "LATER", received_at=3)
    waiting = Waiting(engine)
    assert await found(waiting, Sought(ours, ME, reason="LATE")) == [both, late]
    assert await found(waiting, Sought(ours, ME, reason="FENCE_OUTSIDE")) == [both]
    assert await found(waiting, Sought(ours, ME, reason="FENCE")) == []


async def test_more_reasons_than_fit_are_cut_between_words(engine: AsyncEngine, recorder: Recorder) -> None:
    """And nothing fails for it."""
    ours, words = new_id(), [f"REASON_{'X' * 30}_{number}" for number in range(9)]
    attempt = await pending(recorder, ours, *words)
    assert await found(Waiting(engine), Sought(ours, ME, reason=words[0])) == [attempt]
    assert await found(Waiting(engine), Sought(ours, ME, reason=words[-1])) == []


async def test_it_is_counted_by_activity(engine: AsyncEngine, recorder: Recorder) -> None:
    """Those with the most first, no more than asked for; and no further than asked for in all."""
    ours, much, little = new_id(), new_id(), new_id()
    for activity_id, is_offline in ((much, True), (much, False), (little, False)):
        await pending(recorder, ours, activity_id=activity_id, is_offline=is_offline)
    waiting, sought = Waiting(engine), Sought(ours, ME)
    counted = await waiting.by_activity(sought, 9)
    assert [(each.activity_id, each.pending, each.pending_offline) for each in counted] == [
        (much, 2, 1),
        (little, 1, 0),
    ]
    assert [each.activity_id for each in await waiting.by_activity(sought, 1)] == [much]
    assert await found(waiting, sought._replace(activity_ids=[little])) != []
    assert await waiting.count(sought, 2) == 2
