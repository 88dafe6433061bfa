"""The merge law: examples by name, then properties over any order, grouping and repetition of what arrives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protos.checkin.v1 import checkin_pb2 as pb
from services.checkin.rules.merge import (
    ALLOWED_TRANSITIONS,
    MARKS,
    Copy,
    Decision,
    DecisionKind,
    Hint,
    HintKind,
    Judgement,
    Outcome,
    ReviewState,
    Seat,
    SeatState,
    add_copies,
    answer,
    is_set,
    mark_of,
    may_become,
    resolve_seat,
    review_state,
    verdict_on,
    winning_copy,
)

FIRST, SECOND, THIRD = ATTEMPTS = (b"1" * 16, b"2" * 16, b"3" * 16)
BODY, OTHER_BODY = b"body", b"other body"

REFUSED, UNDECIDED, PENDING, ACCEPTED = Judgement
APPROVE, REFUSE, ANNUL, APPEAL, PRESENT, LATE, LEAVE, ABSENT, UNMARK = DecisionKind


def a_copy(
    judgement: Judgement = ACCEPTED,
    received_at: int = 10,
    *,
    attempt_id: bytes = FIRST,
    effective_at: int | None = None,
    is_staff: bool = False,
    body_hash: bytes = BODY,
    evidence: int = 0,
) -> Copy:
    """A copy, online unless an effective time is named; its canonical bytes tell every field, evidence first."""
    effective_at = received_at if effective_at is None else effective_at
    fields = (evidence, attempt_id, received_at, effective_at, judgement.value, is_staff, body_hash)
    return Copy(attempt_id, received_at, effective_at, judgement, is_staff, body_hash, repr(fields).encode())


first, second, third = (partial(a_copy, attempt_id=attempt_id) for attempt_id in ATTEMPTS)


def decided(*decisions: tuple[DecisionKind, bytes, int]) -> list[Decision]:
    """Decisions (kind, attempt, decided_at) in sequence, none of them stale."""
    return [
        Decision(b"decision %d" % sequence, sequence, kind, attempt_id, decided_at, is_stale=False)
        for sequence, (kind, attempt_id, decided_at) in enumerate(decisions, start=1)
    ]


def outcomes(winners: Iterable[Copy], decisions: Sequence[Decision] = ()) -> list[Outcome]:
    """What the attempts of a seat read, in order of attempt_id."""
    return list(resolve_seat(winners, decisions).outcomes.values())


# --- Numbers shared with the protos


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Judgement, pb.Judgement.items()),
        (Outcome, pb.Outcome.items()),
        (SeatState, pb.SeatState.State.items()),
        (ReviewState, pb.ReviewState.items()),
    ],
)
def test_numbers_equal_the_protos(
    ours: type[Judgement] | type[Outcome] | type[SeatState] | type[ReviewState], theirs: list[tuple[str, int]]
) -> None:
    """Every enum has the names and numbers of its proto, the unspecified one apart."""
    prefix = theirs[0][0].removesuffix("UNSPECIFIED")

    assert {prefix + member.name: member.value for member in ours} == {name: n for name, n in theirs if n}


# --- Copies of one attempt


def test_the_same_copy_twice_is_one_copy() -> None:
    """A redelivered copy changes nothing."""
    assert add_copies([first()], [first(), first()]) == (first(),)


def test_a_retry_is_another_copy() -> None:
    """Copies of different arrival are kept side by side, the earliest first."""
    earlier, later = first(received_at=10), first(received_at=12)

    assert add_copies([later], [earlier]) == (earlier, later)


def test_another_body_is_another_copy() -> None:
    """Hashes that meet only in the recorder are both kept."""
    assert len(add_copies([first()], [first(body_hash=OTHER_BODY)])) == 2


@pytest.mark.parametrize("completed", [REFUSED, PENDING, ACCEPTED])
def test_completion_judges_an_undecided_copy(completed: Judgement) -> None:
    """Any judgement takes the place of undecided on the same copy, a refusal too, whichever comes first."""
    assert add_copies([first(UNDECIDED)], [first(completed)]) == (first(completed),)
    assert add_copies([first(completed)], [first(UNDECIDED)]) == (first(completed),)


def test_equal_judgements_of_a_copy_keep_the_least_canonical_bytes() -> None:
    """Two replicas that judged alike but saw different reasons leave one and the same copy."""
    assert add_copies([first(evidence=1)], [first(evidence=0)]) == (first(evidence=0),)


@pytest.mark.parametrize(("better", "worse"), list(pairwise([ACCEPTED, PENDING, UNDECIDED, REFUSED])))
def test_the_better_judgement_wins_although_later(better: Judgement, worse: Judgement) -> None:
    """Between copies accepted beats pending beats undecided beats refused."""
    assert winning_copy([first(worse, 10), first(better, 11)]) == first(better, 11)


def test_the_earlier_of_equal_judgements_wins() -> None:
    """Time comes from the earliest of the best copies."""
    assert winning_copy([first(received_at=11), first(received_at=10)]) == first(received_at=10)


def test_of_two_bodies_at_the_same_instant_the_least_canonical_bytes_win() -> None:
    """Where judgement and time are equal the bytes decide, whichever copy is read first."""
    less, more = first(body_hash=OTHER_BODY, evidence=0), first(body_hash=BODY, evidence=1)

    assert winning_copy([less, more]) == winning_copy([more, less]) == less


def test_an_attempt_without_copies_has_no_winner() -> None:
    """No copies is a mistake of the caller."""
    with pytest.raises(ValueError, match="empty"):
        winning_copy([])


# --- The holder of a seat


def test_an_empty_seat_is_free() -> None:
    """A seat without attempts is free."""
    assert resolve_seat([], []) == Seat(SeatState.FREE, None, None, {})


def test_two_taps_at_once_give_one_holder_and_one_duplicate() -> None:
    """Of two attempts accepted at the same instant the least attempt_id holds."""
    seat = resolve_seat([second(), first()], [])

    assert seat == Seat(SeatState.HELD, FIRST, 10, {FIRST: Outcome.ACCEPTED, SECOND: Outcome.DUPLICATE})


def test_the_earlier_effective_time_holds_although_received_later() -> None:
    """An offline attempt that arrives late holds from the time it is credited with."""
    seat = resolve_seat([first(received_at=10), second(received_at=90, effective_at=5)], [])

    assert (seat.holder, seat.effective_at) == (SECOND, 5)


def test_outcomes_come_in_order_of_attempt_id() -> None:
    """Two recorders write the same rows in the same order."""
    assert list(resolve_seat([third(), first(), second()], []).outcomes) == [FIRST, SECOND, THIRD]


def test_open_attempts_under_a_held_seat_read_superseded() -> None:
    """Pending and undecided attempts wait behind a holder; refused ones stay refused."""
    assert outcomes([first(), second(PENDING), third(UNDECIDED)]) == [
        Outcome.ACCEPTED,
        Outcome.SUPERSEDED,
        Outcome.SUPERSEDED,
    ]
    assert outcomes([first(), second(REFUSED)]) == [Outcome.ACCEPTED, Outcome.REFUSED]


def test_open_attempts_hold_nothing() -> None:
    """Without an accepted attempt the seat is free and every attempt reads its own judgement."""
    seat = resolve_seat([first(PENDING), second(UNDECIDED), third(REFUSED)], [])

    assert seat.state is SeatState.FREE
    assert list(seat.outcomes.values()) == [Outcome.PENDING_REVIEW, Outcome.PROVISIONAL, Outcome.REFUSED]


# --- Reviews and appeals


def test_an_approval_gives_a_pending_attempt_the_seat_from_its_own_time() -> None:
    """An approved attempt competes with its own effective time, not with the time of the review."""
    seat = resolve_seat([first(PENDING, 10), second(received_at=20)], decided((APPROVE, FIRST, 99)))

    assert (seat.holder, seat.effective_at) == (FIRST, 10)


@pytest.mark.parametrize("judgement", [PENDING, UNDECIDED])
def test_a_refusal_by_a_human_closes_an_open_attempt(judgement: Judgement) -> None:
    """What machines left open a human may refuse."""
    assert outcomes([first(judgement)], decided((REFUSE, FIRST, 20))) == [Outcome.REFUSED]


def test_a_refusal_by_a_human_cannot_take_back_an_acceptance() -> None:
    """A review counts only while no copy is accepted."""
    assert outcomes([first()], decided((REFUSE, FIRST, 20))) == [Outcome.ACCEPTED]


def test_an_appeal_reopens_a_refused_attempt() -> None:
    """Whether machine or human refused, an appeal brings the attempt to review."""
    assert outcomes([first(REFUSED)], decided((APPEAL, FIRST, 20))) == [Outcome.PENDING_REVIEW]
    assert outcomes([first(PENDING)], decided((REFUSE, FIRST, 20), (APPEAL, FIRST, 21))) == [Outcome.PENDING_REVIEW]


@pytest.mark.parametrize(("kind", "expected"), [(APPROVE, Outcome.ACCEPTED), (REFUSE, Outcome.REFUSED)])
def test_a_review_answers_an_appeal(kind: DecisionKind, expected: Outcome) -> None:
    """The review after an appeal has the last word."""
    assert outcomes([first(REFUSED)], decided((APPEAL, FIRST, 20), (kind, FIRST, 21))) == [expected]


def test_an_appealed_attempt_does_not_fall_back_to_provisional() -> None:
    """A late undecided copy of an appealed attempt leaves it in review."""
    assert outcomes([first(UNDECIDED)], decided((APPEAL, FIRST, 20))) == [Outcome.PENDING_REVIEW]


def test_an_appeal_never_takes_an_approval_away() -> None:
    """An appeal on an approved attempt changes nothing, on a seat restored after an annul neither."""
    assert outcomes([first(PENDING)], decided((APPROVE, FIRST, 20), (APPEAL, FIRST, 21))) == [Outcome.ACCEPTED]
    assert outcomes([first()], decided((ANNUL, FIRST, 20), (APPROVE, FIRST, 21), (APPEAL, FIRST, 22))) == [
        Outcome.ACCEPTED
    ]


def test_decisions_count_in_their_sequence() -> None:
    """The sequence says which decision came last, not the order in which they are read."""
    refuse, approve = decided((REFUSE, FIRST, 20), (APPROVE, FIRST, 21))

    assert outcomes([first(PENDING)], [approve, refuse]) == [Outcome.ACCEPTED]


def test_a_stale_decision_counts_for_nothing() -> None:
    """What was decided on a passed revision changes no outcome."""
    [annul] = decided((ANNUL, FIRST, 20))

    assert outcomes([first()], [replace(annul, is_stale=True)]) == [Outcome.ACCEPTED]


def test_a_decision_known_by_its_id_counts_once() -> None:
    """The same decision sent again later, under a higher sequence, does not outlive what came between."""
    annul, approve = decided((ANNUL, FIRST, 20), (APPROVE, FIRST, 21))

    assert outcomes([first()], [annul, approve, replace(annul, sequence=3)]) == [Outcome.ACCEPTED]


# --- Annuls


def test_an_annul_empties_the_seat() -> None:
    """Every accepted attempt received until then reads annulled; open ones are open again."""
    seat = resolve_seat([first(), second(received_at=11), third(PENDING)], decided((ANNUL, FIRST, 20)))

    assert (seat.state, seat.holder, seat.effective_at) == (SeatState.ANNULLED, None, None)
    assert list(seat.outcomes.values()) == [Outcome.ANNULLED, Outcome.ANNULLED, Outcome.PENDING_REVIEW]


@pytest.mark.parametrize(
    ("received_at", "expected"), [(19, Outcome.ANNULLED), (20, Outcome.ANNULLED), (21, Outcome.PENDING_REVIEW)]
)
def test_an_acceptance_on_an_annulled_seat_never_holds_by_itself(received_at: int, expected: Outcome) -> None:
    """It is annulled with the rest up to the instant of the annul, and goes to review after it."""
    assert outcomes([first(received_at=received_at)], decided((ANNUL, SECOND, 20))) == [expected]


@pytest.mark.parametrize(
    ("received_at", "expected"), [(19, Outcome.ANNULLED), (20, Outcome.ANNULLED), (21, Outcome.ACCEPTED)]
)
def test_staff_may_let_a_person_in_again(received_at: int, expected: Outcome) -> None:
    """A staff attempt holds an annulled seat only if received after the annul was decided."""
    assert outcomes([first(received_at=received_at, is_staff=True)], decided((ANNUL, SECOND, 20))) == [expected]


def test_an_approval_after_the_annul_restores_one_attempt() -> None:
    """The approved attempt holds again, the others read duplicate, although one of them is earlier."""
    decisions = decided((ANNUL, FIRST, 20), (APPROVE, SECOND, 21))

    assert outcomes([first(received_at=9), second()], decisions) == [Outcome.DUPLICATE, Outcome.ACCEPTED]


@pytest.mark.parametrize("judgement", [PENDING, ACCEPTED])
def test_an_approval_before_the_annul_does_not_survive_it(judgement: Judgement) -> None:
    """An annul takes back approved attempts too."""
    decisions = decided((APPROVE, FIRST, 19), (ANNUL, FIRST, 20))

    assert outcomes([first(judgement)], decisions) == [Outcome.ANNULLED]


def test_a_refusal_after_the_annul_restores_nobody() -> None:
    """Only an approval lets an annulled attempt hold again."""
    assert outcomes([first()], decided((ANNUL, FIRST, 20), (REFUSE, FIRST, 21))) == [Outcome.ANNULLED]


def test_the_last_annul_counts() -> None:
    """A restored attempt can be annulled again."""
    decisions = decided((ANNUL, FIRST, 20), (APPROVE, FIRST, 21), (ANNUL, FIRST, 22))

    assert outcomes([first()], decisions) == [Outcome.ANNULLED]


# --- The answer

CLAIMED_BY_ITSELF = Hint(HintKind.CLAIMED, FIRST)
CLAIMED_BY_ANOTHER = Hint(HintKind.CLAIMED, SECOND)
HELD_BY_ITSELF = Hint(HintKind.HELD, FIRST, 10, 3)
HELD_BY_ANOTHER = Hint(HintKind.HELD, SECOND, 10, 3)
FREED = Hint(HintKind.FREED, revision=3)
FREED_BY_ANNUL = Hint(HintKind.FREED, revision=3, is_annulled=True)

OWN = {
    REFUSED: Outcome.REFUSED,
    UNDECIDED: Outcome.PROVISIONAL,
    PENDING: Outcome.PENDING_REVIEW,
    ACCEPTED: Outcome.ACCEPTED,
}
NOT_ACCEPTED = [REFUSED, UNDECIDED, PENDING]


@pytest.mark.parametrize("hint", [None, FREED, CLAIMED_BY_ITSELF, HELD_BY_ITSELF])
def test_an_acceptance_with_an_open_or_own_seat_is_accepted(hint: Hint | None) -> None:
    """Nobody else's hint stands in the way."""
    assert answer(ACCEPTED, hint, FIRST, is_staff=False) is Outcome.ACCEPTED


