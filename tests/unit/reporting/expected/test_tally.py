"""Who is expected and who of them came: one person under both ids, leave, groups, and any history against a recount."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.presence import moment
from services.reporting.domain import Counted, Mark, SeatView, Status, marked
from services.reporting.expected.tally import (
    MAX_GROUPS,
    Answer,
    Member,
    Roster,
    Tallies,
    Tally,
    of_count,
    of_roster,
    one_each,
)

FIRST, SECOND = b"1" * 16, b"2" * 16


def entry(number: int) -> bytes:
    """The id of an entry."""
    return bytes([number]) * 16


def user(number: int) -> bytes:
    """The id of a user."""
    return bytes([100 + number]) * 16


def a_person(user_id: bytes, status: Status = Status.CHECKED_IN, at: int = 1, occurrence_id: bytes = FIRST) -> Counted:
    """Somebody with a seat, or an attempt that holds none."""
    is_held = status is Status.CHECKED_IN
    return Counted(user_id, SeatView(is_held, at, [], int(status), "qr", "", "", []), None, occurrence_id)


ROSTER = Roster(1, [Member(entry(1), user(1), "一班"), Member(entry(2), b"", "一班"), Member(entry(3), user(3), "")])


@pytest.mark.parametrize("user_id", [entry(1), user(1)])
def test_both_ids_are_one_person(user_id: bytes) -> None:
    """Who came before anybody knew who they are has come, and so has who came after it."""
    assert of_roster(ROSTER, [a_person(user_id)], {}).whole == Tally(expected=3, came=1)


def test_a_second_seat_under_the_other_id_counts_nobody() -> None:
    """It is told how many there are, of one occurrence: coming to two is no second seat."""
    twice = [a_person(entry(1)), a_person(user(1)), a_person(user(1), occurrence_id=SECOND)]
    tallies = of_roster(ROSTER, twice, {})
    assert (tallies.whole.came, tallies.twice["checked_in"]) == (1, 1)


def moved(person: Counted, came: int, left: int = 0) -> Counted:
    """The same who came at a moment, and went at another one if that is not 0."""
    gone = SeatView(True, left, [], int(Status.CHECKED_IN), "", "", "", [], moment(left, b"")) if left else None
    return person._replace(seat=person.seat._replace(last=moment(came, b"")), left=gone)


def test_who_is_there_under_both_ids_is_inside_once() -> None:
    """Until they go, as whichever of the two, and once more when they come back."""
    as_entry, as_user = moved(a_person(entry(1)), 1), moved(a_person(user(1)), 2)
    gone, back = moved(a_person(user(1)), 2, left=3), moved(a_person(entry(1)), 4)
    for people, is_inside, twice in (
        ([as_entry, as_user], True, 1),
        ([as_entry, gone], False, 1),
        ([back, gone], True, 0),
        ([as_entry], True, 0),
    ):
        assert of_roster(ROSTER, people, {}).twice.get("inside", 0) == twice
        assert [one.presence.is_inside for one in one_each(people, ROSTER)] == [is_inside]


@pytest.mark.parametrize("status", [Status.PENDING_REVIEW, Status.PROVISIONAL, Status.REFUSED, Status.ABSENT])
def test_who_holds_no_seat_has_not_come(status: Status) -> None:
    """Whatever became of their attempt, annulled too."""
    assert of_roster(ROSTER, [a_person(user(1), status)], {}).whole == Tally(expected=3)


def test_a_stranger_is_not_expected() -> None:
    """However accepted they were, and whatever they said."""
    assert of_roster(ROSTER, [a_person(user(9))], {user(8): Answer.LEAVE}).whole == Tally(expected=3)


def test_leave_is_never_absence() -> None:
    """Who asked for it is not missed; who came all the same has come; who said they would come says nothing yet."""
    answers = {user(1): Answer.LEAVE, user(3): Answer.LEAVE}
    whole = of_roster(ROSTER, [a_person(user(3))], answers | {entry(2): Answer.COMING}).whole
    assert whole == Tally(expected=3, came=1, leave=1)
    assert whole.not_yet == 1


def a_mark(user_id: bytes, mark: Mark, at: int = 1, status: Status = Status.CHECKED_IN) -> Counted:
    """Somebody of whom staff said something."""
    person = a_person(user_id, status)
    return person._replace(seat=marked(person.seat, mark, at))


def test_what_staff_say_is_what_counts() -> None:
    """Against a roster and against a number: absent is no leave, whatever they asked for; present has come."""
    people = [
        a_mark(user(1), Mark.ABSENT),
        a_mark(entry(2), Mark.LEAVE, status=Status.REFUSED),
        a_mark(user(3), Mark.LATE, status=Status.REFUSED),
    ]
    answers = {user(1): Answer.LEAVE, user(3): Answer.LEAVE}
    assert of_roster(ROSTER, people, answers).whole == Tally(expected=3, came=1, leave=1)
    assert of_count(3, people, answers).whole == Tally(expected=3, came=1, leave=1)


def test_of_two_ids_the_last_mark_counts() -> None:
    """Over a seat under the other id, too, which then counts nobody."""
    came, absent = a_person(entry(1)), a_mark(user(1), Mark.ABSENT, at=5)
    tallies = of_roster(ROSTER, [came, absent], {})
    assert (tallies.whole.came, tallies.twice["checked_in"]) == (0, 1)
    present = a_mark(entry(1), Mark.PRESENT, at=6)
    assert of_roster(ROSTER, [present, absent], {}).whole.came == 1
    assert one_each([came, absent], ROSTER) == [absent]


def test_groups_add_up() -> None:
    """Each person in their own, by name; those without one under none."""
    tallies = of_roster(ROSTER, [a_person(user(1)), a_person(user(3))], {})
    assert tallies.by_group == {"": Tally(1, 1), "一班": Tally(2, 1)}
    assert list(tallies.by_group) == ["", "一班"]


def test_nobody_on_a_roster() -> None:
    """It expects nobody, and says so."""
    assert of_roster(Roster(1, []), [a_person(user(1))], {}) == Tallies(Tally())


def test_against_a_number_everybody_counts() -> None:
    """Nobody is a stranger; more may come than were expected, and then nobody is missing."""
    people = [a_person(user(1)), a_person(user(1), occurrence_id=SECOND), a_person(user(2), Status.REFUSED)]
    answers = {user(1): Answer.LEAVE, user(2): Answer.LEAVE, user(3): Answer.COMING}
    assert of_count(4, people, answers).whole == Tally(expected=4, came=1, leave=1)
    assert of_count(1, [a_person(user(1)), a_person(user(2))], {}).whole.not_yet == 0
    crowd = {user(number): Answer.LEAVE for number in range(3, 9)}
    assert of_count(4, people, crowd).whole == Tally(expected=4, came=1, leave=3)


def test_of_very_many_groups_the_largest_are_told() -> None:
    """Where a column of names was taken for one of groups; all the same everybody is counted."""
    alone = [Member(number.to_bytes(16), b"", str(number)) for number in range(1, MAX_GROUPS + 9)]
    two = [Member(number.to_bytes(16), b"", "一班") for number in (1001, 1002)]
    tallies = of_roster(Roster(1, [*alone, *two]), [], {})
    assert (tallies.whole.expected, len(tallies.by_group)) == (MAX_GROUPS + 10, MAX_GROUPS)
    assert tallies.by_group["一班"].expected == 2


def test_a_list_shows_the_better_of_both_ids() -> None:
    """A held seat before what is none, then the earlier; each occurrence for itself, and strangers as they are."""
    refused, held, later = a_person(entry(1), Status.REFUSED), a_person(user(1), at=5), a_person(entry(1), at=9)
    elsewhere, stranger = a_person(entry(1), occurrence_id=SECOND), a_person(user(9))
    shown = one_each([refused, held, elsewhere, stranger], ROSTER)
    assert [(one.user_id, one.occurrence_id, one.seat.at) for one in shown] == [
        (user(1), FIRST, 5),
        (entry(1), SECOND, 1),
        (user(9), FIRST, 1),
    ]
    [earlier] = one_each([later, held], ROSTER)
    assert (earlier.user_id, earlier.seat.at) == (user(1), 5)


NUMBERS = st.integers(1, 6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bind"), NUMBERS, NUMBERS),
        st.tuples(st.just("come"), NUMBERS, st.booleans()),
        st.tuples(st.just("annul"), NUMBERS, st.booleans()),
        st.tuples(st.just("leave"), NUMBERS, st.booleans()),
    ),
    max_size=30,
)


@given(listed=st.sets(NUMBERS), steps=STEPS)
def test_any_history_equals_a_recount(listed: set[int], steps: list[tuple[str, int, int]]) -> None:
    """People bound, seated under either id, annulled and on leave, in any order: each counts once."""
    bound: dict[int, int] = {}
    seats: dict[bytes, Status] = {}
    answers: dict[bytes, Answer] = {}
    for what, number, other in steps:
        user_id = user(number) if other else entry(number)
        if what == "bind" and number in listed and number not in bound and other not in bound.values():
            bound[number] = other
        elif what == "come":
            seats[user_id] = Status.CHECKED_IN
        elif what == "annul" and user_id in seats:
            seats[user_id] = Status.ABSENT
        elif what == "leave":
            answers[user(number)] = Answer.LEAVE

    members = [
        Member(entry(number), user(bound[number]) if number in bound else b"", f"{number % 2}")
        for number in sorted(listed)
    ]
    tallies = of_roster(Roster(1, members), [a_person(*seat) for seat in seats.items()], answers)

    recount: Counter[str] = Counter()
    for number in listed:
        ids = [entry(number), *([user(bound[number])] if number in bound else [])]
        held = sum(seats.get(each) is Status.CHECKED_IN for each in ids)
        fate = "came" if held else "leave" if any(each in answers for each in ids) else "not_yet"
        recount.update([fate, f"{fate} {number % 2}"])
        recount["twice"] += held == 2
    whole = tallies.whole
    assert (whole.came, whole.leave, whole.not_yet) == (recount["came"], recount["leave"], recount["not_yet"])
    assert (whole.expected, tallies.twice.get("checked_in", 0)) == (len(listed), recount["twice"])
    for group, tally in tallies.by_group.items():
        assert (tally.came, tally.leave) == (recount[f"came {group}"], recount[f"leave {group}"])
    shown = one_each([a_person(*seat) for seat in seats.items()], Roster(1, members))
    strangers = [each for each in seats if not any(each in member.ids for member in members)]
    assert len(shown) == len(strangers) + sum(any(each in seats for each in member.ids) for member in members)
