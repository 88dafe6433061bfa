"""Seat hints, capacity and answers in a real Redis."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import pytest
from redis.exceptions import RedisError

from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from servicekit.redis import cache
from services.checkin.rules.merge import HintKind, Judgement
from services.checkin.seats.seats import (
    CLAIM_MS,
    KEPT_AFTER_CLOSE_S,
    Answer,
    Claim,
    Room,
    Seating,
    Seats,
    pack_hints,
    pack_recorded,
)
from tests.contract.conftest import Eventually
from tests.ports import reserved_port

HOUR_US = 3600 * 1_000_000


@pytest.fixture
async def seats(redis: cache.Redis) -> Seats:
    """Seats in a Redis that began to remember before the test's occurrences were made."""
    seats = Seats(redis)
    await seats.remember_since()
    return seats


def a_room(capacity: int = 0) -> Room:
    """An occurrence that closes in an hour."""
    return Room(new_id(), capacity, now_us() + HOUR_US)


def a_claim(user_id: bytes | None = None, judgement: Judgement = Judgement.ACCEPTED) -> Claim:
    """An attempt of somebody to come in."""
    return Claim(user_id or new_id(), new_id(), 1, judgement, is_staff=False, effective_at=now_us())


async def seat(seats: Seats, room: Room, *claims: Claim) -> list[Seating]:
    """What Redis says of these claims, sent as one batch."""
    seatings, _ = await seats.claim({room: claims})
    return seatings[room]


async def test_a_free_seat_is_taken_and_the_second_attempt_sees_the_first(seats: Seats) -> None:
    """Two taps in two batches: the second one meets a claim of the first, with its time."""
    room, first = a_room(), a_claim()
    second = a_claim(first.user_id)
    assert await seat(seats, room, first) == [Seating()]
    (seating,) = await seat(seats, room, second)
    assert seating.hint is not None
    assert (seating.hint.kind, seating.hint.attempt_id) == (HintKind.CLAIMED, first.attempt_id)
    assert seating.hint.effective_at == first.effective_at


async def test_two_taps_in_one_batch_take_one_seat(seats: Seats) -> None:
    """Within a batch the order of the batch decides."""
    room, first = a_room(), a_claim()
    free, taken = await seat(seats, room, first, a_claim(first.user_id))
    assert free.hint is None
    assert taken.hint is not None
    assert taken.hint.attempt_id == first.attempt_id


async def test_an_attempt_that_is_not_accepted_takes_nothing(seats: Seats) -> None:
    """A pending attempt leaves the seat to the next one."""
    room, pending = a_room(), a_claim(judgement=Judgement.PENDING_REVIEW)
    await seat(seats, room, pending)
    assert await seat(seats, room, a_claim(pending.user_id)) == [Seating()]


async def test_coming_and_going_are_two_seats(seats: Seats) -> None:
    """The direction is part of the seat."""
    room, coming = a_room(), a_claim()
    going = Claim(coming.user_id, new_id(), 2, Judgement.ACCEPTED, is_staff=False, effective_at=now_us())
    assert await seat(seats, room, coming, going) == [Seating(), Seating()]


async def test_who_came_and_went_has_gone(seats: Seats) -> None:
    """Since the first time; who is inside, who went without having come, and who is unknown have not."""
    room, inside, gone = a_room(), a_claim(), a_claim()
    went, strayed = (
        Claim(user_id, new_id(), 2, Judgement.ACCEPTED, is_staff=True, effective_at=gone.effective_at + 7)
        for user_id in (gone.user_id, new_id())
    )
    await seat(seats, room, inside, gone, went, strayed)
    people = [(room.occurrence_id, each) for each in (inside.user_id, gone.user_id, strayed.user_id, new_id())]
    assert await seats.gone(people) == {people[1]: went.effective_at}


async def test_who_was_taken_back_has_not_gone(seats: Seats) -> None:
    """A seat that a human emptied is nobody's."""
    room, user_id = a_room(), new_id()
    came = pack_recorded(user_id, 1, new_id(), 7, revision=1, annulled=False)
    left = pack_recorded(user_id, 2, None, 0, revision=2, annulled=True)
    await seats.record(pack_hints({room.occurrence_id: came + left}))
    assert await seats.gone([(room.occurrence_id, user_id)]) == {}


