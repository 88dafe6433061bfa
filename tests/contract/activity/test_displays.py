"""Displays, the same body in memory and on MariaDB."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from services.activity.displays import (
    LINK_US,
    QUOTA,
    Direction,
    Display,
    Displays,
    Kind,
    digest_of,
    digest_of_code,
    new_code,
    new_secret,
)
from services.activity.errors import (
    ActivityNotFoundError,
    DisplayNotFoundError,
    TooManyChangesError,
    TooManyDisplaysError,
)
from services.activity.quotas import Quotas
from services.activity.rows import insert_activity
from tests.contract.schemas import migrated
from tests.fakes.activity import FakeDisplays, a_draft, a_lot, an_allowance

FEW = 3


@pytest.fixture(scope="module")
def displays_url(database_url: str) -> Iterator[str]:
    """A schema made by activity's migrations."""
    with migrated(database_url, "activity") as url:
        yield url


@pytest.fixture
async def engine(displays_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    engine = create_engine(displays_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


@dataclass
class Stored:
    """Either store, where an activity has three displays, and an activity of it."""

    displays: Displays | FakeDisplays
    activity_id: bytes

    async def add(self, **changes: object) -> Display:
        """A new link."""
        display = replace(a_display(self.activity_id), **changes)  # type: ignore[arg-type]
        return await self.displays.add(display)


@pytest.fixture
async def shown(engine: AsyncEngine) -> bytes:
    """An activity on that schema."""
    return await an_activity(engine)


@pytest.fixture(params=["memory", "mariadb"])
def stored(request: pytest.FixtureRequest) -> Stored:
    """The fake and the real one."""
    if request.param == "memory":
        return Stored(FakeDisplays(FEW), ids.new_id())
    displays = Displays(request.getfixturevalue("engine"), a_lot(), FEW)
    return Stored(displays, request.getfixturevalue("shown"))


async def an_activity(engine: AsyncEngine) -> bytes:
    """One that can be shown."""
    activity = a_draft(ids.new_id(), ids.new_id(), ids.new_id()).publish(now_us())
    async with engine.begin() as connection:
        await insert_activity(connection, replace(activity, valid_from=now_us()), ids.new_id())
    return activity.activity_id


def a_display(activity_id: bytes) -> Display:
    """A link that nobody opened yet."""
    return Display(ids.new_id(), activity_id, 1, 2, digest_of_code(new_code()), ids.new_id(), now_us())


async def test_a_display_is_found_by_its_link_its_browser_and_its_activity(stored: Stored) -> None:
    """As it was stored and opened; nothing is found by what nobody has."""
    first, second, secret = await stored.add(), await stored.add(), new_secret()
    opened = first.opened(secret, "203.0.113.7", now_us())

    assert await stored.displays.of_code(first.code_digest) == first
    assert await stored.displays.open(opened)
    assert await stored.displays.of_code(first.code_digest) == opened
    assert await stored.displays.of_secret(digest_of(secret)) == opened
    newest_first = sorted([opened, second], key=lambda each: each.display_id, reverse=True)
    assert await stored.displays.of_activity(stored.activity_id) == newest_first
    assert await stored.displays.of_activity(ids.new_id()) == []
    for nobody in (digest_of(new_secret()), digest_of(b"")):
        assert await stored.displays.of_code(nobody) is None and await stored.displays.of_secret(nobody) is None


async def test_a_kiosk_is_at_a_gate_or_has_a_name_of_its_own(stored: Stored) -> None:
    """However many are made at once; what was recorded at one keeps its name, so none has it again."""
    made = [await stored.add(kind=Kind.KIOSK), await stored.add(kind=Kind.KIOSK, gate="北门")]
    for each in made:
        await stored.displays.revoke(stored.activity_id, each.display_id, ids.new_id(), now_us())
    made += await asyncio.gather(*(stored.add(kind=Kind.KIOSK) for _ in range(2)))
    made.append(await stored.add(kind=Kind.WALL))

    assert [each.gate for each in made[:2]] == ["签到台 1", "北门"]
    assert sorted(each.gate for each in made[2:]) == ["", "签到台 2", "签到台 3"]
    listed = await stored.displays.of_activity(stored.activity_id)
    assert {each.display_id: each.gate for each in listed} == {each.display_id: each.gate for each in made}


async def test_a_kiosk_keeps_what_people_do_there(stored: Stored) -> None:
    """They come, unless it is made for those who go."""
    ways = [(await stored.add(kind=Kind.KIOSK, **given)) for given in ({}, {"direction": Direction.OUT})]
    found = {each.display_id: each.direction for each in await stored.displays.of_activity(stored.activity_id)}
    assert [found[each.display_id] for each in ways] == [Direction.IN, Direction.OUT]


async def test_two_browsers_at_once_and_one_opens_it(stored: Stored) -> None:
    """The other one is told, and its secret is nothing."""
    display = await stored.add()
    secrets = [new_secret() for _ in range(5)]

    done = await asyncio.gather(*(stored.displays.open(display.opened(each, "", now_us())) for each in secrets))

    assert sorted(done) == [False, False, False, False, True]
    found = [await stored.displays.of_secret(digest_of(each)) is not None for each in secrets]
    assert found == done


async def test_what_is_revoked_stays_so_and_opens_nothing(stored: Stored) -> None:
    """The first time counts; by another activity its id is unknown."""
    display, at = await stored.add(), now_us()

    for activity_id, display_id in ((ids.new_id(), display.display_id), (stored.activity_id, ids.new_id())):
        with pytest.raises(DisplayNotFoundError):
            await stored.displays.revoke(activity_id, display_id, ids.new_id(), at)
    await stored.displays.revoke(stored.activity_id, display.display_id, ids.new_id(), at)
    await stored.displays.revoke(stored.activity_id, display.display_id, ids.new_id(), at + 1)

    assert await stored.displays.of_code(display.code_digest) == replace(display, revoked_at=at)
    assert not await stored.displays.open(display.opened(new_secret(), "", at))


async def test_an_activity_has_so_many_that_live(stored: Stored) -> None:
    """However many come at once; what was revoked, or not opened in time, makes room, and what was opened does not."""
    now = now_us()
    old = await stored.add(created_at=now - LINK_US)
    await stored.add(created_at=now - LINK_US)
    outcomes = await asyncio.gather(*(stored.add() for _ in range(FEW + 2)), return_exceptions=True)

    assert sum(isinstance(outcome, TooManyDisplaysError) for outcome in outcomes) == 2
    living = next(outcome for outcome in outcomes if isinstance(outcome, Display))
    await stored.displays.revoke(stored.activity_id, living.display_id, ids.new_id(), now)
    assert await stored.displays.open(old.opened(new_secret(), "", now))
    with pytest.raises(TooManyDisplaysError):
        await stored.add()
    assert QUOTA == 20


async def test_new_displays_count_like_changes_of_their_activity(engine: AsyncEngine) -> None:
    """And an activity that is not there has none."""
    displays = Displays(engine, Quotas(an_allowance(1), an_allowance(1)))
    activity_id = await an_activity(engine)

    await displays.add(a_display(activity_id))
    with pytest.raises(TooManyChangesError):
        await displays.add(a_display(activity_id))
    with pytest.raises(ActivityNotFoundError):
        await displays.add(a_display(ids.new_id()))


async def test_a_database_that_is_gone_is_unavailable() -> None:
    """Reads and changes alike."""
    displays = Displays(create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4"), a_lot())
    display = a_display(ids.new_id())

    for work in (
        displays.add(display),
        displays.open(display.opened(new_secret(), "", now_us())),
        displays.revoke(display.activity_id, display.display_id, ids.new_id(), now_us()),
        displays.of_activity(display.activity_id),
        displays.of_secret(display.code_digest),
    ):
        with pytest.raises(UnavailableError):
            await work
