"""Rule 30, searched with a model: what nobody decides is decided once, late enough, and never over a human's word.

The model is one seat and what races for it: attempts with copies, humans and recorders that decide on what they read
earlier, decisions that travel, come twice, and are numbered as the recorder does. Each part of the rule relaxed alone
breaks something.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from services.checkin.rules.lapse import Undecided, lapses_at, verdict
from services.checkin.rules.merge import (
    Copy,
    Decision,
    DecisionKind,
    Judgement,
    Outcome,
    Seat,
    SeatState,
    add_copies,
    resolve_seat,
    winning_copy,
    words_on,
)

CLOSES_AT, AFTER = 20, 30
ATTEMPTS = [bytes([number]) for number in range(3)]
HUMAN = {
    DecisionKind.APPROVE: {Outcome.PENDING_REVIEW, Outcome.PROVISIONAL, Outcome.REFUSED, Outcome.ANNULLED},
    DecisionKind.REFUSE: {Outcome.PENDING_REVIEW, Outcome.PROVISIONAL},
    DecisionKind.ANNUL: {Outcome.ACCEPTED},
    DecisionKind.APPEAL: {Outcome.REFUSED},
}
UNDECIDED = Judgement.UNDECIDED
RELAXED = ["revision", "id", "arrival", "word", "annul", "judged", "no"]


@dataclass(frozen=True)
class Sent:
    """A decision on its way."""

    decision_id: bytes
    kind: DecisionKind
    attempt_id: bytes
    at: int
    read: int
    saw: int
    is_lapse: bool


@dataclass
class World:
    """One seat; `relaxed` names the part of the rule that is left out."""

    policy: Undecided
    relaxed: str = ""
    now: int = 0
    revision: int = 0
    copies: dict[bytes, tuple[Copy, ...]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    applied: dict[int, list[Sent]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    looked: set[tuple[bytes, int]] = field(default_factory=set)
    ids: int = 0

    def seat(self) -> Seat:
        """As it is recorded."""
        return resolve_seat(map(winning_copy, self.copies.values()), self.decisions)

    def arrive(self, attempt_id: bytes, judgement: Judgement, again: bool) -> None:
        """A copy of an attempt, or its judgement where it came undecided."""
        known = self.copies.get(attempt_id, ())
        at = known[0].received_at if again and known else self.now
        body = bytes([at % 256, at // 256])
        self._add(Copy(attempt_id, at, at, judgement, False, body, body + bytes([judgement])))

    def _add(self, copy: Copy) -> None:
        before, known = self.seat(), self.copies.get(copy.attempt_id, ())
        self.copies[copy.attempt_id] = add_copies(known, [copy])
        is_new_winner = not known or winning_copy(known) != winning_copy(self.copies[copy.attempt_id])
        self.revision += is_new_winner or self.seat() != before

    def decide(self, chance: random.Random) -> None:
        """A human does what means anything on what they see."""
        outcomes = self.seat().outcomes
        if able := [(kind, key) for kind, reads in HUMAN.items() for key, now in outcomes.items() if now in reads]:
            self._send(*chance.choice(able), is_lapse=False)

    def look(self) -> None:
        """A recorder looks for what has waited for too long, one attempt of the seat at once."""
        if due := next(self._due(), None):
            self._send(*due, is_lapse=True)

    def _due(self) -> Iterator[tuple[DecisionKind, bytes]]:
        outcomes = self.seat().outcomes
        waits = {Outcome.PENDING_REVIEW} | ({Outcome.PROVISIONAL} if self.relaxed == "judged" else set())
        for attempt_id in sorted(key for key, outcome in outcomes.items() if outcome in waits):
            copies, winner = self.copies[attempt_id], winning_copy(self.copies[attempt_id])
            if self.relaxed != "judged" and _is_open(copies):
                continue
            arrived = 0 if self.relaxed == "arrival" else winner.received_at
            said = 0 if self.relaxed == "word" else self._said_at()
            kind = verdict(self.policy, winner, self.decisions)
            if self.relaxed == "no" and self.policy is Undecided.PRESENT:
                kind = DecisionKind.APPROVE
            if kind is DecisionKind.REFUSE and winner.judgement is Judgement.ACCEPTED and self.relaxed != "annul":
                kind = DecisionKind.ANNUL
            if kind and lapses_at(CLOSES_AT, arrived, said, AFTER) <= self.now:
                yield kind, attempt_id

    def _said_at(self) -> int:
        return max((each.decided_at for each in self._counted() if not each.is_lapse), default=0)

    def _send(self, kind: DecisionKind, attempt_id: bytes, *, is_lapse: bool) -> None:
        self.ids += 1
        is_derived = is_lapse and self.relaxed != "id"
        decision_id = attempt_id + bytes([self.revision]) if is_derived else b"new" + self.ids.to_bytes(4, "big")
        saw = 0 if is_lapse and self.relaxed == "revision" else self.revision
        self.sent.append(Sent(decision_id, kind, attempt_id, self.now, self.revision, saw, is_lapse))

    def record(self, which: int, *, is_kept: bool) -> None:
        """The recorder numbers one of those on their way, which may come again."""
        if not self.sent:
            return
        one = self.sent[which % len(self.sent)]
        if not is_kept:
            self.sent.remove(one)
        if any(each.decision_id == one.decision_id for each in self.decisions):
            return
        is_stale = one.saw not in (0, self.revision)
        before, winner = self.seat(), winning_copy(self.copies[one.attempt_id])
        if one.is_lapse:
            self._look_at(one, before, winner, is_stale)
        number = len(self.decisions) + 1
        self.decisions.append(
            Decision(one.decision_id, number, one.kind, one.attempt_id, one.at, is_stale, is_lapse=one.is_lapse)
        )
        if not is_stale:
            self.applied.setdefault(one.saw or self.revision, []).append(one)
            self.revision += 1
        if sum(each.is_lapse for each in self.decisions) > 20:
            self.broken.add("decided again and again")

    def _look_at(self, one: Sent, before: Seat, winner: Copy, is_stale: bool) -> None:
        """What has to hold of a policy's decision where it is recorded."""
        if (one.attempt_id, one.read) in self.looked:
            self.broken.add("two rows for one wait")
        self.looked.add((one.attempt_id, one.read))
        if is_stale:
            return
        if before.outcomes[one.attempt_id] is not Outcome.PENDING_REVIEW:
            self.broken.add("decided what did not wait")
        if self.now < max(CLOSES_AT, winner.received_at, self._said_at()) + AFTER:
            self.broken.add("decided before humans had their time")
        no = winner.judgement is not Judgement.PENDING_REVIEW or words_on(one.attempt_id, self.decisions)
        if one.kind is DecisionKind.APPROVE and no:
            self.broken.add("a no does not stand")

    def settle(self) -> None:
        """Time passes and nobody says anything more: completion, the queue and the recorders come to their ends."""
        open_copies = [copy for copies in self.copies.values() for copy in copies if copy.judgement is UNDECIDED]
        for copy in open_copies:
            self._add(replace(copy, judgement=Judgement.PENDING_REVIEW))
        for _ in range(30):
            while self.sent:
                self.record(0, is_kept=False)
            self.now += 2 * AFTER
            self.look()
            self.look()
        self._check()

    def _check(self) -> None:
        seat = self.seat()
        if self.policy and Outcome.PENDING_REVIEW in seat.outcomes.values():
            self.broken.add("waits for ever")
        if any(any(one.is_lapse for one in several) and len(several) > 1 for several in self.applied.values()):
            self.broken.add("both counted")
        is_annulled = any(each.kind is DecisionKind.ANNUL and not each.is_lapse for each in self._counted())
        accepted = any(copy.judgement is Judgement.ACCEPTED for copies in self.copies.values() for copy in copies)
        if accepted and not is_annulled and seat.state is not SeatState.HELD:
            self.broken.add("an acceptance was lost")
        self._check_last_words(seat)

    def _check_last_words(self, seat: Seat) -> None:
        """Where the last that counts is a human's, the attempt reads as they said."""
        counted = self._counted()
        is_let_in = bool(counted) and not counted[-1].is_lapse and counted[-1].kind is DecisionKind.APPROVE
        if is_let_in and seat.state is not SeatState.HELD:
            self.broken.add("a human's yes was overruled")

    def _counted(self) -> list[Decision]:
        return [each for each in self.decisions if not each.is_stale]


