"""Live numbers, the same body in memory and on a real Redis; then what only Redis can show."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protos.reporting.v1 import reporting_pb2 as pb
from servicekit import cache, ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import DAY_US, IN, OUT, Counted, SeatView, Status, counters
from services.reporting.live import EVENTS_PER_ENTRY, LiveReader, LiveWriter, Numbers
from services.reporting.project import Change
from tests.fakes_reporting import FakeLive

HELD, PENDING, REFUSED, ABSENT = Status.CHECKED_IN, Status.PENDING_REVIEW, Status.REFUSED, Status.ABSENT


class RedisLive:
    """Writer and reader on one Redis."""

    def __init__(self, redis: cache.Redis, closes_at: int | None = None) -> None:
        writer, reader = LiveWriter(redis, lambda activity_id: closes_at), LiveReader(redis)
        self.apply, self.beat = writer.apply, writer.beat
        self.numbers, self.people = reader.numbers, reader.people


Live = FakeLive | RedisLive


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[cache.Redis]:
    """A client of the test's own."""
    client = cache.connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
def live(request: pytest.FixtureRequest) -> Live:
    """The numbers, fake and real."""
    return FakeLive() if request.param == "memory" else RedisLive(request.getfixturevalue("redis"))


@pytest.fixture
def activity_id() -> bytes:
    """An activity that nobody else counts."""
    return ids.new_id()


def a_change(
    user_id: bytes, revision: int = 1, status: Status = HELD, direction: int = IN, at: int = 60_000_000
) -> Change:
    """A seat in a state that depends on nothing but the arguments."""
    counted, event = [], b""
    if direction == IN:
        counted = counters(status, at, "qr", "A", "on_time", ["REASON"])
        event = pb.LiveBatch(events=[pb.LiveEvent(user_id=user_id, status=status)]).SerializeToString()
    view = SeatView(status is HELD, at, counted, int(status), "qr", "A", "on_time", ["REASON"])
    return Change(user_id, direction, revision, view, event, at)


async def events(redis: cache.Redis, activity_id: bytes) -> list[list[pb.LiveEvent]]:
    """The events of each entry of the live stream."""
    entries = await redis.xrange(f"reporting:live:{{{ids.to_text(activity_id)}}}")
    return [list(pb.LiveBatch.FromString(fields[b"e"]).events) for _, fields in entries]


async def test_a_change_moves_counters_from_old_to_new(live: Live, activity_id: bytes) -> None:
    """A person under review who is then accepted leaves one counter for the others, and is newly held once."""
    person = ids.new_id()
    pending, accepted = a_change(person, 1, PENDING), a_change(person, 2)

    assert await live.apply({activity_id: [pending]}) == []
    assert (await live.numbers(activity_id)).counts == {"pending_review": 1, "reason:REASON": 1}
    assert await live.apply({activity_id: [accepted]}) == [accepted]

    once = ["checked_in", "inside", "minute:1", "method:qr", "gate:A", "reason:REASON"]
    assert (await live.numbers(activity_id)).counts == dict.fromkeys(once, 1)


async def test_the_same_message_twice(live: Live, activity_id: bytes) -> None:
    """The second time nothing is newly held and no number moves."""
    changes = {activity_id: [a_change(ids.new_id()), a_change(ids.new_id())]}

    first = await live.apply(changes)
    before = await live.numbers(activity_id)
    second = await live.apply(changes)

    assert (len(first), second) == (2, [])
    assert (await live.numbers(activity_id))[:2] == before[:2]


async def test_a_lower_revision_is_ignored(live: Live, activity_id: bytes) -> None:
    """A state that arrives after a newer one changes nothing, beyond a million revisions too."""
    person = ids.new_id()
    await live.apply({activity_id: [a_change(person, 2**40 + 1)]})
    assert await live.apply({activity_id: [a_change(person, 2**40, REFUSED)]}) == []
    assert (await live.numbers(activity_id)).counts["checked_in"] == 1


async def test_an_annulled_person_leaves_every_counter(live: Live, activity_id: bytes) -> None:
    """Counters that reach zero are gone, and the person reads absent."""
    person = ids.new_id()
    await live.apply({activity_id: [a_change(person)]})
    await live.apply({activity_id: [a_change(person, 2, ABSENT)]})
    assert (await live.numbers(activity_id)).counts == {"reason:REASON": 1}
    [found] = await live.people(activity_id)
    assert (found.user_id, found.seat.status) == (person, ABSENT)


async def test_activities_do_not_mix(live: Live, activity_id: bytes) -> None:
    """One trip for two activities counts a person in each."""
    person, other_activity = ids.new_id(), ids.new_id()
    await live.apply({activity_id: [a_change(person)], other_activity: [a_change(person, status=REFUSED)]})
    assert (await live.numbers(activity_id)).counts["checked_in"] == 1
    assert (await live.numbers(other_activity)).counts == {"refused": 1, "reason:REASON": 1}