@pytest.mark.parametrize("hint", [CLAIMED_BY_ANOTHER, HELD_BY_ANOTHER])
def test_an_acceptance_on_a_taken_seat_is_a_duplicate(hint: Hint) -> None:
    """A claim counts like a holder for who is accepted too, staff or not."""
    assert {answer(ACCEPTED, hint, FIRST, is_staff) for is_staff in (False, True)} == {Outcome.DUPLICATE}


@pytest.mark.parametrize(("is_staff", "expected"), [(False, Outcome.PENDING_REVIEW), (True, Outcome.ACCEPTED)])
def test_an_acceptance_on_an_annulled_seat_needs_staff(is_staff: bool, expected: Outcome) -> None:
    """After an annul a person's own acceptance is promised a review, staff's a seat."""
    assert answer(ACCEPTED, FREED_BY_ANNUL, FIRST, is_staff) is expected


@pytest.mark.parametrize("own", NOT_ACCEPTED)
def test_the_holder_stays_accepted_whatever_a_retry_is_judged(own: Judgement) -> None:
    """A retry of the attempt that holds the seat is told so."""
    assert answer(own, HELD_BY_ITSELF, FIRST, is_staff=False) is Outcome.ACCEPTED


@pytest.mark.parametrize("own", NOT_ACCEPTED)
def test_whoever_is_checked_in_already_is_told_duplicate(own: Judgement) -> None:
    """A held seat answers for any other attempt of the person."""
    assert answer(own, HELD_BY_ANOTHER, FIRST, is_staff=False) is Outcome.DUPLICATE


