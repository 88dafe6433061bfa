"""Saved places, the same body in memory and on MariaDB."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import IdempotencyKeyReusedError, Intent
from services.activity.definition import Place, Wifi
from services.activity.errors import PlaceNotFoundError, TooManyChangesError, TooManyPlacesError
from services.activity.places import QUOTA, Places, SavedPlace, Site
from services.activity.quotas import Quotas
from services.activity.tables import places as rows
from tests.contract.schemas import migrated
from tests.fakes.activity import FakePlaces, a_lot, an_allowance

Stores = Places | FakePlaces
SITE = Site(Place("图书馆", 25.0, 102.0), (Wifi("Hall", b"\x9c\xa6\x15\x00\x1f\x2e"),))


@pytest.fixture(scope="module")
def places_url(database_url: str) -> Iterator[str]:
    """A schema made by activity's migrations."""
    with migrated(database_url, "activity") as url:
        yield url


@pytest.fixture
async def engine(places_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    engine = create_engine(places_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


@pytest.fixture(params=["memory", "mariadb"])
def either(request: pytest.FixtureRequest) -> Stores:
    """The fake and the real one."""
    return stores(request, QUOTA)


@pytest.fixture(params=["memory", "mariadb"])
def five(request: pytest.FixtureRequest) -> Stores:
    """The same, where an organisation saves five."""
    return stores(request, 5)


def stores(request: pytest.FixtureRequest, quota: int) -> Stores:
    """The one that a test asks for."""
    if request.param == "memory":
        return FakePlaces(quota)
    return Places(request.getfixturevalue("engine"), a_lot(), quota)


def a_place(organisation_id: bytes, name: str = "图书馆") -> SavedPlace:
    """A new one."""
    return SavedPlace(ids.new_id(), organisation_id, replace(SITE, place=replace(SITE.place, name=name)), now_us())


def an_intent(key: str = "", user_id: bytes = b"", body: bytes = b"body") -> Intent:
    """A request to save a place."""
    return Intent(user_id or ids.new_id(), "/activity.v1.PlaceService/CreatePlace", key, body)


def newest_first(saved: Iterable[SavedPlace]) -> list[SavedPlace]:
    """By id: of one millisecond any."""
    return sorted(saved, key=lambda place: place.place_id, reverse=True)


async def test_places_are_listed_page_by_page_and_only_one_s_own(either: Stores) -> None:
    """The newest first; those of another organisation on no page."""
    mine, foreign = ids.new_id(), ids.new_id()
    saved = [await either.save(a_place(mine, name), an_intent()) for name in "甲乙丙"]
    await either.save(a_place(foreign), an_intent())

    first = await either.page(mine, None, 2)

    assert [*first, *await either.page(mine, first[-1].place_id, 2)] == newest_first(saved)


async def test_the_same_intent_twice_saves_one_place(either: Stores) -> None:
    """Another body under its key is a conflict."""
    organisation_id, user_id = ids.new_id(), ids.new_id()
    first = await either.save(a_place(organisation_id), an_intent("k", user_id))

    assert await either.save(a_place(organisation_id), an_intent("k", user_id)) == first
    with pytest.raises(IdempotencyKeyReusedError):
        await either.save(a_place(organisation_id), an_intent("k", user_id, b"other"))
    assert await either.page(organisation_id, None, 10) == [first]


async def test_a_place_changes_and_goes_by_its_own_organisation_alone(either: Stores) -> None:
    """To another one its id is unknown."""
    mine, foreign = ids.new_id(), ids.new_id()
    place = await either.save(a_place(mine), an_intent())
    moved = replace(SITE, wifi=())

    for organisation_id, place_id in ((foreign, place.place_id), (mine, ids.new_id())):
        with pytest.raises(PlaceNotFoundError):
            await either.change(organisation_id, place_id, lambda _: moved)
        with pytest.raises(PlaceNotFoundError):
            await either.delete(organisation_id, place_id)
    changed = await either.change(mine, place.place_id, lambda _: moved)

    assert await either.page(mine, None, 10) == [changed] == [replace(place, site=moved)]
    await either.delete(mine, place.place_id)
    assert await either.page(mine, None, 10) == []


async def test_an_organisation_saves_so_many_and_no_more(five: Stores) -> None:
    """However many come at once; one that is deleted makes room."""
    organisation_id = ids.new_id()
    first = await five.save(a_place(organisation_id), an_intent())

    outcomes = await asyncio.gather(
        *(five.save(a_place(organisation_id), an_intent()) for _ in range(9)), return_exceptions=True
    )

    assert sum(isinstance(outcome, TooManyPlacesError) for outcome in outcomes) == 5
    assert len(await five.page(organisation_id, None, 10)) == 5
    await five.delete(organisation_id, first.place_id)
    await five.save(a_place(organisation_id), an_intent())
    assert QUOTA == 200


async def test_two_phones_teach_a_place_at_once_and_it_learns_from_both(engine: AsyncEngine) -> None:
    """Neither overwrites what the other one saw."""
    stored, organisation_id = Places(engine, a_lot()), ids.new_id()
    place = await stored.save(a_place(organisation_id), an_intent())

    async def teach(number: int) -> SavedPlace:
        seen = Wifi("", b"\x9c\xa6\x15\x00\x00" + bytes([number]))
        return await stored.change(organisation_id, place.place_id, lambda site: site.learned([seen]))

    await asyncio.gather(*map(teach, range(1, 9)))

    [taught] = await stored.page(organisation_id, None, 10)
    assert len(taught.site.wifi) == 1 + 8


async def test_changes_of_places_count_like_those_of_activities(engine: AsyncEngine) -> None:
    """What changes nothing does not count."""
    stored, organisation_id = Places(engine, Quotas(an_allowance(1), an_allowance(1))), ids.new_id()
    place = await stored.save(a_place(organisation_id), an_intent())

    assert await stored.change(organisation_id, place.place_id, lambda site: site) == place
    with pytest.raises(TooManyChangesError):
        await stored.change(organisation_id, place.place_id, lambda site: replace(site, wifi=()))


async def test_a_place_that_cannot_be_read_is_left_out(engine: AsyncEngine) -> None:
    """Its neighbours are on the page that it would have been on."""
    stored, organisation_id = Places(engine, a_lot()), ids.new_id()
    saved = [await stored.save(a_place(organisation_id, name), an_intent()) for name in "甲乙丙"]
    async with engine.begin() as connection:
        await connection.execute(update(rows).where(rows.c.place_id == saved[1].place_id).values(site="{"))

    assert await stored.page(organisation_id, None, 2) == newest_first([saved[0], saved[2]])
    with pytest.raises(PlaceNotFoundError):
        await stored.change(organisation_id, saved[1].place_id, lambda site: site)


async def test_a_database_that_is_gone_is_unavailable() -> None:
    """Reads and changes alike."""
    stored = Places(create_engine("mysql+aiomysql://nobody:x@127.0.0.1:1/activity?charset=utf8mb4"), a_lot())

    for work in (
        stored.page(ids.new_id(), None, 1),
        stored.save(a_place(ids.new_id()), an_intent()),
        stored.delete(ids.new_id(), ids.new_id()),
    ):
        with pytest.raises(UnavailableError):
            await work