async def test_a_full_room_takes_only_those_who_are_inside(seats: Seats) -> None:
    """The third person of two is refused, the first one's second tap is not."""
    room, first = a_room(capacity=2), a_claim()
    again = a_claim(first.user_id)
    free, _, full, known = await seat(seats, room, first, a_claim(), a_claim(), again)
    assert (free, full) == (Seating(), Seating(is_full=True))
    assert known.hint is not None


async def test_a_room_older_than_the_memory_cannot_be_counted(seats: Seats, redis: cache.Redis) -> None:
    """After Redis was emptied nobody knows who is inside, until the recorder has counted."""
    room = a_room(capacity=2)
    await redis.set("checkin:since", now_us() + HOUR_US)
    try:
        assert await seat(seats, room, a_claim()) == [Seating(is_uncounted=True)]
    finally:
        await redis.delete("checkin:since")


async def test_a_recorded_seat_overrules_a_claim_and_older_news(seats: Seats) -> None:
    """Hints carry revisions; the lower one is ignored, in any order of arrival."""
    room, claim = a_room(), a_claim()
    holder = new_id()
    await seat(seats, room, claim)
    newer = pack_recorded(claim.user_id, 1, holder, 7, revision=2, annulled=False)
    older = pack_recorded(claim.user_id, 1, None, 0, revision=1, annulled=True)
    for packed in (newer, older):
        await seats.record(pack_hints({room.occurrence_id: packed}))
    (seating,) = await seat(seats, room, a_claim(claim.user_id))
    assert seating.hint is not None
    assert (seating.hint.kind, seating.hint.attempt_id, seating.hint.revision) == (HintKind.HELD, holder, 2)


async def test_late_news_of_a_free_seat_frees_no_claim(seats: Seats) -> None:
    """Of somebody who was refused before: a busy recorder may store that after they were let in, or hint at it then."""
    room, claim, stranger = a_room(capacity=1), a_claim(), a_claim()
    await seat(seats, room, claim)
    await seats.settle({room: [claim]}, {})
    for revision in (2, 1):
        free = pack_recorded(claim.user_id, 1, None, 0, revision, annulled=revision == 1)
        await seats.record(pack_hints({room.occurrence_id: free}))
    again, full = await seat(seats, room, a_claim(claim.user_id), stranger)
    assert again.hint is not None
    assert (again.hint.kind, again.hint.attempt_id) == (HintKind.CLAIMED, claim.attempt_id)
    assert full == Seating(is_full=True)

    annulled = pack_recorded(claim.user_id, 1, None, 0, revision=3, annulled=True)
    await seats.record(pack_hints({room.occurrence_id: annulled}))
    assert await seat(seats, room, stranger) == [Seating()]


async def test_an_annulled_seat_is_not_claimed_by_the_person_again(seats: Seats) -> None:
    """The tombstone stays and says so."""
    room, claim = a_room(), a_claim()
    freed = pack_recorded(claim.user_id, 1, None, 0, revision=3, annulled=True)
    await seats.record(pack_hints({room.occurrence_id: freed}))
    for _ in range(2):
        (seating,) = await seat(seats, room, claim)
        assert seating.hint is not None
        assert (seating.hint.kind, seating.hint.is_annulled) == (HintKind.FREED, True)


async def test_a_confirmed_claim_outlives_its_thirty_seconds(seats: Seats, redis: cache.Redis) -> None:
    """Once the attempt is durable, only the recorder may change the seat."""
    room, claim = a_room(capacity=1), a_claim()
    await seat(seats, room, claim)
    await seats.settle({room: [claim]}, {})
    taken: Any = await redis.zrange(f"checkin:taken:{{{room.occurrence_id.hex()}}}", 0, -1, withscores=True)
    assert [score for _, score in taken] == [float("inf")]