@pytest.mark.parametrize("own", NOT_ACCEPTED)
@pytest.mark.parametrize("hint", [None, CLAIMED_BY_ITSELF, CLAIMED_BY_ANOTHER, FREED, FREED_BY_ANNUL])
def test_without_a_holder_the_own_judgement_is_the_answer(own: Judgement, hint: Hint | None) -> None:
    """A claim is no success of anybody yet, and an annul is no refusal."""
    assert answer(own, hint, FIRST, is_staff=False) is OWN[own]


# --- What reviewers are shown


def reviewed(winner: Copy, *decisions: tuple[DecisionKind, bytes, int], others: Sequence[Copy] = (),
             is_listed: bool = False) -> ReviewState | None:  # fmt: skip
    """How an attempt stands after these decisions, beside the other attempts of its seat."""
    made = decided(*decisions)
    outcome = resolve_seat([winner, *others], made).outcomes[winner.attempt_id]
    return review_state(winner, outcome, made, is_listed)


@pytest.mark.parametrize("judgement", [ACCEPTED, REFUSED, UNDECIDED])
def test_what_machines_settle_is_nobodys_business(judgement: Judgement) -> None:
    """Neither who was accepted or refused at once, nor who is about to be judged."""
    assert reviewed(first(judgement)) is None


