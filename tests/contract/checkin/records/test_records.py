"""Reads of records on a real server: histories, changes, cases for review, and what read models are rebuilt from."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.credentials import checkin_id
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit.clock import now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from services.checkin.recording import transactions
from services.checkin.recording.record import Recorder
from services.checkin.records.cursor import OVERLAP_US, Changes
from services.checkin.records.records import Records
from services.checkin.rules.merge import Outcome, ReviewState
from services.checkin.rules.standing import Move, standing
from services.checkin.tables import inbox, outbox, seats
from tests.factories import SECOND_US, STARTS_AT, a_copy, an_occurrence


@pytest.fixture
def records(engine: AsyncEngine) -> Records:
    """What is under test."""
    return Records(engine)


def pending(**changes: object) -> pb.Copy:
    """A copy that waits for a human."""
    return a_copy(**{"judgement": pb.JUDGEMENT_PENDING_REVIEW, "reasons": [pb.Reason(reason="LATE")], **changes})


async def list_for_review(engine: AsyncEngine, *copies: pb.Copy, state: ReviewState = ReviewState.PENDING) -> None:
    """Puts attempts on the reviewers' list, as the recorder does."""
    async with transactions.begin(engine, Outbox(engine, outbox, {})) as transaction:
        await transaction.write_reviews([(copy, state) for copy in copies])


async def rule(
    engine: AsyncEngine, copy: pb.Copy, kind: int, *, sequence: int = 1, is_stale: bool = False, by: bytes = b""
) -> bytes:
    """Stores a decision on an attempt; returns its id."""
    decided = pb.Decided(
        decision_id=new_id(), kind=pb.DecisionKind.ValueType(kind), occurrence_id=copy.occurrence_id,
        user_id=copy.user_id, direction=copy.direction, attempt_id=copy.attempt_id,
        decided_at=STARTS_AT + sequence * SECOND_US, decided_by=by or new_id(), saw_revision=1, reason="看过现场录像",
    )  # fmt: skip
    async with transactions.begin(engine, Outbox(engine, outbox, {})) as transaction:
        await transaction.insert_decisions([(decided, sequence, is_stale)])
    return decided.decision_id


async def test_a_record_tells_its_revision_and_history(
    recorder: Recorder, engine: AsyncEngine, records: Records
) -> None:
    """When it came, when completion judged it, and what humans decided, stale ones included."""
    undecided = a_copy(judgement=pb.JUDGEMENT_UNDECIDED)
    judged = pb.Copy()
    judged.CopyFrom(undecided)
    judged.judgement, judged.judged_at = pb.JUDGEMENT_PENDING_REVIEW, STARTS_AT + 1
    await recorder.record([undecided])
    await recorder.record([judged])
    await rule(engine, undecided, pb.DECISION_KIND_APPROVE, sequence=1, is_stale=True)
    await rule(engine, undecided, pb.DECISION_KIND_APPROVE, sequence=2)

    stored = await records.get(undecided.user_id, checkin_id(undecided.user_id, undecided.attempt_id))

    assert stored is not None
    assert (stored.outcome, stored.record().revision) == (Outcome.ACCEPTED, 2)
    told = [(event.kind, event.at, event.is_stale) for event in stored.history()]
    assert told == [
        (pb.Event.KIND_RECEIVED, STARTS_AT, False),
        (pb.Event.KIND_COMPLETED, STARTS_AT + 1, False),
        (pb.Event.KIND_APPROVED, STARTS_AT + SECOND_US, True),
        (pb.Event.KIND_APPROVED, STARTS_AT + 2 * SECOND_US, False),
    ]
    assert stored.history()[-1].reason == "看过现场录像"


async def test_a_record_is_its_persons_alone(recorder: Recorder, records: Records) -> None:
    """Another person does not find it by its id; a reviewer does."""
    copy = a_copy()
    await recorder.record([copy])
    identifier = checkin_id(copy.user_id, copy.attempt_id)
    assert await records.get(new_id(), identifier) is None
    assert list(await records.find([identifier, new_id()])) == [identifier]