async def test_a_claim_that_nobody_confirmed_leaves_the_seat(seats: Seats, redis: cache.Redis) -> None:
    """Its process died before the attempt was durable: after 30 s the next one takes the seat."""
    room, lost = a_room(), a_claim()
    await seat(seats, room, lost)
    hints = f"checkin:seats:{{{room.occurrence_id.hex()}}}"
    kept: Any = await redis.hgetall(hints)
    for field, hint in kept.items():
        assert 0 < int.from_bytes(hint[-8:], "big") - now_us() // 1000 <= CLAIM_MS
        await redis.hset(hints, field, hint[:-8] + bytes(8))
    assert await seat(seats, room, a_claim(lost.user_id)) == [Seating()]


async def test_answers_are_kept_by_person_and_attempt(seats: Seats) -> None:
    """What was settled is found again; another person's attempt of the same id is not."""
    user_id, attempt_id = new_id(), new_id()
    answer = Answer(bytes(16), 5, b"checkin")
    await seats.settle({}, {(user_id, attempt_id): answer})
    _, earlier = await seats.claim({}, [(user_id, attempt_id), (new_id(), attempt_id)])
    assert earlier == {(user_id, attempt_id): answer}
    assert await seats.answers_of(user_id) == [answer]


async def test_a_person_keeps_several_answers_the_latest_first(seats: Seats) -> None:
    """In one batch and in several; what was told of an attempt anew takes the place of what was told before."""
    user_id, other, attempts = new_id(), new_id(), [new_id() for _ in range(3)]
    first = {(user_id, attempt_id): Answer(bytes(16), at, b"first") for at, attempt_id in enumerate(attempts[:2])}
    await seats.settle({}, first | {(other, attempts[0]): Answer(bytes(16), 9, b"another's")})
    again, new = Answer(bytes(16), 7, b"again, and longer"), Answer(b"h" * 16, 8, b"")
    await seats.settle({}, {(user_id, attempts[0]): again, (user_id, attempts[2]): new})
    _, earlier = await seats.claim({}, [(user_id, attempt_id) for attempt_id in attempts])
    assert [earlier[user_id, attempt_id] for attempt_id in attempts] == [again, first[user_id, attempts[1]], new]
    assert await seats.answers_of(user_id) == [again, new, first[user_id, attempts[1]]]
    assert [answer.checkin for answer in await seats.answers_of(other)] == [b"another's"]


async def test_who_tries_for_ever_fills_no_memory(seats: Seats, redis: cache.Redis) -> None:
    """The latest 64 answers of a person are kept, for a quarter of an hour after the last of them."""
    user_id, everything = new_id(), [new_id() for _ in range(100)]
    for start in range(0, 100, 10):
        part = everything[start : start + 10]
        await seats.settle({}, {(user_id, each): Answer(bytes(16), start, each) for each in part})
    kept = [answer.checkin for answer in await seats.answers_of(user_id)]
    assert set(everything[40:]) < set(kept) < set(everything)
    assert len(kept) == 64
    assert kept[:10] == everything[90:]
    assert 890 < await redis.ttl(b"checkin:told:{%d}:" % (user_id[15] % 4) + user_id) <= 900


async def test_a_script_asks_redis_once_for_a_whole_batch(seats: Seats, redis: cache.Redis) -> None:
    """A hundred people more cost a call each, to keep what they were told; whoever else asks meanwhile only adds."""
    few, many = [min([await calls_for(seats, redis, count) for _ in range(5)]) for count in (20, 120)]
    assert 100 <= many - few < 200


async def calls_for(seats: Seats, redis: cache.Redis, count: int) -> int:
    """How often Redis is asked while so many people take, confirm, hold and leave seats of a room that counts them."""
    room, claims = a_room(capacity=1000), [a_claim() for _ in range(count)]
    answers = {(claim.user_id, claim.attempt_id): Answer(bytes(16), 1, b"checkin") for claim in claims}
    await seat(seats, room, a_claim())
    before = await calls(redis)
    await seats.claim({room: claims}, list(answers))
    await seats.settle({room: claims}, answers)
    held = (pack_recorded(claim.user_id, 1, claim.attempt_id, 7, revision=1, annulled=False) for claim in claims)
    freed = (pack_recorded(claim.user_id, 1, None, 0, revision=2, annulled=False) for claim in claims)
    await seats.record(pack_hints({room.occurrence_id: b"".join(held)}))
    await seats.record(pack_hints({room.occurrence_id: b"".join(freed)}))
    return await calls(redis) - before