def test_a_human_closes_what_waits() -> None:
    """By either verdict."""
    assert reviewed(first(PENDING)) is ReviewState.PENDING
    assert reviewed(first(PENDING), (APPROVE, FIRST, 20)) is ReviewState.APPROVED
    assert reviewed(first(PENDING), (REFUSE, FIRST, 20)) is ReviewState.REFUSED


def test_what_could_not_be_judged_for_long_is_shown_until_somebody_decides() -> None:
    """A human, or completion after all."""
    assert reviewed(first(UNDECIDED), is_listed=True) is ReviewState.PENDING
    assert reviewed(first(UNDECIDED), (APPROVE, FIRST, 20), is_listed=True) is ReviewState.APPROVED
    assert reviewed(first(ACCEPTED), is_listed=True) is ReviewState.CLOSED
    assert reviewed(first(REFUSED), is_listed=True) is ReviewState.CLOSED


def test_an_appeal_puts_a_refusal_on_the_list() -> None:
    """The person's own word asks for a human."""
    assert reviewed(first(REFUSED), (APPEAL, FIRST, 20)) is ReviewState.PENDING
    assert reviewed(first(REFUSED), (APPEAL, FIRST, 20), (REFUSE, FIRST, 30)) is ReviewState.REFUSED


def test_a_held_seat_closes_the_cases_of_other_attempts() -> None:
    """There is nothing to decide while the person is checked in; an approval beside it stays one."""
    assert reviewed(first(PENDING), others=[second()], is_listed=True) is ReviewState.CLOSED
    approved = reviewed(first(PENDING, 20), (APPROVE, FIRST, 30), others=[second(received_at=10)])
    assert approved is ReviewState.APPROVED


