"""One stored item that nobody can read, in every place that keeps some: its neighbours go on, and it is counted.

The recorder's own are in `tests/contract/checkin/recording/test_intake.py`, evidence in
`tests/unit/checkin/recording/test_complete.py`.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import MetaData, Table, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Cell, Pii
from servicekit import ids
from servicekit.clock import LATEST_US, now_us, to_datetime
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import Intent
from servicekit.rabbitmq.outbox import Outbox, OutboxRow, outbox_table
from servicekit.redis import cache
from services.activity import calendar
from services.activity.store import Store
from services.activity.tables import activities, activity_versions, outbox
from services.checkin.seats.seats import Answer, Seats
from services.identity.domain import Role
from services.identity.errors import RefreshTokenError
from services.identity.organisations import Organisations
from services.identity.people import People
from services.identity.tables import sessions, users
from services.reporting.live.numbers import LiveReader
from services.reporting.store import Activities
from tests.contract.reporting.live.test_numbers import RedisLive, a_change, key_of
from tests.contract.reporting.test_store import an_activity
from tests.contract.schemas import migrated
from tests.fakes.activity import HOUR_US, STARTS_AT, a_draft, a_lot

NOW = now_us()
PII, LATER = Pii({1: b"\x01" * 32}, "identity", "wx1"), Pii({7: b"\x07" * 32}, "identity", "wx1")


def met(what: str) -> float:
    """How often such an item was met."""
    return REGISTRY.get_sample_value("unreadable_items_total", {"what": what}) or 0.0


@pytest.fixture(scope="module", params=["identity", "activity", "reporting"])
def schema_url(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    """A service's schema, made by its migrations."""
    with migrated(database_url, request.param) as url:
        yield url