async def calls(redis: cache.Redis) -> int:
    """How many commands ran since Redis started, those of scripts included."""
    return sum(int(each["calls"]) for each in (await redis.info("commandstats")).values())


async def test_the_last_places_go_to_the_first_of_a_batch(seats: Seats, redis: cache.Redis) -> None:
    """Within one batch each claim counts for the next; who is inside already takes no second place."""
    room, inside = a_room(capacity=3), a_claim()
    await seat(seats, room, inside)
    again, first, second, late = a_claim(inside.user_id), a_claim(), a_claim(), a_claim()
    found = await seat(seats, room, again, first, second, replace(first, attempt_id=new_id()), late)
    assert [seating.is_full for seating in found] == [False, False, False, False, True]
    assert await redis.zcard(f"checkin:taken:{{{room.occurrence_id.hex()}}}") == 3


async def test_recorded_seats_move_the_count(seats: Seats, redis: cache.Redis) -> None:
    """Who holds a seat is in for good, whose seat is freed makes room; both in one batch."""
    room, claims = a_room(capacity=2), [a_claim(), a_claim()]
    await seat(seats, room, *claims)
    held, freed = claims
    packed = pack_recorded(held.user_id, 1, held.attempt_id, 7, revision=1, annulled=False)
    packed += pack_recorded(freed.user_id, 1, None, 0, revision=1, annulled=True)
    await seats.record(pack_hints({room.occurrence_id: packed}))
    inside = await redis.zrange(f"checkin:taken:{{{room.occurrence_id.hex()}}}", 0, -1, withscores=True)
    assert inside == [(held.user_id, float("inf"))]


async def test_scripts_come_back_after_redis_forgot_them(seats: Seats, redis: cache.Redis) -> None:
    """A restarted Redis knows no scripts; the next batch loads them again."""
    await redis.script_flush()
    assert await seat(seats, a_room(), a_claim()) == [Seating()]


async def test_the_hints_of_a_whole_stadium_go_in_at_once(seats: Seats) -> None:
    """A backlog may bring more seats of one occurrence than Lua passes to one command."""
    room, people = a_room(), [new_id() for _ in range(9000)]
    packed = b"".join(pack_recorded(person, 1, person, 7, revision=1, annulled=False) for person in people)
    await seats.record(pack_hints({room.occurrence_id: packed}))
    (seating,) = await seat(seats, room, a_claim(people[-1]))
    assert seating.hint is not None
    assert seating.hint.kind is HintKind.HELD


async def test_a_count_that_was_forgotten_is_restored_with_who_is_in(seats: Seats, redis: cache.Redis) -> None:
    """After a flush nobody can tell until the recorded people are counted; then the capacity holds as before."""
    room = a_room(capacity=2)
    await redis.flushdb()
    await seats.remember_since()
    forgotten = Room(bytes(16), room.capacity, room.closes_at)
    assert (await seat(seats, forgotten, a_claim()))[0].is_uncounted

    await seats.restore(forgotten, [new_id()])
    assert (await seat(seats, forgotten, a_claim()))[0].hint is None
    assert (await seat(seats, forgotten, a_claim()))[0].is_full


async def test_the_answers_of_several_people_come_in_one_trip(seats: Seats) -> None:
    """None for who was answered nothing."""
    answer, nobody = Answer(bytes(16), 7, b"told"), new_id()
    one, other = (new_id(), new_id()), (new_id(), new_id())
    await seats.settle({}, {one: answer, other: answer})

    assert await seats.answers_of_all([one[0], nobody, other[0]]) == {one[0]: [answer], nobody: [], other[0]: [answer]}