async def test_staff_at_a_door_see_what_a_person_did(recorder: Recorder, records: Records) -> None:
    """Both ways, by whom and where; what others did, and what they did elsewhere, is not among it."""
    staff, home = new_id(), {"user_id": new_id(), "occurrence_id": new_id()}
    came = a_copy(**home, gate="北门", is_staff=True, method=pb.METHOD_STAFF, actor_id=staff)
    left = a_copy(**home, direction=pb.DIRECTION_OUT, effective_at=STARTS_AT + SECOND_US)
    again = a_copy(**home, effective_at=STARTS_AT + 2 * SECOND_US)
    await recorder.record([came, left, again, a_copy(user_id=home["user_id"]), a_copy()])

    found = await records.moves_of([(home["occurrence_id"], home["user_id"])])

    assert {key[1] for key in found} == {came.attempt_id, left.attempt_id, again.attempt_id}
    now = standing(move for _, move in found.values())
    assert (now.is_inside, now.passes, now.left_at) == (True, 2, 0)
    assert now.holder == Move(STARTS_AT, came.attempt_id, 1, Outcome.ACCEPTED, pb.METHOD_STAFF, "北门", staff)


async def test_pages_go_by_arrival_not_by_claimed_time(recorder: Recorder, records: Records) -> None:
    """An offline attempt that counts for yesterday is listed where it arrived, and no page leaves it out."""
    user_id = new_id()
    copies = [
        a_copy(user_id=user_id, received_at=STARTS_AT + step, effective_at=STARTS_AT - step * SECOND_US)
        for step in range(5)
    ]
    await recorder.record(copies)
    listed, before = [], None
    while page := await records.list_of(user_id, 2, before):
        listed += page
        before = (page[-1].copy.received_at, page[-1].copy.attempt_id)
    assert [stored.copy.attempt_id for stored in listed] == [copy.attempt_id for copy in reversed(copies)]


async def test_changes_come_in_pages_and_then_stop(recorder: Recorder, engine: AsyncEngine, records: Records) -> None:
    """A round gives every changed seat and every attempt without one, once; the next one only what is new since."""
    user_id = new_id()
    on_seats = [a_copy(user_id=user_id) for _ in range(4)]
    seatless = [a_copy(user_id=user_id, occurrence_id=b"", judgement=pb.JUDGEMENT_REFUSED) for _ in range(3)]
    await recorder.record([*on_seats, *seatless, a_copy()])
    long_ago = now_us() - 10 * OVERLAP_US
    async with engine.begin() as connection:
        await connection.execute(
            update(seats).where(seats.c.user_id == user_id).values(changed_at=to_datetime(long_ago))
        )
    changes = Changes(records, Sealer(credential_pb2.Cursor, {1: bytes(32)}))

    found, cursor, pages = [], "", 0
    while True:
        page = await changes.after(user_id, cursor, 2)
        found += [record.attempt_id for record in page.changes]
        cursor, pages = page.cursor, pages + 1
        if not page.has_more:
            break

    assert sorted(found) == sorted(copy.attempt_id for copy in (*on_seats, *seatless))
    assert pages == 4
    # The attempts without a seat came at STARTS_AT, which is in the future of this test's clock.
    later = await changes.after(user_id, cursor, 50)
    assert {record.attempt_id for record in later.changes} <= {copy.attempt_id for copy in seatless}
    await recorder.record([a_copy(user_id=user_id, occurrence_id=on_seats[0].occurrence_id, received_at=STARTS_AT - 1)])
    again = await changes.after(user_id, later.cursor, 50)
    assert on_seats[0].attempt_id in {record.attempt_id for record in again.changes}


@pytest.mark.parametrize("text", ["", "rubbish", "AAAA"])
async def test_an_impossible_cursor_begins_anew(recorder: Recorder, records: Records, text: str) -> None:
    """What is no cursor, or is another person's, reads from the beginning."""
    copy, changes = a_copy(), Changes(records, Sealer(credential_pb2.Cursor, {1: bytes(32)}))
    await recorder.record([copy])
    foreign = (await changes.after(new_id(), "", 50)).cursor
    for cursor in (text, foreign):
        page = await changes.after(copy.user_id, cursor, 50)
        assert [record.attempt_id for record in page.changes] == [copy.attempt_id]


