"""activity's store, the same body in memory and on MariaDB; then what only a real database can show."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete, event, make_url, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.activity.v1 import activity_pb2 as pb
from servicekit import ids
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.errors import NotFoundError, UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import LIFE_US, IdempotencyKeyReusedError, Intent, forget_old_keys
from servicekit.rabbitmq.outbox import PUBLISH, Outbox, OutboxRow
from services.activity import calendar, domain, messages
from services.activity.changes import HASTEN
from services.activity.domain import Activity, Phase, Sought, State
from services.activity.errors import RevisionStaleError, StateError, TooManyActivitiesError, TooManyChangesError
from services.activity.quotas import Quotas
from services.activity.rosters.rosters import Roster, Rosters
from services.activity.store import Store
from services.activity.tables import (
    FOREVER,
    activities,
    activity_versions,
    idempotency_keys,
    metadata,
    occurrences,
    outbox,
    roster_entries,
)
from tests.contract.schemas import differences, migrated
from tests.contract.wire import Wire
from tests.fakes.activity import HOUR_US, STARTS_AT, FakeStore, a_draft, a_lot, an_allowance

Stores = Store | FakeStore


@pytest.fixture(scope="module")
def activity_url(database_url: str) -> Iterator[str]:
    """A schema of activity's own, made by its migrations, twice."""
    with migrated(database_url, "activity") as url:
        yield url


@pytest.fixture
async def activity_engine(activity_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    # Whoever waits for a lock has a connection; those behind wait for one.
    engine = create_engine(activity_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


class Outside:
    """Where effects happen; it can refuse all of them."""

    def __init__(self) -> None:
        self.seen: list[OutboxRow] = []
        self.is_gone = False

    async def take(self, row: OutboxRow) -> None:
        """Lets an effect happen."""
        if self.is_gone:
            raise ConnectionError("not now")
        self.seen.append(row)


@pytest.fixture
def outside() -> Outside:
    """See `Outside`."""
    return Outside()


@pytest.fixture
def store(activity_engine: AsyncEngine, outside: Outside) -> Store:
    """The real one."""
    return Store(
        activity_engine, Outbox(activity_engine, outbox, {PUBLISH: outside.take, HASTEN: outside.take}), a_lot()
    )


@pytest.fixture(params=["memory", "mariadb"])
def either(request: pytest.FixtureRequest) -> Stores:
    """The fake and the real one."""
    return FakeStore() if request.param == "memory" else request.getfixturevalue("store")


def an_intent(user_id: bytes, key: str = "", body: bytes = b"body") -> Intent:
    """A request to create an activity."""
    return Intent(user_id, "/activity.v1.ActivityService/CreateActivity", key, body)


async def a_lecture(store: Stores, organisation_id: bytes | None = None, **changes: Any) -> Activity:
    """A stored draft."""
    organisation_id = organisation_id or ids.new_id()
    return await store.create(
        lambda: a_draft(organisation_id, ids.new_id(), ids.new_id(), **changes), an_intent(ids.new_id())
    )


async def test_what_was_stored_is_read_again_by_each_of_its_keys(either: Stores) -> None:
    """Definition, occurrence, code and times come back as they were."""
    lecture = await a_lecture(either)
    [occurrence] = lecture.occurrences

    assert await either.get(lecture.activity_id) == lecture
    assert await either.find(codes=[lecture.code]) == [lecture]
    assert await either.find(occurrence_ids=[occurrence.occurrence_id]) == [lecture]
    every: dict[str, Any] = {"activity_ids": [lecture.activity_id], "codes": [lecture.code]}
    assert await either.find(**every, occurrence_ids=[occurrence.occurrence_id]) == [lecture]


async def test_what_does_not_exist_is_left_out(either: Stores) -> None:
    """Unknown ids and codes are no error."""
    assert await either.get(ids.new_id()) is None
    assert await either.find(activity_ids=[ids.new_id()], codes=["CFG347"], occurrence_ids=[b"short"]) == []
    assert await either.find() == []


async def test_a_bare_activity_is_stored_too(either: Stores) -> None:
    """No place, no Wi-Fi, nobody late."""
    lecture = await a_lecture(either, place=None, wifi=(), late_after_s=None, gates=())

    assert await either.get(lecture.activity_id) == lecture


async def test_moves_are_stored(either: Stores) -> None:
    """State, revision and time of publication."""
    lecture = await a_lecture(either)

    published = await either.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))

    assert (published.state, published.revision, published.published_at) == (State.PUBLISHED, 2, STARTS_AT)
    assert await either.get(lecture.activity_id) == published