def test_an_annulled_attempt_is_listed_as_closed() -> None:
    """Also one that a human approved before."""
    assert reviewed(first(), (ANNUL, FIRST, 20)) is ReviewState.CLOSED
    assert reviewed(first(PENDING), (APPROVE, FIRST, 20), (ANNUL, FIRST, 30)) is ReviewState.CLOSED


# --- Properties

TIMES = st.integers(0, 9)


@st.composite
def copies(draw: st.DrawFn, attempt_ids: Sequence[bytes] = ATTEMPTS, times: st.SearchStrategy[int] = TIMES) -> Copy:
    """Any copy, online or offline, from so small a world that copies often meet."""
    received_at = draw(times)
    return a_copy(
        draw(st.sampled_from(Judgement)),
        received_at,
        attempt_id=draw(st.sampled_from(attempt_ids)),
        effective_at=received_at - draw(st.integers(0, 3)),
        is_staff=draw(st.booleans()),
        body_hash=draw(st.sampled_from([BODY, OTHER_BODY])),
        evidence=draw(st.integers(0, 1)),
    )


@st.composite
def decision_lists(draw: st.DrawFn, kinds: Sequence[DecisionKind] = tuple(DecisionKind)) -> list[Decision]:
    """Any decisions in sequence, one in four of them stale."""
    one = st.tuples(st.sampled_from(kinds), st.sampled_from(ATTEMPTS), TIMES)
    decisions = decided(*draw(st.lists(one, max_size=5)))
    return [replace(decision, is_stale=draw(st.integers(0, 3)) == 3) for decision in decisions]