async def test_cases_are_paged_the_longest_waiting_first(
    recorder: Recorder, engine: AsyncEngine, records: Records
) -> None:
    """Also people who came at the same instant with the same attempt_id, and those whose activity is not known yet."""
    occurrence = an_occurrence()
    home = {
        "occurrence_id": occurrence.occurrence_id,
        "activity_id": occurrence.activity_id,
        "organisation_id": occurrence.organisation_id,
    }
    attempt_id = new_id()
    twins = [pending(**home, attempt_id=attempt_id) for _ in range(3)]
    first = pending(**home, received_at=STARTS_AT - 1, is_offline=True)
    unasked = pending(**home | {"activity_id": b"", "organisation_id": b""}, received_at=STARTS_AT + 1)
    await recorder.record([*twins, first, unasked])
    await list_for_review(engine, *twins, first, unasked)

    found, after = [], None
    while page := await records.list_reviews(occurrence, pb.REVIEW_STATE_PENDING, 2, after):
        found += page
        last = page[-1].copy
        after = (last.received_at, last.attempt_id, last.user_id)

    assert [stored.copy.user_id for stored in found] == [
        first.user_id, *sorted(copy.user_id for copy in twins), unasked.user_id,
    ]  # fmt: skip
    assert {stored.review_state for stored in found} == {pb.REVIEW_STATE_PENDING}
    [case] = await records.bulk_cases(occurrence)
    assert (case.occurrence_id, case.pending, case.pending_offline) == (occurrence.occurrence_id, 5, 1)
    [waits] = await records.waiting_in([occurrence.activity_id, new_id()])
    assert (waits.activity_id, waits.pending, waits.pending_offline) == (occurrence.activity_id, 4, 1)
    [offline] = await records.waiting(occurrence.occurrence_id, 10, is_offline=True)
    assert offline.copy.user_id == first.user_id
    assert await records.list_reviews(occurrence, pb.REVIEW_STATE_APPROVED, 2, None) == []


async def test_what_somebody_tried_at_an_activity(recorder: Recorder, records: Records) -> None:
    """The last to arrive first, refused or not; neither elsewhere nor by others."""
    occurrence = an_occurrence()
    home = {
        "occurrence_id": occurrence.occurrence_id,
        "activity_id": occurrence.activity_id,
        "organisation_id": occurrence.organisation_id,
    }
    first = pending(**home)
    refused = pending(**home, user_id=first.user_id, judgement=pb.JUDGEMENT_REFUSED, received_at=first.received_at + 1)
    await recorder.record([first, refused, pending(**home), pending(user_id=first.user_id)])

    found = await records.tries_of(occurrence, first.user_id, 10)

    assert [stored.copy.attempt_id for stored in found] == [refused.attempt_id, first.attempt_id]
    assert len(await records.tries_of(occurrence, first.user_id, 1)) == 1


async def test_recorded_decisions_are_found_by_id(recorder: Recorder, engine: AsyncEngine, records: Records) -> None:
    """With whether they came too late; unknown ones are left out."""
    copy = pending()
    await recorder.record([copy])
    counted = await rule(engine, copy, pb.DECISION_KIND_APPROVE)
    stale = await rule(engine, copy, pb.DECISION_KIND_REFUSE, sequence=2, is_stale=True)
    assert await records.recorded([counted, stale, new_id()]) == {counted: False, stale: True}