async def test_amendments_are_stored_with_their_window_and_their_moment(either: Stores) -> None:
    """What was said, when the occurrence is open, since when, and as it was before."""
    lecture = await a_lecture(either)
    published = await either.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    later = replace(lecture.definition, title="改名", starts_at=STARTS_AT + HOUR_US, capacity=80)

    amended = await either.change(lecture.activity_id, lambda activity: activity.amend(later))

    assert await either.get(lecture.activity_id) == amended
    assert (amended.definition, amended.revision) == (later, 3)
    assert amended.occurrences[0].opens_at == published.occurrences[0].opens_at + HOUR_US
    assert amended.amended_at == amended.valid_from > published.valid_from
    of_it: dict[str, Any] = {"activity_ids": [lecture.activity_id]}
    [before] = await either.find_as_of(amended.valid_from - 1, **of_it)
    [after] = await either.find_as_of(amended.valid_from, **of_it)
    assert [(each.title, each.capacity, each.amended_at) for each in (before, after)] == [
        ("新生讲座", 0, 0),
        ("改名", 80, amended.amended_at),
    ]


def opened_again(number: int, now: int) -> Callable[[Activity], Activity]:
    """Another window."""
    return lambda activity: activity.opened_again(number, 0, ids.new_id(), now)


async def test_another_window_is_stored_and_found_by_any_of_them(either: Stores) -> None:
    """In order of opening; whoever finds the activity by one window has them all, and by a moment those of then."""
    lecture = await a_lecture(either)
    published = await either.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    opened = await either.change(lecture.activity_id, opened_again(2, STARTS_AT + 60 * SECOND_US))
    again = await either.change(lecture.activity_id, opened_again(2, STARTS_AT + HOUR_US))
    first, second = opened.occurrences

    assert again == opened and (first.occurrence_id, first.closes_at) == (
        lecture.occurrences[0].occurrence_id,
        second.opens_at,
    )
    for key in (first.occurrence_id, second.occurrence_id):
        assert await either.find(occurrence_ids=[key]) == [opened]
    assert await either.find(activity_ids=[lecture.activity_id], occurrence_ids=[first.occurrence_id]) == [opened]
    then = await either.find_as_of(published.valid_from, activity_ids=[lecture.activity_id])
    assert [(each.occurrence_id, each.closes_at) for each in then] == [
        (first.occurrence_id, lecture.occurrences[0].closes_at)
    ]
    now = await either.find_as_of(opened.valid_from, occurrence_ids=[second.occurrence_id])
    assert [each.occurrence_id for each in now] == [second.occurrence_id]


async def test_two_taps_at_once_open_one_window(store: Store) -> None:
    """The row's lock puts one behind the other, and the number says that it is open already."""
    lecture = await a_lecture(store)
    await store.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    opened = await asyncio.gather(
        *(store.change(lecture.activity_id, opened_again(2, STARTS_AT + 60 * SECOND_US)) for _ in range(4))
    )
    assert {each.occurrences for each in opened} == {opened[0].occurrences}
    assert len(opened[0].occurrences) == 2


async def test_a_window_is_told_with_those_before_it(store: Store, outside: Outside) -> None:
    """Read models hear of all, and caches by whichever they have."""
    lecture = await a_lecture(store)
    await store.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    outside.seen.clear()
    opened = await store.change(lecture.activity_id, opened_again(2, STARTS_AT + 60 * SECOND_US))
    windows = [each.occurrence_id for each in opened.occurrences]
    [told] = [pb.ActivityChanged.FromString(row.body) for row in outside.seen if row.kind == PUBLISH]
    assert [each.occurrence_id for each in told.occurrences] == windows
    assert [row.body for row in outside.seen if row.kind == HASTEN] == [b"".join(windows)]


