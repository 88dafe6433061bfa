"""Live numbers, the same body in memory and on a real Redis; then what only Redis can show."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domainkit.presence import Presence, moment
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.redis import cache
from services.reporting.domain import (
    BLOCK,
    DAY_US,
    IN,
    OUT,
    SPANS,
    SeatView,
    Status,
    Totals,
    counted,
    counters,
)
from services.reporting.live.numbers import EVENTS_PER_ENTRY, REBUILD_LIFE_MS, LiveReader, LiveWriter, Numbers
from services.reporting.project import Change
from tests.fakes.reporting import FakeLive, totals_of

HERE = b"o" * 16
HELD, PENDING, REFUSED, ABSENT = Status.CHECKED_IN, Status.PENDING_REVIEW, Status.REFUSED, Status.ABSENT


class RedisLive:
    """Writer and reader on one Redis."""

    def __init__(self, redis: cache.Redis, closes_at: int | None = None) -> None:
        writer, reader = LiveWriter(redis, lambda activity_id: closes_at), LiveReader(redis)
        self.apply, self.beat, self.totals = writer.apply, writer.beat, writer.totals
        self.begin, self.fill, self.switch, self.abandon = writer.begin, writer.fill, writer.switch, writer.abandon
        self.numbers, self.people = reader.numbers, reader.people


Live = FakeLive | RedisLive


@pytest.fixture(params=["memory", "redis"])
def live(request: pytest.FixtureRequest) -> Live:
    """The numbers, fake and real."""
    return FakeLive() if request.param == "memory" else RedisLive(request.getfixturevalue("redis"))


@pytest.fixture
def activity_id() -> bytes:
    """An activity that nobody else counts."""
    return ids.new_id()


def a_change(
    user_id: bytes,
    revision: int = 1,
    status: Status = HELD,
    direction: int = IN,
    at: int = 60_000_000,
    occurrence_id: bytes = HERE,
    last: str = "",
) -> Change:
    """A seat in a state that depends on nothing but the arguments."""
    counted, event = [], b""
    if direction == IN:
        counted = counters(status, at, "qr", "A", "on_time", ["REASON"])
        told = pb.LiveEvent(user_id=user_id, status=cast("pb.Status.ValueType", status))
        event = pb.LiveBatch(events=[told]).SerializeToString()
    view = SeatView(status is HELD, at, counted, int(status), "qr", "A", "on_time", ["REASON"], last)
    return Change(occurrence_id, user_id, direction, revision, view, event, at)


def key_of(kind: str, activity_id: bytes) -> str:
    """A key of an activity."""
    return f"reporting:{kind}:{{{ids.to_text(activity_id)}}}"


async def events(redis: cache.Redis, activity_id: bytes) -> list[list[pb.LiveEvent]]:
    """The events of each entry of the live stream."""
    entries: Any = await redis.xrange(f"reporting:live:{{{ids.to_text(activity_id)}}}")
    return [list(pb.LiveBatch.FromString(fields[b"e"]).events) for _, fields in entries]


async def test_a_change_moves_counters_from_old_to_new(live: Live, activity_id: bytes) -> None:
    """A person under review who is then accepted leaves one counter for the others, and is newly held once."""
    person = ids.new_id()
    pending, accepted = a_change(person, 1, PENDING), a_change(person, 2)

    assert await live.apply({activity_id: [pending]}) == []
    assert (await live.numbers(activity_id, HERE)).counts == {"pending_review": 1, "reason:REASON": 1}
    assert await live.apply({activity_id: [accepted]}) == [accepted]

    once = ["checked_in", "inside", "minute:1", "method:qr", "gate:A", "reason:REASON"]
    assert (await live.numbers(activity_id, HERE)).counts == dict.fromkeys(once, 1)


async def test_the_same_message_twice(live: Live, activity_id: bytes) -> None:
    """The second time nothing is newly held and no number moves."""
    changes = {activity_id: [a_change(ids.new_id()), a_change(ids.new_id())]}

    first = await live.apply(changes)
    before = await live.numbers(activity_id, HERE)
    second = await live.apply(changes)

    assert (len(first), second) == (2, [])
    assert (await live.numbers(activity_id, HERE))[:2] == before[:2]


async def test_a_lower_revision_is_ignored(live: Live, activity_id: bytes) -> None:
    """A state that arrives after a newer one changes nothing, beyond a million revisions too."""
    person = ids.new_id()
    await live.apply({activity_id: [a_change(person, 2**40 + 1)]})
    assert await live.apply({activity_id: [a_change(person, 2**40, REFUSED)]}) == []
    assert (await live.numbers(activity_id, HERE)).counts["checked_in"] == 1


async def test_an_annulled_person_leaves_every_counter(live: Live, activity_id: bytes) -> None:
    """Counters that reach zero are gone, and the person reads absent."""
    person = ids.new_id()
    await live.apply({activity_id: [a_change(person)]})
    await live.apply({activity_id: [a_change(person, 2, ABSENT)]})
    assert (await live.numbers(activity_id, HERE)).counts == {}
    [found] = await live.people(activity_id, HERE)
    assert (found.user_id, found.seat.status) == (person, ABSENT)


async def test_activities_do_not_mix(live: Live, activity_id: bytes) -> None:
    """One trip for two activities counts a person in each."""
    person, other_activity = ids.new_id(), ids.new_id()
    await live.apply({activity_id: [a_change(person)], other_activity: [a_change(person, status=REFUSED)]})
    assert (await live.numbers(activity_id, HERE)).counts["checked_in"] == 1
    assert (await live.numbers(other_activity, HERE)).counts == {"refused": 1, "reason:REASON": 1}


USERS = [bytes([number]) * 16 for number in range(4)]
# Near one another, some hours apart, and some days.
MINUTES = st.sampled_from([1, 2, 3, 130, 300, 1500, 3000, 9000])


def by_block(numbers: Numbers) -> dict[str, int]:
    """The counters with people counted by four hours only: which is finer depends on who came meanwhile."""
    counts: Counter[str] = Counter()
    for name, people in numbers.counts.items():
        kind, _, at = name.partition(":")
        counts[f"block:{int(at) // BLOCK * BLOCK}" if kind in SPANS else name] += people
    return dict(counts)


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Change]]:
    """Histories of some seats, cut into batches that come in any order, some of them again."""
    history = []
    for user_id in USERS:
        for direction in (IN, OUT):
            states = draw(st.lists(st.tuples(st.sampled_from(Status), MINUTES, MINUTES), max_size=4))
            history += [
                a_change(user_id, revision, status, direction, at * 60_000_000, last=moment(last * 60_000_000, user_id))
                for revision, (status, at, last) in enumerate(states, start=1)
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
    assert await real.totals([activity_id]) == await fake.totals([activity_id]) == totals_of(newest.values())
    people = list(counted({(each.occurrence_id, each.user_id, each.direction): each.view for each in newest.values()}))
    assert by_block(await real.numbers(activity_id, HERE)) == by_block(await fake.numbers(activity_id, HERE))
    assert (
        sorted(await real.people(activity_id, HERE)) == sorted(await fake.people(activity_id, HERE)) == sorted(people)
    )
    assert list(chain(*await events(redis, activity_id))) == fake.events[activity_id]


MINUTE_US = 60_000_000
# The first minute of a day in China.
DAWN = 30_000_000 // 1440 * 1440 - 480


async def test_what_is_long_ago_is_counted_by_longer_spans(redis: cache.Redis, activity_id: bytes) -> None:
    """Minutes for two hours back from the last, quarters of an hour for a day, and four hours before."""
    live = RedisLive(redis)
    for minute in (0, 1, 16, 1000, 2000, 2001, 2130, 2250):
        await live.apply({activity_id: [a_change(ids.new_id(), at=(DAWN + minute) * MINUTE_US)]})
    counted = {
        name: count for name, count in (await live.numbers(activity_id, HERE)).counts.items() if name[-1].isdigit()
    }
    assert counted == {
        f"block:{DAWN}": 3, f"quarter:{DAWN + 990}": 1, f"quarter:{DAWN + 1995}": 2, f"minute:{DAWN + 2130}": 1,
        f"minute:{DAWN + 2250}": 1,
    }  # fmt: skip


async def test_who_leaves_a_span_is_taken_out_of_it(redis: cache.Redis, activity_id: bytes) -> None:
    """Annulled, or held by another time: wherever the minute went, it counts one less."""
    live, people = RedisLive(redis), [ids.new_id() for _ in range(3)]
    await live.apply({activity_id: [a_change(person, at=DAWN * MINUTE_US) for person in people]})
    await live.apply({activity_id: [a_change(ids.new_id(), at=(DAWN + 500) * MINUTE_US)]})
    await live.apply({activity_id: [a_change(people[0], 2, ABSENT), a_change(people[1], 2, at=(DAWN + 1) * MINUTE_US)]})
    assert (await live.numbers(activity_id, HERE)).counts[f"quarter:{DAWN}"] == 2
    await live.apply({activity_id: [a_change(person, 3, ABSENT) for person in people[1:]]})
    assert [name for name in (await live.numbers(activity_id, HERE)).counts if name.startswith("quarter:")] == []


async def test_an_activity_of_weeks_has_a_few_hundred_counters(redis: cache.Redis, activity_id: bytes) -> None:
    """However many minutes there were: 45 days, somebody every seven minutes."""
    live, minutes = RedisLive(redis), range(0, 45 * 1440, 7)
    for first in range(0, len(minutes), 500):
        part = [a_change(ids.new_id(), at=(DAWN + minute) * MINUTE_US) for minute in minutes[first : first + 500]]
        await live.apply({activity_id: part})
    counts = (await live.numbers(activity_id, HERE)).counts
    spans = {name: count for name, count in counts.items() if name.partition(":")[0] in SPANS}
    assert sum(spans.values()) == counts["checked_in"] == len(minutes)
    assert len(spans) <= 270 + 97 + 135
    assert await redis.hlen(key_of("counts", activity_id)) <= len(spans) + 10


async def test_a_counter_below_zero_is_not_shown(redis: cache.Redis, activity_id: bytes) -> None:
    """A projector of an earlier release takes people out of minutes that are folded; numbers go on."""
    live = RedisLive(redis)
    await live.apply({activity_id: [a_change(ids.new_id())]})
    await redis.hincrby(key_of("counts", activity_id), "minute:7", -1)
    assert "minute:7" not in (await live.numbers(activity_id, HERE)).counts


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
    assert (await live.numbers(activity_id, HERE)).event_id == "0-0"
    await live.apply({activity_id: [a_change(ids.new_id())]})
    entries: Any = await redis.xrange(f"reporting:live:{{{ids.to_text(activity_id)}}}")
    assert [(await live.numbers(activity_id, HERE)).event_id.encode()] == [entry_id for entry_id, _ in entries]


@pytest.mark.parametrize(
    ("closes_in_us", "life_us"),
    [(2 * DAY_US, 3 * DAY_US), (None, 8 * DAY_US), (-5 * DAY_US, 3600 * 1_000_000)],
    ids=["a day after the close", "close unknown", "closed long ago"],
)
async def test_everything_expires(
    redis: cache.Redis, activity_id: bytes, closes_in_us: int | None, life_us: int
) -> None:
    """All keys of an activity go together, never at once."""
    closes_at = None if closes_in_us is None else now_us() + closes_in_us
    person = ids.new_id()
    await RedisLive(redis, closes_at).apply({activity_id: [a_change(person)]})
    await RedisLive(redis, closes_at).apply({activity_id: [a_change(person, 2, at=120_000_000)]})
    for kind in ("seats", "counts", "live"):
        left_s = await redis.ttl(f"reporting:{kind}:{{{ids.to_text(activity_id)}}}")
        assert left_s == pytest.approx(life_us / 1_000_000, abs=5)


async def test_numbers_are_stale_without_a_recent_heartbeat(redis: cache.Redis, activity_id: bytes) -> None:
    """A projector that just said it consumes makes them fresh; six seconds of silence make them stale."""
    live = RedisLive(redis)
    await live.beat(anew=True)
    assert await live.beat()
    assert not (await live.numbers(activity_id, HERE)).is_stale
    assert Numbers({}, "0-0", now_us() - 6_000_000).is_stale


async def test_people_leave_and_come_back(live: Live, activity_id: bytes) -> None:
    """Inside follows both seats: out takes one away, an annulled out gives one back, an annulled in takes one."""
    person = ids.new_id()
    moves = [
        (a_change(person), 1),
        (a_change(person, direction=OUT, at=120_000_000), 0),
        (a_change(person, 2, ABSENT, OUT), 1),
        (a_change(person, 2, ABSENT), 0),
    ]
    for change, inside in moves:
        await live.apply({activity_id: [change]})
        assert (await live.numbers(activity_id, HERE)).counts.get("inside", 0) == inside


async def test_the_latest_of_both_directions_counts(live: Live, activity_id: bytes) -> None:
    """Out, in again, out again: whoever holds the seats."""
    person, times = ids.new_id(), [moment(minute * 60_000_000, ids.new_id()) for minute in range(1, 5)]
    history = [
        (a_change(person, last=times[0]), Presence(True)),
        (a_change(person, direction=OUT, at=120_000_000, last=times[1]), Presence(False, 120_000_000)),
        (a_change(person, 2, last=times[2]), Presence(True)),
        (a_change(person, 2, direction=OUT, at=240_000_000, last=times[3]), Presence(False, 240_000_000)),
    ]
    for change, presence in history:
        await live.apply({activity_id: [change]})
        [found] = await live.people(activity_id, HERE)
        assert found.presence == presence
        assert (await live.numbers(activity_id, HERE)).counts.get("inside", 0) == presence.is_inside


async def test_viewers_are_not_told_of_a_second_tap(redis: cache.Redis, activity_id: bytes) -> None:
    """It moves when the seat was last asked for, and nothing that they show."""
    live, person = RedisLive(redis), ids.new_id()
    for revision, at in enumerate((60_000_000, 70_000_000), 1):
        await live.apply({activity_id: [a_change(person, revision, last=moment(at, ids.new_id()))]})
    assert list(map(len, await events(redis, activity_id))) == [1]


async def test_who_only_leaves_is_on_the_list(live: Live, activity_id: bytes) -> None:
    """Absent, with the reason, until they come."""
    person = ids.new_id()
    await live.apply({activity_id: [a_change(person, direction=OUT, at=120_000_000)]})
    [found] = await live.people(activity_id, HERE)
    assert (found.seat.status, found.seat.reasons, found.presence) == (
        ABSENT,
        ["OUT_WITHOUT_IN"],
        Presence(False, 120_000_000),
    )
    assert (await live.numbers(activity_id, HERE)).counts == {}

    await live.apply({activity_id: [a_change(person)]})
    assert [found.seat.status for found in await live.people(activity_id, HERE)] == [HELD]


async def test_totals_are_by_occurrence(live: Live, activity_id: bytes) -> None:
    """A person may sit in two occurrences of an activity: two seats, each with its revision, ways out included."""
    person, first, second = ids.new_id(), ids.new_id(), ids.new_id()
    changes = [
        a_change(person, 3, occurrence_id=first),
        a_change(person, 1, direction=OUT, occurrence_id=first),
        a_change(person, 7, REFUSED, occurrence_id=second),
    ]
    await live.apply({activity_id: changes})
    assert await live.totals([activity_id]) == {first: Totals(2, 4), second: Totals(1, 7)}
    assert (await live.numbers(activity_id, first)).counts["checked_in"] == 1
    assert (await live.numbers(activity_id, second)).counts == {"refused": 1, "reason:REASON": 1}
    assert [len(await live.people(activity_id, each)) for each in (first, second, HERE)] == [1, 1, 0]


async def test_each_window_folds_its_own_minutes(redis: cache.Redis, activity_id: bytes) -> None:
    """Who comes to a late one leaves the minutes of an early one as they are."""
    live, early, late, day = RedisLive(redis), ids.new_id(), ids.new_id(), 1440
    one, other = ids.new_id(), ids.new_id()
    await live.apply({activity_id: [a_change(one, at=7 * 60_000_000, occurrence_id=early)]})
    await live.apply({activity_id: [a_change(other, at=(day + 3) * 60_000_000, occurrence_id=late)]})
    assert (await live.numbers(activity_id, early)).counts["minute:7"] == 1
    assert (await live.numbers(activity_id, late)).counts[f"minute:{day + 3}"] == 1
    await live.apply({activity_id: [a_change(one, 2, REFUSED, occurrence_id=early)]})
    assert not [name for name in (await live.numbers(activity_id, early)).counts if name.startswith("minute:")]


async def test_a_revision_without_news_counts_in_the_totals(live: Live, activity_id: bytes) -> None:
    """A second tap raises the revision and nothing else; the totals follow."""
    person = ids.new_id()
    await live.apply({activity_id: [a_change(person)]})
    await live.apply({activity_id: [a_change(person, 5)]})
    assert await live.totals([activity_id]) == {b"o" * 16: Totals(1, 5)}


@pytest.mark.parametrize("kind", ["seats", "counts"])
async def test_numbers_of_which_a_part_is_lost_contain_nothing(
    redis: cache.Redis, activity_id: bytes, kind: str
) -> None:
    """The totals of an activity are believed only as long as both of its keys are there."""
    live = RedisLive(redis)
    await live.apply({activity_id: [a_change(ids.new_id())]})
    await redis.delete(key_of(kind, activity_id))
    assert await live.totals([activity_id]) == {}


OWNER, RIVAL = b"owner", b"rival"


async def test_a_rebuild_puts_a_new_generation_in_place_of_the_old_one(live: Live, activity_id: bytes) -> None:
    """Until the switch the old numbers are shown, as stale; after it the new ones, which hold no ghosts."""
    ghost, person, late = ids.new_id(), ids.new_id(), ids.new_id()
    await live.apply({activity_id: [a_change(ghost)]})

    assert await live.begin(activity_id, OWNER)
    assert await live.fill(activity_id, [a_change(person, 4)], OWNER)
    await live.apply({activity_id: [a_change(late), a_change(person, 3, REFUSED)]})
    during = await live.numbers(activity_id, HERE)
    assert await live.switch(activity_id, OWNER)

    assert (during.counts["checked_in"], during.counts["refused"], during.is_stale) == (2, 1, True)
    after = await live.numbers(activity_id, HERE)
    assert (after.counts["checked_in"], after.counts.get("refused", 0), after.is_rebuilding) == (2, 0, False)
    assert {found.user_id for found in await live.people(activity_id, HERE)} == {person, late}
    assert await live.totals([activity_id]) == {b"o" * 16: Totals(2, 5)}


async def test_one_rebuilds_at_a_time(live: Live, activity_id: bytes) -> None:
    """Whoever comes second is told so, and can neither add, nor switch, nor throw away."""
    await live.apply({activity_id: [a_change(ids.new_id())]})
    assert await live.begin(activity_id, OWNER)
    assert not await live.begin(activity_id, RIVAL)
    assert not await live.fill(activity_id, [a_change(ids.new_id())], RIVAL)
    assert not await live.switch(activity_id, RIVAL)
    await live.abandon(activity_id, RIVAL)
    assert await live.switch(activity_id, OWNER)
    assert (await live.numbers(activity_id, HERE)).counts == {}


async def test_a_rebuild_that_is_abandoned_leaves_the_numbers_alone(live: Live, activity_id: bytes) -> None:
    """The old generation goes on and the next one starts from nothing."""
    await live.apply({activity_id: [a_change(ids.new_id())]})
    await live.begin(activity_id, OWNER)
    await live.fill(activity_id, [a_change(ids.new_id())], OWNER)
    await live.abandon(activity_id, OWNER)
    assert (await live.numbers(activity_id, HERE)).counts["checked_in"] == 1
    assert await live.begin(activity_id, RIVAL)
    await live.switch(activity_id, RIVAL)
    assert (await live.numbers(activity_id, HERE)).counts == {}


async def test_who_died_rebuilding_is_in_the_way_for_half_a_minute(redis: cache.Redis, activity_id: bytes) -> None:
    """The marker expires, each page puts that off, and what was built outlives it, so that it is never half there."""
    live = RedisLive(redis)
    await live.apply({activity_id: [a_change(ids.new_id())]})
    await live.begin(activity_id, OWNER)
    assert 0 < await redis.pttl(key_of("rebuilding", activity_id)) <= REBUILD_LIFE_MS
    await redis.pexpire(key_of("rebuilding", activity_id), 1000)
    await live.fill(activity_id, [a_change(ids.new_id())], OWNER)
    assert await redis.pttl(key_of("rebuilding", activity_id)) > 1000
    assert await redis.pttl(key_of("next-seats", activity_id)) > REBUILD_LIFE_MS

    await redis.delete(key_of("rebuilding", activity_id))

    assert not await live.fill(activity_id, [a_change(ids.new_id())], OWNER)
    assert not await live.switch(activity_id, OWNER)
    assert await live.begin(activity_id, RIVAL)
    assert not await redis.exists(key_of("next-seats", activity_id))
    assert (await live.numbers(activity_id, HERE)).counts["checked_in"] == 1


async def test_a_switch_tells_viewers_and_keeps_the_expiry(redis: cache.Redis, activity_id: bytes) -> None:
    """An entry without events makes every viewer ask for the numbers, and all keys still go a day after the close."""
    live = RedisLive(redis, now_us() + 2 * DAY_US)
    await live.apply({activity_id: [a_change(ids.new_id())]})
    await live.begin(activity_id, OWNER)
    await live.fill(activity_id, [a_change(ids.new_id())], OWNER)
    await live.switch(activity_id, OWNER)
    assert [len(entry) for entry in await events(redis, activity_id)] == [1, 0]
    for kind in ("seats", "counts", "live"):
        assert await redis.ttl(key_of(kind, activity_id)) == pytest.approx(3 * DAY_US / 1_000_000, abs=5)
    left = {key async for key in redis.scan_iter(key_of("*", activity_id), count=10_000)}
    assert left == {key_of(kind, activity_id).encode() for kind in ("seats", "counts", "live")}


@dataclass
class World:
    """What is recorded, what of it is under way to the projectors, and a rebuild that reads page by page."""

    redis: cache.Redis
    activity_id: bytes = field(default_factory=ids.new_id)
    recorded: dict[tuple[bytes, int], Change] = field(default_factory=dict)
    told: list[Change] = field(default_factory=list)
    delivered: set[int] = field(default_factory=set)
    page_after: tuple[bytes, int] = (b"", 0)

    def __post_init__(self) -> None:
        self.projectors = RedisLive(self.redis), RedisLive(self.redis)

    def record(self, user_id: bytes, direction: int, status: Status, minute: int) -> None:
        """The recorder commits, and will tell."""
        known = self.recorded.get((user_id, direction))
        change = a_change(user_id, known.revision + 1 if known else 1, status, direction, minute * 60_000_000)
        self.recorded[user_id, direction] = change
        self.told.append(change)

    async def deliver(self, which: int) -> None:
        """Some message arrives at some projector, maybe not for the first time."""
        if self.told:
            number = which % len(self.told)
            self.delivered.add(number)
            await self.projectors[which % 2].apply({self.activity_id: [self.told[number]]})

    async def deliver_rest(self, since: int) -> None:
        """What was told since the rebuild began arrives in the end; what was told before may be lost."""
        rest = [change for number, change in enumerate(self.told) if number >= since and number not in self.delivered]
        await self.projectors[0].apply({self.activity_id: rest})

    async def read_page(self) -> bool:
        """The next two seats as they are now; False after the last."""
        keys = sorted(key for key in self.recorded if key > self.page_after)[:2]
        if not keys:
            return False
        self.page_after = keys[-1]
        return await self.projectors[0].fill(self.activity_id, [self.recorded[key] for key in keys], OWNER)

    async def begin(self) -> None:
        """A rebuild begins, after one that died half way if there is a marker; nobody tells again what was before."""
        await self.redis.delete(key_of("rebuilding", self.activity_id))
        assert await self.projectors[0].begin(self.activity_id, OWNER)
        self.page_after = (b"", 0)

    async def do(self, step: tuple[Any, ...]) -> None:
        """One thing happens."""
        match step:
            case "record", user, direction, status, minute:
                self.record(user, direction, status, minute)
            case "deliver", which:
                await self.deliver(which)
            case ("page",):
                await self.read_page()


recording = st.tuples(
    st.just("record"), st.sampled_from(USERS), st.sampled_from([IN, OUT]), st.sampled_from(Status), MINUTES
)
steps = st.lists(recording | st.tuples(st.just("deliver"), st.integers(0, 99)) | st.just(("page",)), max_size=12)


@given(before=steps, half=steps, during=steps, after=steps, dies=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_rebuild_among_live_traffic_ends_equal_to_a_recount(
    redis: cache.Redis, before: list[Any], half: list[Any], during: list[Any], after: list[Any], dies: bool
) -> None:
    """Whatever was lost before, and whatever is recorded, delivered twice or late meanwhile, by two projectors."""
    world = World(redis)
    for step in before:
        await world.do(step)
    if dies:
        await world.begin()
        for step in half:
            await world.do(step)
    await world.begin()
    told_before = len(world.told)
    for step in during:
        await world.do(step)
    while await world.read_page():
        pass
    assert await world.projectors[1].switch(world.activity_id, OWNER)
    for step in after:
        await world.do(step)
    await world.deliver_rest(told_before)

    recount, real = FakeLive(), world.projectors[0]
    await recount.apply({world.activity_id: list(world.recorded.values())})
    assert by_block(await real.numbers(world.activity_id, HERE)) == by_block(
        await recount.numbers(world.activity_id, HERE)
    )
    assert sorted(await real.people(world.activity_id, HERE)) == sorted(await recount.people(world.activity_id, HERE))
    assert await real.totals([world.activity_id]) == totals_of(world.recorded.values())


async def test_a_heartbeat_is_missed_when_redis_was_emptied(redis: cache.Redis, live: Live) -> None:
    """The next one says so instead of beating, until somebody vouches for the numbers."""
    if isinstance(live, FakeLive):
        live.forget()
    else:
        await redis.delete("reporting:heartbeat")
    assert not await live.beat()
    assert await live.beat(anew=True)
    assert await live.beat()


async def test_redis_gone(activity_id: bytes) -> None:
    """Every use of it is UNAVAILABLE, none hangs."""
    live = RedisLive(cache.connect("redis://127.0.0.1:1/0"))
    for use in (
        live.apply({activity_id: [a_change(USERS[0])]}),
        live.numbers(activity_id, HERE),
        live.people(activity_id, HERE),
    ):
        with pytest.raises(UnavailableError):
            await use


async def test_a_batch_asks_redis_once_for_all_its_seats(redis: cache.Redis) -> None:
    """Twice as many changes, of which each moves a seat and asks for its twin; whoever else is there asks little."""
    few, many = [await calls_for(redis, count) for count in (100, 300)]
    assert many - few < 100


async def calls_for(redis: cache.Redis, count: int) -> int:
    """How many commands Redis runs, those of scripts included, while that many people come in."""
    before = await calls(redis)
    await RedisLive(redis).apply({ids.new_id(): [a_change(ids.new_id()) for _ in range(count)]})
    return await calls(redis) - before


async def calls(redis: cache.Redis) -> int:
    """How many commands ran since Redis started."""
    return sum(int(each["calls"]) for each in (await redis.info("commandstats")).values())