async def test_states_are_those_that_were_published(recorder: Recorder, records: Records) -> None:
    """A rebuild reads, page by page, exactly what `recorded.v1` carried last of every seat."""
    occurrence_id, activity_id, organisation_id = new_id(), new_id(), new_id()
    home = {"occurrence_id": occurrence_id, "activity_id": activity_id, "organisation_id": organisation_id}
    people = [new_id() for _ in range(5)]
    taps = [a_copy(**home, user_id=person) for person in people]
    again = [a_copy(**home, user_id=person, received_at=STARTS_AT + 9, effective_at=STARTS_AT + 9) for person in people]
    moved = a_copy(**home, judgement=pb.JUDGEMENT_PENDING_REVIEW)
    elsewhere = pb.Copy()
    elsewhere.CopyFrom(moved)
    elsewhere.occurrence_id, elsewhere.received_at = new_id(), STARTS_AT + 5
    elsewhere.judgement = pb.JUDGEMENT_ACCEPTED
    published: dict[tuple[bytes, int], pb.SeatState] = {}
    for batch in ([*taps, moved], [*again[:3], elsewhere], [a_copy(**home, direction=pb.DIRECTION_OUT)]):
        effects, _ = await recorder.record(batch)
        for effect in effects:
            if effect.kind != "hint":
                for state in pb.RecordedBatch.FromString(effect.body).seats:
                    if state.occurrence_id == occurrence_id:
                        published[state.user_id, state.direction] = state

    read: list[pb.SeatState] = []
    after = None
    while len((page := await records.list_states(occurrence_id, 2, after)).seats):
        read += page.seats
        after = (page.seats[-1].user_id, page.seats[-1].direction)

    assert [(state.user_id, state.direction) for state in read] == sorted(published)
    assert {(state.user_id, state.direction): state for state in read} == published
    totals = await records.totals([new_id(), occurrence_id])
    assert (totals[0].seats, totals[0].revisions) == (0, 0)
    assert (totals[1].seats, totals[1].revisions) == (7, sum(state.revision for state in read))


async def test_holders_are_those_who_came_in(recorder: Recorder, records: Records) -> None:
    """Who waits, who was refused and who left hold no place."""
    occurrence_id = new_id()
    inside = a_copy(occurrence_id=occurrence_id)
    others = [
        pending(occurrence_id=occurrence_id),
        a_copy(occurrence_id=occurrence_id, judgement=pb.JUDGEMENT_REFUSED),
        a_copy(occurrence_id=occurrence_id, direction=pb.DIRECTION_OUT),
    ]
    await recorder.record([inside, *others])
    assert await records.holders(occurrence_id) == [inside.user_id]


async def test_the_inbox_is_seen_to_be_empty_or_not(engine: AsyncEngine, records: Records) -> None:
    """One waiting batch is enough."""
    row = {"message_id": new_id(), "body": b"", "publisher": "checkin", "received_at": to_datetime(STARTS_AT)}
    assert await records.is_inbox_empty()
    async with engine.begin() as connection:
        await connection.execute(insert(inbox).values(row))
    try:
        assert not await records.is_inbox_empty()
    finally:
        async with engine.begin() as connection:
            await connection.execute(inbox.delete())


async def test_without_mysql_nothing_is_recalled_and_reads_fail() -> None:
    """The door goes on without what is stored; history does not."""
    records = Records(create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/none"))
    assert await records.recall([(new_id(), new_id())]) == {}
    with pytest.raises(UnavailableError):
        await records.get(new_id(), new_id())


async def test_who_tried_by_themselves_is_known_to_the_organisation(recorder: Recorder, records: Records) -> None:
    """Also who was refused; neither whom staff let in, nor who came elsewhere."""
    here = new_id()
    refused = a_copy(organisation_id=here, judgement=pb.JUDGEMENT_REFUSED)
    let_in = a_copy(organisation_id=here, is_staff=True, method=pb.METHOD_STAFF, actor_id=new_id())
    elsewhere = a_copy()
    await recorder.record([refused, let_in, elsewhere])

    people = [copy.user_id for copy in (refused, let_in, elsewhere)]
    assert await records.who_tried(here, [*people, new_id()]) == {refused.user_id}


async def test_who_came_holds_a_seat_there(recorder: Recorder, records: Records) -> None:
    """Neither who was refused, nor who came to something else."""
    occurrence_id = new_id()
    came = a_copy(occurrence_id=occurrence_id)
    refused = a_copy(occurrence_id=occurrence_id, judgement=pb.JUDGEMENT_REFUSED)
    elsewhere = a_copy(occurrence_id=new_id())
    await recorder.record([came, refused, elsewhere])

    people = [copy.user_id for copy in (came, refused, elsewhere)]
    assert await records.who_came([occurrence_id, new_id()], people) == {came.user_id}
    assert await records.who_came([], people) == set()