async def test_a_change_of_an_old_revision_says_what_changed(either: Stores) -> None:
    """Nothing is stored; a repeated change needs no newer revision."""
    lecture = await a_lecture(either)
    renamed = replace(lecture.definition, title="改名")
    amended = await either.change(lecture.activity_id, lambda activity: activity.amend(renamed), seen=1)

    with pytest.raises(RevisionStaleError) as refusal:
        await either.change(
            lecture.activity_id, lambda activity: activity.amend(replace(lecture.definition, capacity=9)), seen=1
        )

    assert [(each.field, each.message) for each in refusal.value.fields] == [("title", "was 新生讲座, is 改名 now")]
    assert refusal.value.metadata == {"revision": "2"}
    assert await either.change(lecture.activity_id, lambda activity: activity.amend(renamed), seen=1) == amended
    assert await either.get(lecture.activity_id) == amended


async def test_a_deleted_draft_is_found_by_none_of_its_keys(either: Stores) -> None:
    """Nor on a page, nor changed once more, nor as of now."""
    lecture = await a_lecture(either)
    deleted = await either.change(lecture.activity_id, Activity.delete)
    organisation_id, occurrence_id = lecture.definition.organisation_id, lecture.occurrences[0].occurrence_id

    assert await either.get(lecture.activity_id) is None
    assert await either.find(codes=[lecture.code], occurrence_ids=[occurrence_id]) == []
    assert await either.page([organisation_id], None, 10) == []
    assert await either.find_as_of(deleted.valid_from, activity_ids=[lecture.activity_id]) == []
    with pytest.raises(NotFoundError):
        await either.change(lecture.activity_id, Activity.delete)


async def test_a_page_is_full_whatever_is_hidden_among_its_rows(either: Stores) -> None:
    """Deleted drafts and rehearsals take no place on it, or reading would end too early."""
    organisation_id = ids.new_id()
    made = [await a_lecture(either, organisation_id) for _ in range(6)]
    newest_first = sorted(made, key=lambda activity: activity.activity_id, reverse=True)
    for deleted in newest_first[:2]:
        await either.change(deleted.activity_id, Activity.delete)
    await either.rehearse(newest_first[2].activity_id, a_rehearsal, ids.new_id())

    assert await either.page([organisation_id], None, 3) == newest_first[2:5]


def a_rehearsal(draft: Activity) -> Activity:
    """One that begins with the lecture."""
    return draft.rehearsal(ids.new_id(), ids.new_id(), STARTS_AT)


@pytest.mark.parametrize(
    "end",
    [lambda draft: draft.publish(STARTS_AT), Activity.cancel, Activity.delete],
    ids=["published", "cancelled", "deleted"],
)
async def test_a_rehearsal_ends_with_its_draft(either: Stores, end: Callable[[Activity], Activity]) -> None:
    """A changed draft does not end it; one that was closed by hand stays so."""
    lecture = await a_lecture(either)
    closed = await either.rehearse(lecture.activity_id, a_rehearsal, ids.new_id())
    await either.change(closed.activity_id, Activity.close)
    rehearsal = await either.rehearse(lecture.activity_id, a_rehearsal, ids.new_id())
    renamed = replace(lecture.definition, title="改名")
    await either.change(lecture.activity_id, lambda activity: activity.amend(renamed))
    assert await either.get(rehearsal.activity_id) == rehearsal

    await either.change(lecture.activity_id, end)

    found = await either.find(activity_ids=[closed.activity_id, rehearsal.activity_id])
    assert {each.activity_id: each.state for each in found} == {
        closed.activity_id: State.CLOSED,
        rehearsal.activity_id: State.CANCELLED,
    }


async def test_a_new_rehearsal_cancels_the_one_before(either: Stores) -> None:
    """Of two organisers who try at once one goes on; each is found by its own id."""
    lecture = await a_lecture(either)

    made = await asyncio.gather(*(either.rehearse(lecture.activity_id, a_rehearsal, ids.new_id()) for _ in range(3)))

    found = await either.find(activity_ids=[each.activity_id for each in made])
    assert sorted(each.state.name for each in found) == ["CANCELLED", "CANCELLED", "PUBLISHED"]
    assert {each.rehearsal_of for each in found} == {lecture.activity_id}
    with pytest.raises(NotFoundError):
        await either.rehearse(ids.new_id(), a_rehearsal, ids.new_id())