async def test_who_never_came_is_known_where_all_is_remembered(seats: Seats, redis: cache.Redis) -> None:
    """Who holds a seat, claims one or claimed one a while ago came; whose seat was emptied did not."""
    room, claimed, pending = a_room(), a_claim(), a_claim(judgement=Judgement.PENDING_REVIEW)
    await seat(seats, room, claimed, pending)
    held, annulled = new_id(), new_id()
    recorded = pack_recorded(held, 1, new_id(), now_us(), 1, False) + pack_recorded(annulled, 1, None, 0, 2, True)
    await seats.record(pack_hints({room.occurrence_id: recorded}))
    left_only = replace(a_claim(), direction=2)
    await seat(seats, room, left_only)

    users = [claimed.user_id, pending.user_id, held, annulled, left_only.user_id]
    never = await seats.never_came([(room.occurrence_id, user) for user in users])
    assert {user for _, user in never} == {pending.user_id, annulled, left_only.user_id}

    await redis.set("checkin:since", now_us() + HOUR_US)
    try:
        assert await seats.never_came([(room.occurrence_id, pending.user_id)]) == set()
    finally:
        await redis.delete("checkin:since")
        await seats.remember_since()


async def test_a_limit_that_comes_later_counts_who_is_in(redis: cache.Redis) -> None:
    """Those Redis knows of, those only MySQL knows of, and each of them once."""
    unlimited, inside, forgotten = a_room(), [a_claim() for _ in range(3)], new_id()
    seats = await recalling(redis, inside[0].user_id, forgotten)
    await seat(seats, unlimited, *inside)
    limited = replace(unlimited, capacity=5, is_amended=True)

    assert (await seat(seats, limited, a_claim(inside[1].user_id)))[0].hint is not None
    assert [each.is_full for each in await seat(seats, limited, a_claim(), a_claim())] == [False, True]


async def test_a_limit_that_goes_and_comes_back_has_counted_meanwhile(seats: Seats) -> None:
    """Who came while there was none is in, before anything is recorded."""
    limited = a_room(capacity=2)
    await seat(seats, limited, a_claim())
    between = a_claim()
    await seat(seats, replace(limited, capacity=0, is_amended=True), between)
    await seats.settle({limited: [between]}, {})

    assert (await seat(seats, limited, a_claim()))[0].is_full