USERS = [bytes([number]) * 16 for number in range(4)]


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Change]]:
    """Histories of some seats, cut into batches that come in any order, some of them again."""
    history = []
    for user_id in USERS:
        for direction in (IN, OUT):
            states = draw(st.lists(st.tuples(st.sampled_from(Status), st.integers(1, 3)), max_size=4))
            history += [
                a_change(user_id, revision, status, direction, at * 60_000_000)
                for revision, (status, at) in enumerate(states, start=1)
            ]
    arriving = draw(st.permutations(history + draw(st.lists(st.sampled_from(history or [a_change(USERS[0])])))))
    cuts = sorted(draw(st.lists(st.integers(0, len(arriving)), max_size=5)))
    return [list(part) for part in _cut(arriving, cuts)]


def _cut(changes: Sequence[Change], cuts: Sequence[int]) -> Iterator[Sequence[Change]]:
    for start, end in zip([0, *cuts], [*cuts, len(changes)], strict=True):
        yield changes[start:end]


@given(deliveries())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_counters_equal_a_recount(redis: cache.Redis, batches: list[list[Change]]) -> None:
    """In whatever order, grouping and repetition states come, Redis counts as a recount of the newest ones does."""
    activity_id, real, fake = ids.new_id(), RedisLive(redis), FakeLive()

    for batch in batches:
        assert await real.apply({activity_id: batch}) == await fake.apply({activity_id: batch})

    ascending = sorted(chain(*batches), key=lambda change: change.revision)
    newest = {(change.user_id, change.direction): change for change in ascending}
    people = [Counted(change.user_id, change.view) for change in newest.values() if change.direction == IN]
    assert (await real.numbers(activity_id)).counts == (await fake.numbers(activity_id)).counts
    assert sorted(await real.people(activity_id)) == sorted(await fake.people(activity_id)) == sorted(people)
    assert list(chain(*await events(redis, activity_id))) == fake.events[activity_id]


async def test_viewers_get_every_event_in_entries_of_fifty(redis: cache.Redis, activity_id: bytes) -> None:
    """More changes than an entry or a call of the script takes are told completely and in order."""
    changes = [a_change(ids.new_id()) for _ in range(730)]

    assert len(await RedisLive(redis).apply({activity_id: changes})) == 730

    told = await events(redis, activity_id)
    assert max(map(len, told)) == EVENTS_PER_ENTRY
    assert [event.user_id for entry in told for event in entry] == [change.user_id for change in changes]


async def test_viewers_hear_of_numbers_without_an_event(redis: cache.Redis, activity_id: bytes) -> None:
    """Somebody who leaves moves `inside` only: an entry without events says so."""
    person, live = ids.new_id(), RedisLive(redis)
    await live.apply({activity_id: [a_change(person)]})
    await live.apply({activity_id: [a_change(person, direction=OUT, at=120_000_000)]})
    assert [len(entry) for entry in await events(redis, activity_id)] == [1, 0]


async def test_the_event_id_is_the_newest_entry(redis: cache.Redis, activity_id: bytes) -> None:
    """Numbers name the entry they include, and the start of the stream while there is none."""
    live = RedisLive(redis)
    assert (await live.numbers(activity_id)).event_id == "0-0"
    await live.apply({activity_id: [a_change(ids.new_id())]})
    [(entry_id, _)] = await redis.xrange(f"reporting:live:{{{ids.to_text(activity_id)}}}")
    assert (await live.numbers(activity_id)).event_id == entry_id.decode()


@pytest.mark.parametrize(
    ("closes_in_us", "life_us"),
    [(2 * DAY_US, 3 * DAY_US), (None, 8 * DAY_US), (-5 * DAY_US, 3600 * 1_000_000)],
    ids=["a day after the close", "close unknown", "closed long ago"],
)
async def test_everything_expires(
    redis: cache.Redis, activity_id: bytes, closes_in_us: int | None, life_us: int
) -> None:
    """All three keys of an activity go together, never at once."""
    closes_at = None if closes_in_us is None else now_us() + closes_in_us
    await RedisLive(redis, closes_at).apply({activity_id: [a_change(ids.new_id())]})
    for kind in ("people", "counts", "live"):
        left_s = await redis.ttl(f"reporting:{kind}:{{{ids.to_text(activity_id)}}}")
        assert left_s == pytest.approx(life_us / 1_000_000, abs=5)


async def test_numbers_are_stale_without_a_recent_heartbeat(redis: cache.Redis, activity_id: bytes) -> None:
    """A projector that just said it consumes makes them fresh; six seconds of silence make them stale."""
    live = RedisLive(redis)
    await live.beat()
    assert not (await live.numbers(activity_id)).is_stale
    assert Numbers({}, "0-0", now_us() - 6_000_000).is_stale


async def test_redis_gone(activity_id: bytes) -> None:
    """Every use of it is UNAVAILABLE, none hangs."""
    live = RedisLive(cache.connect("redis://127.0.0.1:1/0"))
    for use in (live.apply({activity_id: [a_change(USERS[0])]}), live.numbers(activity_id), live.people(activity_id)):
        with pytest.raises(UnavailableError):
            await use