async def test_the_end_of_a_rehearsal_is_told_like_any_change(store: Store, outside: Outside) -> None:
    """Read models learn what it is, and caches that it is over."""
    lecture = await a_lecture(store)
    rehearsal = await store.rehearse(lecture.activity_id, a_rehearsal, ids.new_id())
    outside.seen.clear()

    await store.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))

    told = [pb.ActivityChanged.FromString(row.body) for row in outside.seen if row.kind == PUBLISH]
    assert {(each.activity_id, each.state, each.rehearsal_of) for each in told} == {
        (lecture.activity_id, pb.STATE_PUBLISHED, b""),
        (rehearsal.activity_id, pb.STATE_CANCELLED, lecture.activity_id),
    }
    hints = {row.body for row in outside.seen if row.kind == HASTEN}
    assert hints == {each.occurrences[0].occurrence_id for each in (lecture, rehearsal)}


async def test_two_organisers_change_it_at_once_and_one_is_told_of_the_other(store: Store) -> None:
    """Both have seen the same revision."""
    lecture = await a_lecture(store)

    def named(title: str) -> Callable[[Activity], Activity]:
        return lambda activity: activity.amend(replace(lecture.definition, title=title))

    outcomes = await asyncio.gather(
        *(store.change(lecture.activity_id, named(title), seen=1) for title in "甲乙"), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Activity", "RevisionStaleError"]


async def test_versions_say_what_was_said_and_by_whom(store: Store, activity_engine: AsyncEngine) -> None:
    """Whoever made it, and whoever reopened it; what an earlier release wrote says nothing, and that is no error."""
    maker, reopener = ids.new_id(), ids.new_id()
    lecture = await store.create(lambda: a_draft(ids.new_id(), ids.new_id(), ids.new_id()), an_intent(maker))
    for move in (lambda activity: activity.publish(STARTS_AT), Activity.close, Activity.reopen):
        await store.change(lecture.activity_id, move, by=reopener)

    of_it = activity_versions.c.activity_id == lecture.activity_id
    async with activity_engine.begin() as connection:
        by = await connection.scalars(
            select(activity_versions.c.changed_by).where(of_it).order_by(activity_versions.c.revision)
        )
        assert by.all() == [maker, *[reopener] * 3]
        await connection.execute(update(activity_versions).where(of_it).values(definition=None))

    with pytest.raises(RevisionStaleError) as refusal:
        await store.change(
            lecture.activity_id, lambda activity: activity.amend(replace(lecture.definition, capacity=9)), seen=1
        )
    assert refusal.value.fields == ()


async def test_a_change_of_what_does_not_exist_is_refused(either: Stores) -> None:
    """Not found, and no row."""
    with pytest.raises(NotFoundError):
        await either.change(ids.new_id(), Activity.cancel)


async def test_the_same_intent_twice_makes_one_activity(either: Stores) -> None:
    """The repetition gets the first answer, in its present state."""
    user_id, organisation_id = ids.new_id(), ids.new_id()

    def draft() -> Activity:
        """Another one of theirs."""
        return a_draft(organisation_id, ids.new_id(), ids.new_id())

    first = await either.create(draft, an_intent(user_id, "k"))
    second = await either.create(draft, an_intent(user_id, "k"))

    assert second == first
    assert await either.page([organisation_id], None, 10) == [first]
    with pytest.raises(IdempotencyKeyReusedError):
        await either.create(draft, an_intent(user_id, "k", b"other body"))


async def test_pages_go_from_new_to_old_over_several_organisations(either: Stores) -> None:
    """Each activity on one page, foreign ones on none."""
    mine, other, foreign = ids.new_id(), ids.new_id(), ids.new_id()
    made = [await a_lecture(either, organisation) for organisation in (mine, other, mine, foreign, other)]
    newest_first = [activity for activity in reversed(made) if activity.definition.organisation_id != foreign]

    first = await either.page([mine, other], None, 3)
    second = await either.page([mine, other], first[-1].activity_id, 3)

    assert first + second == sorted(newest_first, key=lambda activity: activity.activity_id, reverse=True)
    assert len(first) == 3


async def test_activities_are_sought_by_title_and_phase(either: Stores) -> None:
    """In any case, and with letters that mean something to SQL; each stands in one phase at any moment."""
    mine = ids.new_id()
    titles = ("Open Day 100%", "open_day", "晨会", "晨会")
    made = [await a_lecture(either, mine, title=title) for title in titles]
    for activity in made[1:]:
        await either.change(activity.activity_id, lambda one: one.publish(one.created_at))
    await either.change(made[3].activity_id, Activity.cancel)
    opens_at, closes_at = made[2].occurrences[0].opens_at, made[2].closes_at

    async def found(title: str = "", phase: Phase = Phase.ANY, at: int = 0) -> list[int]:
        """Which of them."""
        page = await either.page([mine], None, 9, sought=Sought(title, phase, at))
        return sorted([each.activity_id for each in made].index(one.activity_id) for one in page)

    assert (await found("OPEN"), await found("0%"), await found("n_d"), await found("晨")) == ([0, 1], [0], [1], [2, 3])
    assert await found(phase=Phase.DRAFT) == [0]
    assert await found(phase=Phase.UPCOMING, at=opens_at - 1) == [1, 2]
    assert await found(phase=Phase.NOW, at=opens_at) == await found(phase=Phase.NOW, at=closes_at - 1) == [1, 2]
    assert (await found("晨", Phase.PAST, opens_at), await found(phase=Phase.PAST, at=closes_at)) == ([3], [1, 2, 3])


async def test_single_activities_stand_among_those_of_organisations(either: Stores) -> None:
    """Each once, in the same order, whoever else's they are; rehearsals and deleted drafts are on no page."""
    mine = ids.new_id()
    made = [await a_lecture(either, organisation) for organisation in (mine, ids.new_id(), mine, ids.new_id())]
    newest_first = sorted(made, key=lambda activity: activity.activity_id, reverse=True)
    single = [activity.activity_id for activity in made[1:]]

    first = await either.page([mine], None, 3, single)
    assert first + await either.page([mine], first[-1].activity_id, 3, single) == newest_first
    await either.change(made[1].activity_id, Activity.delete)
    assert await either.page([], None, 9, [made[1].activity_id, made[3].activity_id]) == [made[3]]


async def test_what_is_published_and_not_over_is_counted(either: Stores) -> None:
    """Of one organisation; drafts, closed ones and rehearsals are not."""
    here = ids.new_id()
    open_one, closed, draft = [await a_lecture(either, here) for _ in range(3)]
    for each in (open_one, closed, await a_lecture(either)):
        await either.change(each.activity_id, lambda activity: activity.publish(STARTS_AT))
    await either.change(closed.activity_id, Activity.close)
    await either.rehearse(draft.activity_id, a_rehearsal, ids.new_id())

    assert await either.count_running(here, open_one.closes_at - 1) == 1
    assert await either.count_running(here, open_one.closes_at) == 0


async def test_a_code_in_use_is_drawn_again(either: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a new activity nor a new QR ever takes another one's code."""
    first = await a_lecture(either)
    second = await a_lecture(either)
    await either.change(second.activity_id, lambda activity: activity.publish(STARTS_AT))
    draws = iter([first.code, "CCCFFF", first.code, "CCCGGG"])
    monkeypatch.setattr(domain, "new_code", lambda: next(draws))

    third = await a_lecture(either)
    revoked = await either.change(second.activity_id, Activity.revoke)

    assert (third.code, revoked.code) == ("CCCFFF", "CCCGGG")
    assert await either.find(codes=[second.code]) == []


async def test_a_revoked_code_is_free_again(either: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another activity may draw it."""
    lecture = await a_lecture(either)
    await either.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    await either.change(lecture.activity_id, Activity.revoke)
    monkeypatch.setattr(domain, "new_code", lambda: lecture.code)

    assert (await a_lecture(either)).code == lecture.code


async def test_two_organisers_publish_at_once_and_one_revision_is_made(store: Store) -> None:
    """The row's lock makes the second see what the first did."""
    lecture = await a_lecture(store)

    def publish(activity: Activity) -> Activity:
        return activity.publish(STARTS_AT)

    outcomes = await asyncio.gather(*(store.change(lecture.activity_id, publish) for _ in range(4)))

    assert {outcome.revision for outcome in outcomes} == {2}


async def test_every_revision_is_kept_with_its_time_and_told_once(
    store: Store, outside: Outside, activity_engine: AsyncEngine
) -> None:
    """Versions, changed.v1 and the hint to caches follow each change, and none follows a move that changed nothing."""
    async with activity_engine.begin() as connection:
        await connection.execute(delete(outbox))
    lecture = await a_lecture(store)
    published = await store.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    await store.change(lecture.activity_id, lambda activity: activity.publish(STARTS_AT))
    revoked = await store.change(lecture.activity_id, Activity.revoke)

    query = (
        select(activity_versions)
        .where(activity_versions.c.activity_id == lecture.activity_id)
        .order_by(activity_versions.c.revision)
    )
    async with activity_engine.connect() as connection:
        versions = (await connection.execute(query)).all()
        assert (await connection.execute(select(outbox))).all() == []
    snapshots = [pb.BatchGetOccurrencesResponse.FromString(version.snapshot) for version in versions]
    assert [list(kept.occurrences) for kept in snapshots] == [
        messages.to_snapshots(activity) for activity in (lecture, published, revoked)
    ]
    assert sorted(version.valid_from for version in versions) == [version.valid_from for version in versions]
    told = [pb.ActivityChanged.FromString(row.body) for row in outside.seen if row.kind == PUBLISH]
    assert [(changed.revision, changed.state) for changed in told] == [(1, 1), (2, 2), (3, 2)]
    hints = [row.body for row in outside.seen if row.kind == HASTEN]
    assert hints == [lecture.occurrences[0].occurrence_id] * 3


async def test_a_change_stands_while_nobody_can_be_told(
    store: Store, outside: Outside, activity_engine: AsyncEngine
) -> None:
    """RabbitMQ and Redis gone: the rows wait in the outbox."""
    outside.is_gone = True

    lecture = await a_lecture(store)

    async with activity_engine.begin() as connection:
        waiting = (await connection.execute(select(outbox))).all()
        await connection.execute(outbox.delete())
    assert {(row.kind, row.exchange, row.routing_key) for row in waiting} == {
        (PUBLISH, "activity", "changed.v1"),
        (HASTEN, "", ""),
    }
    assert await store.get(lecture.activity_id) == lecture


async def test_a_refused_move_leaves_nothing_behind(store: Store, outside: Outside) -> None:
    """No revision, no message."""
    lecture = await a_lecture(store)
    outside.seen.clear()

    with pytest.raises(StateError):
        await store.change(lecture.activity_id, Activity.close)

    assert await store.get(lecture.activity_id) == lecture
    assert outside.seen == []


async def test_a_batch_costs_one_statement_per_kind_of_key(store: Store, activity_engine: AsyncEngine) -> None:
    """However many occurrences are asked for."""
    lectures = [await a_lecture(store) for _ in range(5)]
    statements: list[str] = []
    event.listen(activity_engine.sync_engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    found = await store.find(
        activity_ids=[lecture.activity_id for lecture in lectures],
        codes=[lecture.code for lecture in lectures],
        occurrence_ids=[lecture.occurrences[0].occurrence_id for lecture in lectures],
    )

    assert len(found) == 5
    assert len([text for text in statements if text.startswith("SELECT activities")]) == 3


async def test_a_database_that_is_gone_is_unavailable() -> None:
    """Reads and changes alike say when to come back."""
    engine = create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4")
    store = Store(engine, Outbox(engine, outbox, {}), a_lot())

    for work in (store.get(ids.new_id()), store.change(ids.new_id(), Activity.cancel), a_lecture(store)):
        with pytest.raises(UnavailableError) as refusal:
            await work
        assert refusal.value.retry_after_s


def engine_over(wire: Wire, url: str) -> AsyncEngine:
    """An engine of one connection, which goes over the wire."""
    there = make_url(url).set(port=make_url(wire.url).port)
    return create_engine(there.render_as_string(hide_password=False), pool_size=1)


async def test_what_was_read_is_there_while_the_database_is_gone(activity_url: str) -> None:
    """By every key it was read by; what was never read is unavailable, and so is the past."""
    wire = Wire(activity_url)
    await wire.open()
    engine = engine_over(wire, activity_url)
    store = Store(engine, Outbox(engine, outbox, {}), a_lot())
    lecture = await a_lecture(store)
    assert await store.find(activity_ids=[lecture.activity_id]) == [lecture]

    wire.cut()
    remembered = await store.find(codes=[lecture.code], occurrence_ids=[lecture.occurrences[0].occurrence_id])
    for unknown in (store.find(activity_ids=[ids.new_id()]), store.find_as_of(1, activity_ids=[lecture.activity_id])):
        with pytest.raises(UnavailableError):
            await unknown

    assert remembered == [lecture]
    await engine.dispose()
    await wire.close()


async def test_the_calendar_reads_what_is_published_and_how_many_come(
    store: Store, activity_engine: AsyncEngine
) -> None:
    """By roster, number or capacity, else by the organisation's median turnout, else by a guess; in order of time."""
    now = STARTS_AT - HOUR_US
    known, unknown = ids.new_id(), ids.new_id()
    roster_id, empty = [await a_roster(activity_engine, unknown) for _ in range(2)]
    wanted = [
        await a_lecture(store, unknown, capacity=300, starts_at=STARTS_AT + 1 * SECOND_US),
        await a_lecture(store, known, starts_at=STARTS_AT + 2 * SECOND_US),
        await a_lecture(store, unknown, starts_at=STARTS_AT + 3 * SECOND_US),
        await a_lecture(store, unknown, capacity=300, roster_id=roster_id, starts_at=STARTS_AT + 7 * SECOND_US),
        await a_lecture(store, unknown, capacity=300, expected_count=40, starts_at=STARTS_AT + 8 * SECOND_US),
        await a_lecture(store, unknown, capacity=300, roster_id=empty, starts_at=STARTS_AT + 9 * SECOND_US),
    ]
    tomorrow = await a_lecture(store, starts_at=now + 25 * HOUR_US, ends_at=now + 26 * HOUR_US)
    cancelled, draft = [await a_lecture(store, starts_at=STARTS_AT + second * SECOND_US) for second in (4, 5)]
    tried = await store.rehearse(
        draft.activity_id,
        lambda it: it.rehearsal(ids.new_id(), ids.new_id(), STARTS_AT + 6 * SECOND_US),
        ids.new_id(),
    )
    over = [await a_lecture(store, known, starts_at=now - 10 * HOUR_US) for _ in range(3)]
    for activity in (*wanted, tomorrow, cancelled, *over):
        await store.change(activity.activity_id, lambda activity: activity.publish(now))
    await store.change(cancelled.activity_id, Activity.cancel)
    async with activity_engine.begin() as connection:
        for activity, turnout in zip(over, (70, 90, 80), strict=True):
            of_activity = occurrences.c.activity_id == activity.activity_id
            await connection.execute(occurrences.update().where(of_activity).values(turnout=turnout))
        entries = [entry_of(roster_id), entry_of(roster_id), entry_of(roster_id) | {"valid_to": to_datetime(now)}]
        await connection.execute(roster_entries.insert(), entries)

    async with activity_engine.connect() as connection:
        found = await calendar.read(connection, now)

    mine = [each for each in found if each.starts_at in {each.definition.starts_at for each in wanted}]
    people = [(each.people, each.is_guess) for each in mine]
    assert people[:3] == [(300, False), (80, False), (calendar.GUESS, True)]
    # A roster that nobody is on says nothing.
    assert people[3:] == [(2, False), (40, False), (300, False)]
    assert (mine[0].opens_at, mine[0].closes_at) == (mine[0].starts_at - HOUR_US // 2, STARTS_AT + 2 * HOUR_US)
    at_other_times = {activity.definition.starts_at for activity in (tomorrow, cancelled, draft, tried, *over)}
    assert not at_other_times & {each.starts_at for each in found}


async def a_roster(engine: AsyncEngine, organisation_id: bytes) -> bytes:
    """The id of a new one that nobody is on."""
    intent = Intent(ids.new_id(), "/activity.v1.RosterService/Create", "", b"")
    return (await Rosters(engine, a_lot()).create(Roster(ids.new_id(), organisation_id, "新生", 0), intent)).roster_id


def entry_of(roster_id: bytes) -> dict[str, Any]:
    """Somebody who is expected."""
    unsaid = {"valid_from": to_datetime(STARTS_AT), "valid_to": FOREVER, "group_name": "", "said": b""}
    return {"entry_id": ids.new_id(), "roster_id": roster_id, **unsaid}


async def test_the_calendar_reads_by_an_index(store: Store, activity_engine: AsyncEngine) -> None:
    """Of thousands of occurrences those of the day, not all to find them."""
    days = range(100, 2100)
    over = [_row_of_a_past_activity(f"#{day}") for day in days]
    past = [
        {"occurrence_id": ids.new_id(), "activity_id": activity["activity_id"]}
        | {
            name: to_datetime(STARTS_AT - day * 24 * HOUR_US)
            for name in ("starts_at", "ends_at", "opens_at", "closes_at")
        }
        for day, activity in zip(days, over, strict=True)
    ]
    asked: list[tuple[str, Any]] = []
    await a_lecture(store)
    async with activity_engine.begin() as connection:
        await connection.execute(activities.insert(), over)
        await connection.execute(occurrences.insert(), past)
        await connection.exec_driver_sql("ANALYZE TABLE activities, occurrences")
    event.listen(activity_engine.sync_engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))

    async with activity_engine.connect() as connection:
        await calendar.read(connection, STARTS_AT)
        statement, parameters = next((text, given) for text, given in asked if "starts_at BETWEEN" in text)
        plan = (await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).mappings().all()

    by_table = {row["table"]: (row["type"], row["key"]) for row in plan}
    assert by_table == {"o": ("range", "by_start"), "a": ("eq_ref", "PRIMARY")}


def _row_of_a_past_activity(code: str) -> dict[str, Any]:
    now = to_datetime(STARTS_AT)
    return {"activity_id": ids.new_id(), "organisation_id": ids.new_id(), "created_by": ids.new_id()} | {
        "state": State.CLOSED,
        "revision": 1,
        "epoch": 1,
        "code": code,
        "definition": "{}",
        "created_at": now,
    }


async def test_a_database_that_hangs_does_not_stop_the_calendar(activity_url: str) -> None:
    """A reading ends without news, and what was known is still told."""
    wire = Wire(activity_url)
    await wire.open()
    engine = engine_over(wire, activity_url)
    kept = calendar.Calendar(engine)
    await kept.refresh()
    wire.freeze()

    began = now_us()
    await kept.refresh()
    kept.tell(began + 60 * SECOND_US)

    assert REGISTRY.get_sample_value("calendar_age_seconds") == pytest.approx(60, abs=5)
    wire.thaw()
    await engine.dispose()
    await wire.close()


def test_migrations_and_tables_say_the_same(activity_url: str) -> None:
    """What the migrations made is what the SQL is written against."""
    assert differences(activity_url, metadata) == []


async def test_activities_and_changes_are_counted_one_by_one(activity_engine: AsyncEngine) -> None:
    """Made all at once: no more than an organisation may, and its changes apart; a repetition needs none."""
    store = Store(activity_engine, Outbox(activity_engine, outbox, {}), Quotas(an_allowance(5), an_allowance(3)))
    organisation_id, user_id = ids.new_id(), ids.new_id()

    def draft() -> Activity:
        return a_draft(organisation_id, ids.new_id(), ids.new_id())

    first = await store.create(draft, an_intent(user_id, "key"))
    made = await asyncio.gather(*(store.create(draft, an_intent(user_id)) for _ in range(10)), return_exceptions=True)
    revoked = await asyncio.gather(
        *(store.change(first.activity_id, lambda activity: activity.publish(STARTS_AT).revoke()) for _ in range(7)),
        return_exceptions=True,
    )

    assert Counter(map(type, made)) == {Activity: 4, TooManyActivitiesError: 6}
    assert Counter(map(type, revoked)) == {Activity: 3, TooManyChangesError: 4}
    assert (await store.create(draft, an_intent(user_id, "key"))).activity_id == first.activity_id
    await store.create(lambda: a_draft(ids.new_id(), ids.new_id(), ids.new_id()), an_intent(user_id))
    [refused] = [error for error in made if isinstance(error, TooManyActivitiesError)][:1]
    assert refused.retry_after_s is not None and 3500 < refused.retry_after_s <= 3600


async def test_keys_past_their_life_are_forgotten(activity_engine: AsyncEngine, store: Store) -> None:
    """Or whoever makes activities would leave one behind for each, for ever."""
    user_id = ids.new_id()
    mine = idempotency_keys.c.user_id == user_id
    for key in ("old", "young"):
        draft = a_draft(ids.new_id(), ids.new_id(), ids.new_id())
        await store.create(lambda draft=draft: draft, an_intent(user_id, key))  # type: ignore[misc]
    async with activity_engine.begin() as connection:
        old = update(idempotency_keys).where(mine, idempotency_keys.c.idempotency_key == "old")
        await connection.execute(old.values(created_at=to_datetime(now_us() - LIFE_US - SECOND_US)))

    async def left() -> list[str]:
        """The keys that are there."""
        async with activity_engine.connect() as connection:
            return list(await connection.scalars(select(idempotency_keys.c.idempotency_key).where(mine)))

    forgetting = asyncio.create_task(forget_old_keys(activity_engine, idempotency_keys))
    async with asyncio.timeout(10):
        while await left() != ["young"]:  # noqa: ASYNC110  the task rings no bell
            await asyncio.sleep(0.01)
    forgetting.cancel()