def _is_open(copies: tuple[Copy, ...]) -> bool:
    return any(copy.judgement is UNDECIDED for copy in copies)


def play(seed: int, relaxed: str = "") -> set[str]:
    """One random history; returns what it broke."""
    chance = random.Random(seed)
    world = World(chance.choice([Undecided.PRESENT, Undecided.ABSENT]), relaxed)
    judgements = [*Judgement, Judgement.PENDING_REVIEW, Judgement.ACCEPTED]
    for _ in range(chance.choice([8, 16, 32])):
        step = chance.random()
        if step < 0.25:
            world.arrive(chance.choice(ATTEMPTS), chance.choice(judgements), again=chance.random() < 0.3)
        elif step < 0.4:
            world.decide(chance)
        elif step < 0.55:
            world.look()
        elif step < 0.8:
            world.record(chance.randrange(3), is_kept=chance.random() < 0.2)
        else:
            world.now += chance.choice([1, AFTER, 2 * AFTER])
    world.settle()
    return world.broken


def test_no_history_breaks_the_rule() -> None:
    """Attempts that come before and after, humans at the same time, an answer that comes twice."""
    assert {seed: broken for seed in range(300) if (broken := play(seed))} == {}


@pytest.mark.parametrize("relaxed", RELAXED)
def test_every_part_of_the_rule_is_needed(relaxed: str) -> None:
    """Left out alone, some history breaks."""
    assert any(play(seed, relaxed) for seed in range(3000))


@pytest.mark.parametrize(
    ("policy", "judgement", "words", "expected"),
    [
        (Undecided.WAITS_ON, Judgement.PENDING_REVIEW, [], None),
        (Undecided.PRESENT, Judgement.PENDING_REVIEW, [], DecisionKind.APPROVE),
        (Undecided.ABSENT, Judgement.PENDING_REVIEW, [], DecisionKind.REFUSE),
        (Undecided.PRESENT, Judgement.REFUSED, [DecisionKind.APPEAL], DecisionKind.REFUSE),
        (Undecided.PRESENT, Judgement.PENDING_REVIEW, [DecisionKind.ANNUL], DecisionKind.REFUSE),
        (Undecided.PRESENT, Judgement.ACCEPTED, [DecisionKind.ANNUL], DecisionKind.REFUSE),
        (Undecided.PRESENT, Judgement.PENDING_REVIEW, [DecisionKind.MARK_LATE], DecisionKind.APPROVE),
    ],
)
def test_a_no_stands(
    policy: Undecided, judgement: Judgement, words: list[DecisionKind], expected: DecisionKind | None
) -> None:
    """Present is for what machines were unsure of alone; marks say nothing of an attempt."""
    winner = Copy(ATTEMPTS[0], 1, 1, judgement, False, b"", b"")
    said = [Decision(bytes([n]), n, kind, ATTEMPTS[0], n, is_stale=False) for n, kind in enumerate(words, 1)]
    assert verdict(policy, winner, said) is expected