async def test_a_moved_window_keeps_count_and_hints_for_as_long(seats: Seats, redis: cache.Redis) -> None:
    """The next one to enter moves the end of all three keys."""
    room = a_room(capacity=5)
    await seat(seats, room, a_claim())
    moved = replace(room, closes_at=room.closes_at + 100 * HOUR_US, is_amended=True)
    await seat(seats, moved, a_claim())

    names = [f"checkin:{name}:{{{room.occurrence_id.hex()}}}" for name in ("seats", "taken", "complete")]
    ends = {await redis.expiretime(name) for name in names}
    assert ends == {moved.closes_at // 1_000_000 + KEPT_AFTER_CLOSE_S}


async def test_a_window_that_moved_after_everything_was_forgotten_is_counted_from_what_is_recorded(
    redis: cache.Redis,
) -> None:
    """Days later Redis knows of nobody, and the room is full all the same."""
    seats = await recalling(redis, new_id(), new_id())
    assert (await seat(seats, replace(a_room(capacity=2), is_amended=True), a_claim()))[0].is_full


async def test_while_nobody_recalls_who_is_in_an_amended_room_is_not_counted(seats: Seats, redis: cache.Redis) -> None:
    """MySQL is gone or hangs: completion counts later. A room that was never amended needs nobody."""

    async def hang(_: bytes) -> list[bytes]:
        await asyncio.Event().wait()
        return []

    async def fail(_: bytes) -> list[bytes]:
        raise UnavailableError("MySQL is gone")

    for holders in (hang, fail):
        amended = replace(a_room(capacity=2), is_amended=True)
        assert await seat(Seats(redis, holders), amended, a_claim()) == [Seating(is_uncounted=True)]
        assert await seat(Seats(redis, holders), a_room(capacity=2), a_claim()) == [Seating()]


async def recalling(redis: cache.Redis, *holders: bytes) -> Seats:
    """Seats where these people hold one, as it is recorded."""

    async def recorded(_: bytes) -> list[bytes]:
        return [*holders]

    seats = Seats(redis, recorded)
    await seats.remember_since()
    return seats


async def test_many_rooms_share_a_call(quiet: cache.Redis) -> None:
    """On a day with hundreds of open occurrences a batch costs a few calls, whoever it is about."""
    seats = Seats(quiet)
    await seats.remember_since()
    await fill(seats, 1)
    before = await scripts(quiet)
    await fill(seats, 450)
    # Three parts, four kinds of call, and the second claim.
    assert await scripts(quiet) - before == 15


async def test_in_a_cluster_every_room_has_its_call(cluster: cache.Redis) -> None:
    """Which Redis says once; from then on nothing is tried in vain, and all is as elsewhere."""
    seats = Seats(cluster)
    await seats.remember_since()
    await fill(seats, 3)
    before = await scripts(cluster)
    await fill(seats, 20)
    assert await scripts(cluster) - before == 100
    assert (await cluster.info("errorstats"))["errorstat_CROSSSLOT"] == {"count": 1}


async def test_hundreds_of_limited_rooms_are_counted_at_once(redis: cache.Redis) -> None:
    """Those without a limit that came later need nobody; of the others each is recalled."""
    seats = await recalling(redis, new_id())
    young = [replace(a_room(capacity=2), is_amended=number < 3) for number in range(60)]
    seatings, _ = await seats.claim({room: [a_claim(), a_claim()] for room in young})
    assert all([each.is_full for each in seatings[room]] == [False, room.is_amended] for room in young)


async def fill(seats: Seats, count: int) -> None:
    """In so many rooms one takes a seat that is confirmed and recorded, and another's is freed."""
    rooms = {a_room(): [a_claim(), a_claim()] for _ in range(count)}
    seatings, _ = await seats.claim(rooms)
    assert all(found == [Seating(), Seating()] for found in seatings.values())
    await seats.settle(rooms, {})
    held = {
        room.occurrence_id: pack_recorded(first.user_id, 1, first.attempt_id, number, revision=2, annulled=False)
        for number, (room, (first, _)) in enumerate(rooms.items())
    }
    freed = {
        room.occurrence_id: pack_recorded(second.user_id, 1, None, 0, revision=1, annulled=True)
        for room, (_, second) in rooms.items()
    }
    await seats.record(pack_hints(held))
    await seats.record(pack_hints(freed))
    seatings, _ = await seats.claim(rooms)
    hints = [[seating.hint for seating in found] for found in seatings.values()]
    for number, (first, second) in enumerate(hints):
        assert first is not None
        assert (first.kind, first.effective_at, first.revision) == (HintKind.HELD, number, 2)
        assert second is not None
        assert (second.kind, second.is_annulled) == (HintKind.FREED, True)


async def scripts(redis: cache.Redis) -> int:
    """How many scripts ran since Redis started."""
    return int((await redis.info("commandstats")).get("cmdstat_evalsha", {"calls": 0})["calls"])


@contextmanager
def own_redis(folder: Path, *options: str) -> Iterator[cache.Redis]:
    """A Redis that nobody else asks anything."""
    program = shutil.which("redis-server")
    assert program is not None, "install redis-server"
    port = reserved_port()
    with Popen([program, "--port", str(port), "--save", "", "--dir", str(folder), *options], stdout=DEVNULL) as server:
        yield cache.connect(f"redis://127.0.0.1:{port}/0", timeout_s=10)
        server.terminate()


@pytest.fixture
async def quiet(tmp_path: Path, eventually: Eventually) -> AsyncIterator[cache.Redis]:
    """A client of such a Redis."""
    with own_redis(tmp_path) as client:
        await eventually(lambda: succeeds(client.ping()))
        yield client
        await client.aclose()


@pytest.fixture
async def cluster(tmp_path: Path, eventually: Eventually) -> AsyncIterator[cache.Redis]:
    """A client of one that has all slots of a cluster."""
    with own_redis(tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(reserved_port())) as client:
        ask: Any = client.execute_command
        await eventually(lambda: succeeds(ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)))
        await eventually(lambda: succeeds(client.set("a", "b")))
        yield client
        await client.aclose()


async def succeeds(asked: Awaitable[object]) -> bool:
    """Whether Redis does it already."""
    try:
        await asked
    except RedisError:
        return False
    return True
