"""Tags of activities, the same body in memory and on MariaDB."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from services.activity import tables
from services.activity.changes import HASTEN
from services.activity.domain import Activity
from services.activity.errors import ActivityNotFoundError, TagNotFoundError, TooManyChangesError, TooManyTagsError
from services.activity.quotas import Quotas
from services.activity.rows import insert_activity
from services.activity.store import Store
from services.activity.tags.tags import Kind, Tag, Tags, Tap, latest
from tests.contract.schemas import migrated
from tests.fakes.activity import FakeTags, a_draft, a_lot, an_allowance

FEW = 3


@pytest.fixture(scope="module")
def tags_url(database_url: str) -> Iterator[str]:
    """A schema made by activity's migrations."""
    with migrated(database_url, "activity") as url:
        yield url


@pytest.fixture
async def engine(tags_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    engine = create_engine(tags_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


def stored(engine: AsyncEngine, quotas: Quotas | None = None, quota: int = FEW) -> Tags:
    """Tags on that schema; nobody sweeps their effects."""
    quotas = quotas or a_lot()
    outbox = Outbox(engine, tables.outbox, {})
    return Tags(engine, Store(engine, outbox, quotas).reading, outbox, quotas, quota)


@dataclass
class Tagged:
    """Either store, and an activity of which three tags may live."""

    tags: Tags | FakeTags
    activity: Activity

    async def add(self, **changes: object) -> Tag:
        """A new tag."""
        tag = replace(a_tag(self.activity.activity_id), **changes)  # type: ignore[arg-type]
        await self.tags.add(tag)
        return tag

    async def known(self, at: int = 0) -> dict[bytes, int | None]:
        """Which checkin is told of, and when each was revoked."""
        activity_id = self.activity.activity_id
        return {tag.tag_id: tag.revoked_at for tag in (await self.tags.known([activity_id], at))[activity_id]}


async def an_activity(engine: AsyncEngine) -> Activity:
    """An activity on that schema."""
    activity = a_draft(ids.new_id(), ids.new_id(), ids.new_id())
    async with engine.begin() as connection:
        await insert_activity(connection, activity, ids.new_id())
    return activity


def a_tag(activity_id: bytes) -> Tag:
    """A SUN tag at a gate."""
    return Tag(ids.new_id(), activity_id, Kind.SUN, "前门左侧", "东门", now_us(), ids.new_id())


@pytest.fixture(params=["mariadb", "memory"])
async def tagged(request: pytest.FixtureRequest, engine: AsyncEngine) -> Tagged:
    """Both, each with an activity of its own."""
    activity = await an_activity(engine)
    return Tagged(stored(engine) if request.param == "mariadb" else FakeTags(quota=FEW), activity)


async def test_what_was_made_is_listed_the_living_ones_first(tagged: Tagged) -> None:
    """The newest of each first, as they were made; those of other activities elsewhere."""
    made = [await tagged.add(tag_id=tag_id) for tag_id in sorted(ids.new_id() for _ in range(3))]
    await tagged.tags.revoke(tagged.activity, made[2].tag_id, ids.new_id(), revoked_at := now_us())
    listed = await tagged.tags.of_activity(tagged.activity.activity_id)
    assert listed == [made[1], made[0], replace(made[2], revoked_at=revoked_at)]
    assert await tagged.tags.of_activity(ids.new_id()) == []


async def test_an_activity_has_so_many_that_live(tagged: Tagged) -> None:
    """One that is taken back makes room."""
    made = [await tagged.add() for _ in range(FEW)]
    with pytest.raises(TooManyTagsError):
        await tagged.add()
    await tagged.tags.revoke(tagged.activity, made[0].tag_id, ids.new_id(), now_us())
    assert (await tagged.add()).tag_id in await tagged.known()


async def test_a_tag_is_taken_back_once_and_of_its_activity(tagged: Tagged) -> None:
    """Twice is once, and it stays when it was; others' tags are not there."""
    tag = await tagged.add()
    for at in (first := now_us(), first + SECOND_US):
        await tagged.tags.revoke(tagged.activity, tag.tag_id, ids.new_id(), at)
    assert [each.revoked_at for each in await tagged.tags.of_activity(tagged.activity.activity_id)] == [first]
    with pytest.raises(TagNotFoundError):
        await tagged.tags.revoke(tagged.activity, ids.new_id(), ids.new_id(), first)
    with pytest.raises(TagNotFoundError):
        other = replace(tagged.activity, activity_id=ids.new_id())
        await tagged.tags.revoke(other, tag.tag_id, ids.new_id(), first)


async def test_until_when_a_tag_lived_is_known_for_a_day(tagged: Tagged) -> None:
    """What came before is judged by it, however late that is; of another time, those that were made by then."""
    now, day = now_us(), 24 * 3600 * SECOND_US
    tag, later = await tagged.add(created_at=now - day), await tagged.add(created_at=now + 10 * SECOND_US)
    await tagged.tags.revoke(tagged.activity, tag.tag_id, ids.new_id(), revoked_at := now - 5 * SECOND_US)
    assert await tagged.known() == {later.tag_id: None, tag.tag_id: revoked_at}
    assert await tagged.known(now - day - 1) == {}
    assert await tagged.known(now) == {tag.tag_id: revoked_at}
    assert await tagged.known(revoked_at + day) == {later.tag_id: None}


async def test_of_many_that_were_revoked_the_last_are_known(tagged: Tagged) -> None:
    """Whoever makes and revokes them all day makes no snapshot longer; the living ones are always there."""
    made = [await tagged.add() for _ in range(FEW - 1)]
    began_at = now_us() - SECOND_US
    for number in range(110):
        tag = await tagged.add()
        await tagged.tags.revoke(tagged.activity, tag.tag_id, ids.new_id(), began_at + number)
        made.append(tag)
    known = await tagged.known()
    assert len(known) == 100 and known.keys() == {each.tag_id for each in (*made[: FEW - 1], *made[-(101 - FEW) :])}


async def test_the_latest_and_the_highest_of_what_was_seen_stay(tagged: Tagged) -> None:
    """In whatever order it is told, twice as well; what nobody knows is ignored."""
    tag, other = await tagged.add(), await tagged.add()
    now = now_us()
    for taps in ({tag.tag_id: Tap(now, 7), ids.new_id(): Tap(now, 1)}, {tag.tag_id: Tap(now - SECOND_US, 9)}) * 2:
        await tagged.tags.record(taps)
    await tagged.tags.record({})
    listed = {each.tag_id: each for each in await tagged.tags.of_activity(tagged.activity.activity_id)}
    assert listed[tag.tag_id] == replace(tag, last_seen_at=now, last_counter=9)
    assert listed[other.tag_id] == other


def test_of_many_touches_of_a_tag_the_last_and_the_highest_count() -> None:
    """Though they may not be the same."""
    assert latest([(b"1", Tap(5, 2)), (b"2", Tap(1, 0)), (b"1", Tap(4, 3))]) == {b"1": Tap(5, 3), b"2": Tap(1, 0)}


async def test_nobody_tags_an_activity_that_is_not_there(engine: AsyncEngine) -> None:
    """Deleted meanwhile."""
    with pytest.raises(ActivityNotFoundError):
        await stored(engine).add(a_tag(ids.new_id()))


async def test_an_organisation_makes_so_many_in_an_hour(engine: AsyncEngine) -> None:
    """Each of them is kept for ever; what was too much is not."""
    activity = await an_activity(engine)
    tags = stored(engine, Quotas(an_allowance(1), an_allowance(1)))
    await tags.add(a_tag(activity.activity_id))
    with pytest.raises(TooManyChangesError):
        await tags.add(a_tag(activity.activity_id))
    assert len(await tags.of_activity(activity.activity_id)) == 1


async def test_caches_are_told_of_each_change(engine: AsyncEngine) -> None:
    """In the change's own transaction."""
    activity = await an_activity(engine)
    tags, tag = stored(engine), a_tag(activity.activity_id)
    await tags.add(tag)
    await tags.revoke(activity, tag.tag_id, ids.new_id(), now_us())
    said = b"".join(occurrence.occurrence_id for occurrence in activity.occurrences)
    async with engine.connect() as connection:
        told = await connection.execute(select(tables.outbox.c.kind).where(tables.outbox.c.body == said))
    assert [row.kind for row in told] == [HASTEN] * 2


async def test_without_mysql_those_that_were_read_go_on(engine: AsyncEngine) -> None:
    """Nothing can be taken back then; of others, and of other times, nobody can tell."""
    activity = await an_activity(engine)
    tags, tag = stored(engine), a_tag(activity.activity_id)
    await tags.add(tag)
    assert await tags.known([activity.activity_id]) == {activity.activity_id: [tag]}
    gone = create_engine("mysql+aiomysql://nobody:nothing@127.0.0.1:1/none", pool_timeout_s=1)
    tags._reading = Store(gone, Outbox(gone, tables.outbox, {}), a_lot()).reading
    assert await tags.known([activity.activity_id]) == {activity.activity_id: [tag]}
    for wanted, at in (([activity.activity_id, ids.new_id()], 0), ([activity.activity_id], 1)):
        with pytest.raises(UnavailableError):
            await tags.known(wanted, at)
    assert await tags.known([]) == {}
    await gone.dispose()