@st.composite
def redeliveries(draw: st.DrawFn, arrived: Sequence[Copy]) -> list[list[Copy]]:
    """The same copies in another order, some of them several times, cut into batches."""
    again = draw(st.lists(st.sampled_from(arrived), max_size=5)) if arrived else []
    shuffled = draw(st.permutations([*arrived, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    return [list(shuffled[start:end]) for start, end in pairwise([0, *cuts, len(shuffled)])]


Attempts = Mapping[bytes, tuple[Copy, ...]]


def record(batches: Iterable[Sequence[Copy]]) -> Attempts:
    """What a recorder has stored of every attempt after these batches."""
    stored: dict[bytes, tuple[Copy, ...]] = {}
    for batch in batches:
        for attempt_id in {copy.attempt_id for copy in batch}:
            arrived = [copy for copy in batch if copy.attempt_id == attempt_id]
            stored[attempt_id] = add_copies(stored.get(attempt_id, ()), arrived)
    return stored


def seat_of(stored: Attempts, decisions: Sequence[Decision] = ()) -> Seat:
    """The seat of what is stored."""
    return resolve_seat(map(winning_copy, stored.values()), decisions)


@given(st.data(), st.lists(copies(), max_size=8), decision_lists())
def test_order_grouping_and_repetition_do_not_matter(
    data: st.DataObject, arrived: list[Copy], decisions: list[Decision]
) -> None:
    """The same copies and decisions, however they come, leave the same copies and the same seat."""
    stored = record([arrived])

    stored_again = record(data.draw(redeliveries(arrived)))
    decisions_again = data.draw(st.permutations([*decisions, *decisions[:2]]))

    assert stored_again == stored
    assert seat_of(stored_again, decisions_again) == seat_of(stored, decisions)


@given(st.data(), st.lists(copies(), max_size=8), decision_lists())
def test_two_recorders_in_any_interleaving_leave_one_truth(
    data: st.DataObject, arrived: list[Copy], decisions: list[Decision]
) -> None:
    """Each may get any of it, the same copy too; their transactions follow one another in any order.

    The decisions keep the sequence that the seat gave them, whoever recorded them.
    """
    everybody = data.draw(redeliveries(arrived)) + data.draw(redeliveries(arrived))
    hands = data.draw(st.lists(st.booleans(), min_size=len(everybody), max_size=len(everybody)))
    one, other = ([b for b, hand in zip(everybody, hands, strict=True) if hand is which] for which in (True, False))
    interleaved = [one.pop(0) if one and (not other or data.draw(st.booleans())) else other.pop(0) for _ in everybody]

    assert seat_of(record(interleaved), data.draw(st.permutations(decisions))) == seat_of(record([arrived]), decisions)


@given(st.lists(copies(), min_size=1, max_size=8), decision_lists(), st.booleans())
def test_whoever_waits_for_a_human_is_on_the_list(
    arrived: list[Copy], decisions: list[Decision], is_listed: bool
) -> None:
    """Every pending attempt is shown as pending, and nobody whose outcome is settled."""
    stored = record([arrived])
    seat = seat_of(stored, decisions)
    for attempt_id, copies_of_one in stored.items():
        outcome = seat.outcomes[attempt_id]
        state = review_state(winning_copy(copies_of_one), outcome, decisions, is_listed)
        if outcome is Outcome.PENDING_REVIEW:
            assert state is ReviewState.PENDING
        elif state is ReviewState.PENDING:
            assert outcome is Outcome.PROVISIONAL
        elif state is ReviewState.APPROVED:
            assert outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)
        elif state is ReviewState.REFUSED:
            assert outcome is Outcome.REFUSED


@given(st.lists(copies([FIRST]), max_size=8), st.lists(copies([FIRST]), max_size=8))
def test_adding_copies_is_idempotent(known: list[Copy], arrived: list[Copy]) -> None:
    """What is stored absorbs what it was made of."""
    stored = add_copies(known, arrived)

    assert add_copies(stored, [*arrived, *known]) == stored


@given(st.lists(copies(), max_size=8), decision_lists())
def test_one_holder_at_most(arrived: list[Copy], decisions: list[Decision]) -> None:
    """Exactly the holder reads accepted, and only a held seat has one."""
    seat = seat_of(record([arrived]), decisions)

    accepted = [attempt_id for attempt_id, outcome in seat.outcomes.items() if outcome is Outcome.ACCEPTED]

    assert accepted == ([seat.holder] if seat.state is SeatState.HELD else [])


@given(st.lists(copies(), max_size=8))
def test_the_earliest_accepted_attempt_holds(arrived: list[Copy]) -> None:
    """Nobody accepted has an earlier (effective time, attempt_id) than the holder."""
    stored = record([arrived])
    winners = [winning_copy(of_one) for of_one in stored.values()]
    accepted = [(copy.effective_at, copy.attempt_id) for copy in winners if copy.judgement is ACCEPTED]

    seat = seat_of(stored)

    assert (seat.effective_at, seat.holder) == min(accepted, default=(None, None))


@given(st.lists(copies([FIRST]), min_size=1, max_size=8))
def test_refusals_never_beat_an_undecided_copy(arrived: list[Copy]) -> None:
    """A refusal wins only where every arrival of the attempt was refused."""
    stored = add_copies((), arrived)

    assert (winning_copy(stored).judgement is REFUSED) == all(copy.judgement is REFUSED for copy in stored)


@given(st.lists(copies(), max_size=8), decision_lists([APPROVE, REFUSE, APPEAL]))
def test_nobody_accepted_loses_the_seat_without_an_annul(arrived: list[Copy], decisions: list[Decision]) -> None:
    """A copy once accepted leaves the seat held and its attempt accepted or duplicate, whatever else comes."""
    seat = seat_of(record([arrived]), decisions)

    for copy in arrived:
        if copy.judgement is ACCEPTED:
            assert seat.state is SeatState.HELD
            assert seat.outcomes[copy.attempt_id] in (Outcome.ACCEPTED, Outcome.DUPLICATE)


# --- Agreement with the model: its seat_state, written once more and as literally as its data allow


def modelled_winner(arrived: Iterable[Copy]) -> tuple[str, Copy]:
    """The model's `win`: of each arrival the best by A, P, R, N; a refusal answers only for the copy it judged."""
    arrivals: dict[tuple[int, bytes], list[Copy]] = {}
    for copy in arrived:
        arrivals.setdefault((copy.received_at, copy.body_hash), []).append(copy)
    said: dict[str, list[Copy]] = {"A": [], "P": [], "N": [], "R": []}
    for of_one in arrivals.values():
        letter = next(letter for letter in "APRN" if any(MODEL_LETTER[copy.judgement] == letter for copy in of_one))
        said[letter] += [min((c for c in of_one if MODEL_LETTER[c.judgement] == letter), key=lambda c: c.canonical)]
    letter = next(letter for letter in "APNR" if said[letter])
    return letter, sorted(said[letter], key=lambda copy: (copy.received_at, copy.canonical))[0]


MODEL_LETTER = {ACCEPTED: "A", PENDING: "P", REFUSED: "R", UNDECIDED: "N"}
MODEL_OUTCOME = {"P": "pending_review", "N": "provisional", "R": "refused"}


def modelled_seat(arrived: Sequence[Copy], decisions: Sequence[Decision]) -> dict[str, object]:
    """The model's `seat_state` with every mending flag set, and its dictionary of holder, time, outcomes, annulled."""
    annul, review = None, {}
    for decision in decisions:
        if not decision.is_stale and decision.kind is ANNUL:
            annul = decision
        elif not decision.is_stale and decision.kind not in MARKS:
            review[decision.attempt_id] = decision
    info, eligible = {}, []
    for attempt_id in {copy.attempt_id for copy in arrived}:
        letter, copy = modelled_winner(copy for copy in arrived if copy.attempt_id == attempt_id)
        last = review.get(attempt_id)
        if last and letter != "A":
            letter = "A" if last.kind is APPROVE else "R"
        info[attempt_id] = letter, copy
        restored = annul and last and last.kind is APPROVE and last.sequence > annul.sequence
        let_in = annul and copy.is_staff and copy.received_at > annul.decided_at
        if letter == "A" and (annul is None or restored or let_in):
            eligible.append((copy.effective_at, attempt_id))
    effective_at, holder = min(eligible, default=(None, None))
    out = {}
    for attempt_id, (letter, copy) in info.items():
        if attempt_id == holder:
            out[attempt_id] = "accepted"
        elif letter == "A" and holder is not None:
            out[attempt_id] = "duplicate"
        elif letter == "A":
            out[attempt_id] = "annulled" if annul and copy.received_at <= annul.decided_at else "pending_review"
        elif letter in "PN" and holder is not None:
            out[attempt_id] = "superseded"
        else:
            out[attempt_id] = MODEL_OUTCOME[letter]
    return {"holder": holder, "at": effective_at, "out": out, "annulled": annul is not None and holder is None}


@given(st.lists(copies(), max_size=8), decision_lists([APPROVE, REFUSE, ANNUL, *MARKS]))
def test_the_law_agrees_with_the_model(arrived: list[Copy], decisions: list[Decision]) -> None:
    """On any input the model knows, both say the same; the model knows no appeals, and marks move no seat."""
    seat = seat_of(record([arrived]), decisions)

    assert modelled_seat(arrived, decisions) == {
        "holder": seat.holder,
        "at": seat.effective_at,
        "out": {attempt_id: outcome.name.lower() for attempt_id, outcome in seat.outcomes.items()},
        "annulled": seat.state is SeatState.ANNULLED,
    }


# --- Marks


def said(*kinds: DecisionKind) -> list[Decision]:
    """Marks in sequence; like a real one, each names no attempt."""
    return decided(*((kind, bytes(16), 20 + number) for number, kind in enumerate(kinds)))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], None),
        ([APPROVE, ANNUL], None),
        ([LEAVE], LEAVE),
        ([LEAVE, ABSENT, ANNUL], ABSENT),
        ([PRESENT, UNMARK], None),
        ([PRESENT, UNMARK, LATE], LATE),
    ],
)
def test_the_last_mark_is_the_mark(kinds: Sequence[DecisionKind], expected: DecisionKind | None) -> None:
    """Whatever else was decided; the last may take the others back."""
    mark = mark_of(said(*kinds))
    assert (mark.kind if mark else None) is expected