@pytest.fixture
async def schema(schema_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    engine = create_engine(schema_url)
    yield engine
    await engine.dispose()


def _garbled(user_id: bytes) -> list[bytes]:
    name = Cell("users", "name", user_id)
    return [
        b"\x01",
        b"garbled",
        b"\x01" + bytes(11),
        PII.seal("x", replace(name, row=b"another")),
        LATER.seal("x", name),
    ]


@pytest.mark.parametrize("schema_url", ["identity"], indirect=True)
@pytest.mark.parametrize("garbage", range(5))
async def test_a_name_that_does_not_open_is_none(schema: AsyncEngine, garbage: int) -> None:
    """Its person signs in, is listed beside the others, and gives a new one; it was a 500 for all of them."""
    people, organisations = People(schema, PII), Organisations(schema, PII, 50)
    openid = f"openid-{ids.new_id().hex()}"
    owner, member = await people.sign_in(openid, NOW), await people.sign_in(f"{openid}-2", NOW)
    await people.rename(member.user.user_id, "李四")
    organisation = await organisations.create(Intent(owner.user.user_id, "r", "", b""), "实验中学", NOW)
    await organisations.add_member(
        organisation.organisation_id, owner.user.user_id, member.user.user_id, Role.STAFF, NOW
    )
    mine, before = users.c.user_id == owner.user.user_id, met("user_name")
    async with schema.begin() as connection:
        await connection.execute(update(users).where(mine).values(name=_garbled(owner.user.user_id)[garbage]))

    members = await organisations.members(organisation.organisation_id, owner.user.user_id, b"", 10)
    assert sorted(each.name for each in members) == ["", "李四"]
    assert (await people.sign_in(openid, NOW)).user.name == ""
    assert (await people.get(owner.user.user_id)).name == ""
    assert len(await people.batch_get([owner.user.user_id, member.user.user_id])) == 2
    assert met("user_name") == before + 4
    assert (await people.rename(owner.user.user_id, "王五")).name == "王五"


@pytest.mark.parametrize("schema_url", ["identity"], indirect=True)
@pytest.mark.parametrize("garbage", [None, b"", b"\x01", b"garbled" * 10])
async def test_a_kept_refresh_token_that_does_not_open_asks_to_sign_in(
    schema: AsyncEngine, garbage: bytes | None
) -> None:
    """An answer that the phone can act on."""
    people = People(schema, PII)
    session = await people.sign_in(f"openid-{ids.new_id().hex()}", NOW)
    await people.refresh(session.refresh_token, "", NOW)
    async with schema.begin() as connection:
        mine = sessions.c.session_id == session.session_id
        await connection.execute(update(sessions).where(mine).values(token=garbage))
    with pytest.raises(RefreshTokenError):
        await people.refresh(session.refresh_token, "", NOW)


@pytest.mark.parametrize("schema_url", ["activity"], indirect=True)
@pytest.mark.parametrize("garbage", ["{}", '{"capacity": "many"}'])
async def test_an_activity_that_cannot_be_read_is_left_out(schema: AsyncEngine, garbage: str) -> None:
    """Of what checkin asks for, of the calendar, and of lists, whose pages are as long as before."""
    store, organisation_id = Store(schema, Outbox(schema, outbox, {}), a_lot()), ids.new_id()
    made = []
    for _ in range(4):
        draft = a_draft(organisation_id, ids.new_id(), ids.new_id())
        made.append(await store.create(lambda draft=draft: draft, Intent(ids.new_id(), "r", "", b"")))  # type: ignore[misc]
        await store.change(made[-1].activity_id, lambda activity: activity.publish(STARTS_AT - HOUR_US))
    bad, before = made[2], met("activity")
    async with schema.begin() as connection:
        mine = activities.c.activity_id == bad.activity_id
        await connection.execute(update(activities).where(mine).values(definition=garbage))
        versions = activity_versions.c.activity_id == bad.activity_id
        await connection.execute(update(activity_versions).where(versions).values(snapshot=b"\xff"))

    wanted = [each.activity_id for each in made]
    readable = {each.activity_id for each in made} - {bad.activity_id}
    store = Store(schema, Outbox(schema, outbox, {}), a_lot())
    assert {each.activity_id for each in await store.find(activity_ids=wanted)} == readable
    page = await store.page([organisation_id], None, 3)
    assert [each.activity_id for each in page] == sorted(readable, reverse=True)
    assert await store.get(bad.activity_id) is None
    as_of = await store.find_as_of(now_us(), activity_ids=wanted)
    assert {each.activity_id for each in as_of} == readable
    async with schema.connect() as connection:
        coming = await calendar.read(connection, STARTS_AT - HOUR_US)
    assert len(coming) >= 4
    assert met("activity") > before


async def test_an_effect_whose_trace_cannot_be_read_happens_all_the_same(engine: AsyncEngine) -> None:
    """The sweeper ended, and every effect with it."""
    table: Table = outbox_table(MetaData())
    done: list[bytes] = []

    async def take(row: OutboxRow) -> None:
        done.append(row.body)

    async with engine.begin() as connection:
        await connection.run_sync(table.metadata.drop_all)
        await connection.run_sync(table.metadata.create_all)
    swept = Outbox(engine, table, {"hint": take})
    async with engine.begin() as connection:
        rows = [OutboxRow("hint", body, created_at=to_datetime(NOW - 60_000_000)) for body in (b"1", b"2")]
        await swept.write(connection, rows)
        await connection.execute(update(table).where(table.c.body == b"1").values(headers="{garbled"))
    assert await swept.sweep()
    assert sorted(done) == [b"1", b"2"]
    async with engine.begin() as connection:
        await connection.run_sync(table.metadata.drop_all)


@pytest.mark.parametrize("schema_url", ["reporting"], indirect=True)
@pytest.mark.parametrize("changes", [{"closes_at": LATEST_US + 1}, {"title": "x" * 5000}, {"capacity": 2**40}], ids=str)
async def test_a_change_that_no_column_can_hold_is_left_out(schema: AsyncEngine, changes: dict[str, object]) -> None:
    """It went back to the queue and came again, for ever, and nothing after it was ever read."""
    stored, bad, good = Activities(schema), an_activity(**changes), [an_activity(), an_activity()]
    await stored.save([good[0], bad, good[1]])
    assert [await stored.get(each.activity_id) for each in (*good, bad)] == [*good, None]


async def test_numbers_that_cannot_be_read_leave_the_others(redis: cache.Redis) -> None:
    """One garbled seat was a 500 on the whole list of people."""
    activity_id, person, other = ids.new_id(), ids.new_id(), ids.new_id()
    live = RedisLive(redis)
    await live.apply({activity_id: [a_change(person), a_change(other)]})
    seats = key_of("seats", activity_id)
    [field] = [field for field in await redis.hkeys(seats) if person in field]
    await redis.hset(seats, field, b"garbled seat")
    await redis.hset(seats, b"", b"")
    await redis.hset(key_of("counts", activity_id), mapping={b"late" + b"o" * 16: b"many", b"\xff" + b"o" * 16: b"1"})
    reader = LiveReader(redis)
    assert [each.user_id for each in await reader.people(activity_id, b"o" * 16)] == [other]
    assert (await reader.numbers(activity_id, b"o" * 16)).counts["checked_in"] == 2


@pytest.mark.parametrize("cut", [3, 50])
async def test_an_answer_that_cannot_be_read_is_forgotten(redis: cache.Redis, cut: int) -> None:
    """The person's other answers are there, a retry is judged anew, and what they are told next is kept."""
    seats, user_id, attempts = Seats(redis), ids.new_id(), [ids.new_id(), ids.new_id(), ids.new_id()]
    answers = {(user_id, attempt_id): Answer(bytes(16), 5, b"") for attempt_id in attempts}
    answers[user_id, attempts[1]] = Answer(bytes(16), 5, b"\xff")
    answers[user_id, attempts[2]] = Answer(bytes(16), 5, bytes(50))
    await seats.settle({}, answers)
    [key] = [key async for key in redis.scan_iter(match=b"checkin:told:*") if key.endswith(user_id)]
    told = await redis.get(key)
    assert isinstance(told, bytes)
    await redis.set(key, told[:-cut])
    found = await seats.answers_of(user_id)
    assert len([answer for answer in found if answer.record() is not None]) == 1
    _, earlier = await seats.claim({}, [(user_id, attempt_id) for attempt_id in attempts])
    assert set(earlier) == {(user_id, attempts[0]), (user_id, attempts[1])}
    await seats.settle({}, {(user_id, attempts[2]): Answer(bytes(16), 6, b"")})
    assert len(await seats.answers_of(user_id)) == 3