def test_a_stale_mark_says_nothing() -> None:
    """It came when the person was set already."""
    first_said, then = said(LEAVE, PRESENT)
    mark = mark_of([replace(then, is_stale=True), first_said])
    assert mark == first_said


def test_a_mark_known_by_its_id_counts_once() -> None:
    """The same word again, behind another one, does not bring it back."""
    leave, present = said(LEAVE, PRESENT)
    assert mark_of([leave, present, replace(leave, sequence=3)]) == present


@given(st.lists(copies(), max_size=8), decision_lists())
def test_marks_move_no_seat(arrived: list[Copy], decisions: list[Decision]) -> None:
    """Without them every seat, outcome and case reads the same."""
    stored = record([arrived])
    others = [decision for decision in decisions if decision.kind not in MARKS]
    assert seat_of(stored, decisions) == seat_of(stored, others)
    for attempt_id in stored:
        assert verdict_on(attempt_id, decisions) == verdict_on(attempt_id, others)


@pytest.mark.parametrize(
    ("judgement", "kinds", "expected"),
    [
        (ACCEPTED, [], True),
        (PENDING, [], False),
        (PENDING, [ABSENT], True),
        (PENDING, [ABSENT, UNMARK], False),
    ],
)
def test_who_holds_a_seat_or_is_marked_is_set(
    judgement: Judgement, kinds: Sequence[DecisionKind], expected: bool
) -> None:
    """What is only for who is not leaves them alone."""
    assert is_set([first(judgement)], said(*kinds)) is expected


# --- Transitions


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_may_stay(outcome: Outcome) -> None:
    """No change is no transition."""
    assert may_become(outcome, outcome)


@pytest.mark.parametrize(
    ("seen", "now"),
    [
        (Outcome.ACCEPTED, Outcome.PENDING_REVIEW),
        (Outcome.ACCEPTED, Outcome.REFUSED),
        (Outcome.ACCEPTED, Outcome.SUPERSEDED),
        (Outcome.ACCEPTED, Outcome.PROVISIONAL),
        (Outcome.PENDING_REVIEW, Outcome.PROVISIONAL),
        (Outcome.REFUSED, Outcome.PROVISIONAL),
        (Outcome.ANNULLED, Outcome.REFUSED),
    ],
)
def test_promises_are_not_broken(seen: Outcome, now: Outcome) -> None:
    """What somebody was told does not become worse than the rules announce."""
    assert not may_become(seen, now)


def test_every_outcome_has_its_transitions() -> None:
    """The table is complete."""
    assert set(ALLOWED_TRANSITIONS) == set(Outcome)


ADMITTED_FROM = {
    APPROVE: {Outcome.PENDING_REVIEW, Outcome.ANNULLED},
    REFUSE: {Outcome.PENDING_REVIEW},
    ANNUL: {Outcome.ACCEPTED},
    APPEAL: {Outcome.REFUSED},
}


@dataclass
class World:
    """One seat as time passes: what arrived, what was decided, and every state somebody may have seen."""

    arrived: list[Copy] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    states: list[Seat] = field(default_factory=list)

    @property
    def now(self) -> int:
        """The latest instant anybody has stamped."""
        return max([copy.received_at for copy in self.arrived] + [d.decided_at for d in self.decisions], default=0)

    @property
    def admitted(self) -> list[tuple[DecisionKind, bytes]]:
        """What a human who sees the present state may decide."""
        seen = self.states[-1].outcomes.items() if self.states else ()
        return [(kind, attempt_id) for kind in ADMITTED_FROM for attempt_id, o in seen if o in ADMITTED_FROM[kind]]

    def arrive(self, copy: Copy) -> None:
        """Take a copy in, unless it was sent after a human decided on its attempt: then a phone has its answer."""
        reviews = [d for d in self.decisions if d.attempt_id == copy.attempt_id and d.kind is not ANNUL]
        if all(copy.received_at <= review.decided_at for review in reviews):
            self.arrived.append(copy)
            self._look()

    def decide(self, kind: DecisionKind, attempt_id: bytes) -> None:
        """Decide on the present state, so after all of it was received: otherwise the decision would be stale."""
        sequence = len(self.decisions) + 1
        decision_id = b"decision %d" % sequence
        self.decisions.append(Decision(decision_id, sequence, kind, attempt_id, self.now, is_stale=False))
        self._look()

    def complete(self, judgement: Judgement) -> None:
        """Judge every copy that is still undecided."""
        stored = chain.from_iterable(record([self.arrived]).values())
        for undecided in [copy for copy in stored if copy.judgement is UNDECIDED]:
            self.arrive(replace(undecided, judgement=judgement))

    def _look(self) -> None:
        self.states.append(seat_of(record([self.arrived]), self.decisions))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A seat with a past: copies, late or new, of two attempts of a phone and one of staff, and human decisions."""
    world = World()
    for _ in range(draw(st.integers(1, 10))):
        if draw(st.booleans()) and world.admitted:
            world.decide(*draw(st.sampled_from(world.admitted)))
        else:
            copy = draw(copies(times=st.integers(world.now - 2, world.now + 2)))
            world.arrive(replace(copy, is_staff=copy.attempt_id == THIRD))
    return world


def broken_promises(states: Sequence[Seat]) -> set[tuple[Outcome, Outcome]]:
    """Every pair of earlier and later outcome of an attempt that no transition allows."""
    pairs = (
        (earlier.outcomes[attempt_id], later.outcomes[attempt_id])
        for earlier, later in combinations(states, 2)
        for attempt_id in earlier.outcomes
    )
    return {(seen, now) for seen, now in pairs if not may_become(seen, now)}


@given(worlds(), st.sampled_from([REFUSED, PENDING, ACCEPTED]))
def test_whatever_was_seen_becomes_only_what_is_allowed(world: World, completed: Judgement) -> None:
    """Between any two moments an attempt moves along the transitions, save that an undecided copy reopens a refusal.

    Once everything is completed nothing is left provisional, so no refusal ends there.
    """
    world.complete(completed)

    assert broken_promises(world.states) <= {(Outcome.REFUSED, Outcome.PROVISIONAL)}
    assert Outcome.PROVISIONAL not in seat_of(record([world.arrived]), world.decisions).outcomes.values()
