"""`make mutate`: each fallback disabled in turn, in a copy of the tree; the tests that guard it must turn red.

`python -m tests.chaos.mutate [--only=NAME,...]`. A mutation replaces text inside one function, constant or Lua
script, which is found by its name wherever it lives; one whose text is found there no longer, or twice, is an error,
for then nobody knows what it proves. Tests that need servers use those of the running stack.
"""

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.fleet import ROOT
from deploy.local.stack import PYTHON

_SHARED = (".venv", ".local")
_LEFT_OUT = (".git", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
_NOT_MUTATED = ("tests", "protos", "miniprogram")
_RED, _GREEN = 1, 0
_SHOWN = 1500


@dataclass(frozen=True, slots=True)
class Mutation:
    """A fallback disabled by a replacement, and the tests (pytest arguments) of which one at least must turn red.

    Attributes:
        within: In whose source the text stands: `Class.method`, `function`, `CONSTANT` or `claim.lua`.
    """

    name: str
    within: str
    text: str
    instead: str
    tests: tuple[str, ...]


_ACCEPT = "tests/unit/checkin/accepting/test_accept.py"
_COMPLETE = "tests/unit/checkin/recording/test_complete.py"
_DOMAIN = "tests/unit/checkin/rules/test_occurrence.py"
_MERGE = "tests/unit/checkin/rules/test_merge.py"
_DISPATCH = "tests/unit/checkin/accepting/test_dispatch.py"
_REVIEW = "tests/unit/checkin/reviewing/test_review.py"
_INTAKE = "tests/contract/checkin/recording/test_intake.py"
_RECORD = "tests/contract/checkin/recording/test_record.py"
_SEATS = "tests/contract/checkin/seats/test_seats.py"
_PUBLISHER = "tests/contract/servicekit/rabbitmq/test_publisher.py"
_CONSUMER = "tests/contract/servicekit/rabbitmq/test_consumer.py"
_OUTBOX = "tests/contract/servicekit/rabbitmq/test_outbox.py"
_LIVE = "tests/contract/reporting/live/test_numbers.py"
_ANTIFRAUD = "tests/component/checkin/judging/test_antifraud_client.py"
_LISTED = "tests/unit/checkin/judging/test_listed.py"
_ROSTERS = "tests/component/checkin/judging/test_roster_client.py"
_PRESENT = "tests/contract/activity/rosters/test_present.py"
_AUTH = "tests/unit/gateway/http/test_auth.py"
_ACTIVITY = "tests/component/activity/test_rpc.py"
_ACTIVITY_STORE = "tests/contract/activity/test_store.py"
_COMPARE = "tests/unit/reporting/test_compare.py"
_BREAKER = "tests/unit/servicekit/test_breaker.py"
_BATCHING = "tests/unit/servicekit/test_batching.py"
_FALLBACK = "tests/unit/gateway/checkins/test_fallback.py"
_PROVISIONAL = "tests/unit/gateway/checkins/test_open_attempts.py"
_GATEWAY = "tests/component/gateway/checkins/test_route.py"

MUTATIONS = (
    # Judging without the others.
    Mutation(
        "without antifraud everybody is accepted",
        "Judging._assess",
        "case.close(undecided(case.finding))",
        "case.close(case.finding)",
        (_ACCEPT, _COMPLETE),
    ),
    Mutation(
        "a roster that Redis lost is an empty one",
        "Rosters.are_listed",
        "listed: list[bool | None] = [True if is_known else None for is_known in known]",
        "return [*known]",
        (_ROSTERS,),
    ),
    Mutation(
        "a roster that is not whole counts",
        "Rosters._members",
        "if is_whole and is_in",
        "if is_in",
        (_ROSTERS,),
    ),
    Mutation(
        "who cannot be looked up is not listed", "look_up", "if is_listed is False:", "if not is_listed:", (_LISTED,)
    ),
    Mutation(
        "a change is applied over a gap",
        "change.lua",
        "tonumber(whole or -1) ~= revision - 1 or ",
        "",
        (_PRESENT,),
    ),
    Mutation(
        "a roster is written as it was before a change",
        "write.lua",
        "tonumber(newest or 0) > revision or ",
        "",
        (_PRESENT,),
    ),
    Mutation("a batch fails with antifraud", "Antifraud.assess", "except ServiceError:", "except ():", (_ANTIFRAUD,)),
    Mutation(
        "operators cannot force ID-only",
        "_judge_by_rules",
        "is_sure = case.snapshot.is_fresh and not switches.force_id_only",
        "is_sure = case.snapshot.is_fresh",
        (_ACCEPT,),
    ),
    Mutation(
        "activities are forgotten while MySQL is gone",
        "Store.find",
        "if (remembered := self._memory.recall(keys)) is None:",
        "if (remembered := None) is None:",
        (_ACTIVITY_STORE, "-k", "gone"),
    ),
    Mutation(
        "a stale snapshot decides",
        "Snapshot.is_fresh",
        "return time.monotonic() - self.read_at < FRESH_S",
        "return True",
        (_ACCEPT,),
    ),
    Mutation(
        "a QR without a snapshot is refused", "Judging._place_unknown", "elif is_reachable:", "elif True:", (_ACCEPT,)
    ),
    Mutation(
        "without Redis nobody is served",
        "Acceptance._take_seats",
        'log.warning("seats are decided by the recorder alone, earlier answers are not known: %s", error)',
        "raise",
        (_ACCEPT,),
    ),
    Mutation(
        "without Redis codes can be guessed",
        "Allowance.spend",
        "return [self._spend_here(*item) for item in items]",
        "return [0.0] * len(items)",
        (_ACTIVITY, "-k", "wrong_codes"),
    ),
    Mutation(
        "without revocations everything goes on",
        "Guard.admit_strictly",
        "if time.monotonic() - self._revoked_read_at > _REVOKED_LOST_S:",
        "if False:",
        (_AUTH,),
    ),
    Mutation(
        "without Redis a limited room takes everybody",
        "Acceptance._take_seats",
        "Seating(is_uncounted=room.capacity > 0)",
        "Seating()",
        (_ACCEPT,),
    ),
    Mutation(
        "a retry after its token expired is refused",
        "Acceptance.accept",
        "await self._recall_earlier([case for case in cases if case.error is None], earlier)",
        "pass",
        (_ACCEPT,),
    ),
    Mutation(
        "answered before anything durable holds it",
        "Acceptance.accept",
        "message_id = await self._dispatch.send(",
        'message_id, _ = b"", self._dispatch.send(',
        (_ACCEPT,),
    ),
    # The second durable place.
    Mutation(
        "no inbox while RabbitMQ is gone",
        "Dispatch._put_aside",
        "await self._second.put(message_id, body)",
        'raise UnavailableError("no inbox")',
        (_DISPATCH,),
    ),
    Mutation(
        "an alarm goes unnoticed",
        "Publisher._watch",
        "self._note_blocked(await self.is_blocked())",
        "pass",
        (_PUBLISHER, "-k", "alarm"),
    ),
    Mutation(
        "an unknown publish counts as done",
        "Dispatch.send",
        "await self._put_aside(message_id, body)",
        "if not isinstance(error, PublishUnknownError): await self._put_aside(message_id, body)",
        (_DISPATCH,),
    ),
    Mutation(
        "the inbox is never deleted",
        "InboxDrain.drain",
        'is_waiting, after = await self._measure(), b""',
        'is_waiting, after = False, b""',
        (_INTAKE,),
    ),
    # The gateway alone.
    Mutation(
        "no fallback while checkin is gone",
        "Line._take",
        "results = await self._fall_back(attempts, max(due_at - started_at, _LEAST_FALLBACK_S))",
        "raise",
        (_FALLBACK, "tests/unit/gateway/checkins/test_line.py"),
    ),
    Mutation(
        "the gateway takes dead QRs",
        "_judge_time",
        "if fault is None or (copy.is_offline",
        "if True or (copy.is_offline",
        (_FALLBACK,),
    ),
    Mutation(
        "the gateway answers what was not published",
        "Fallback._publish",
        "raise _lost() from error",
        "return",
        (_FALLBACK,),
    ),
    Mutation(
        "a fourth open attempt is taken",
        "Provisional.admit",
        "if not self.is_open(person.user_id, attempt_id) and await self.room(person) <= 0:",
        "if False:",
        (_PROVISIONAL,),
    ),
    Mutation(
        "an outage gives no receipt",
        "CheckinRoute._saved",
        "problem.receipt = self._receipts.give(attempt)",
        "pass",
        (_GATEWAY,),
    ),
    Mutation(
        "a receipt is not honoured", "Receipts.honour", "attempt.received_at = receipt.received_at", "pass", (_GATEWAY,)
    ),
    Mutation(
        "a foreign receipt is honoured",
        "Receipts.honour",
        "if (receipt.user_id, receipt.attempt_id, receipt.body_hash) == (",
        "if True or (receipt.user_id, receipt.attempt_id, receipt.body_hash) == (",
        (_GATEWAY,),
    ),
    # Breakers and batches.
    Mutation(
        "the breaker never probes", "AsyncBreaker._begin_trial", "if self._probe is not None:", "if False:", (_BREAKER,)
    ),
    Mutation(
        "everybody tries a half-open breaker",
        "AsyncBreaker._begin_trial",
        "if wait_s > 0 or self._is_trying:",
        "if wait_s > 0:",
        (_BREAKER,),
    ),
    Mutation(
        "slow calls do not count",
        "AsyncBreaker._end",
        "if self._clock() - call.started_at > self._slow_s:",
        "if False:",
        (_BREAKER,),
    ),
    Mutation(
        "an owner is twice in a batch",
        "NaturalBatcher.submit",
        "elif owner not in self._behind:",
        "elif True:",
        (_BATCHING,),
    ),
    Mutation(
        "a crowd of one makes a full batch",
        "NaturalBatcher._may_leave",
        "self._ready >= self._max_batch",
        "self._waiting >= self._max_batch",
        (_BATCHING,),
    ),
    Mutation(
        "a slow flight holds up the rest", "NaturalBatcher._lose_patience", "self._launch()", "pass", (_BATCHING,)
    ),
    Mutation("a wait for company has no end", "NaturalBatcher._end_lingering", "self._launch()", "pass", (_BATCHING,)),
    Mutation(
        "company that keeps coming is waited out",
        "NaturalBatcher._linger_after",
        "now + linger.at_most_s",
        "now + 3600",
        (_BATCHING,),
    ),
    Mutation("a busy loop hears nobody", "NaturalBatcher._listen", "now > due_at + _BUSY_S", "False", (_BATCHING,)),
    # Recording.
    Mutation(
        "acknowledged before the commit",
        "RecordWorker.handle",
        "effects, dead = await self._sift(parts)",
        "await batch.ack(); effects, dead = await self._sift(parts)",
        (_INTAKE,),
    ),
    Mutation("poison takes its batch along", "_halve", "if len(live) == 1:", "if True:", (_INTAKE,)),
    Mutation(
        "part of a message speaks for all of it",
        "RecordWorker._sift",
        "await _halve(live, self._record, error)",
        "await _halve(live, lambda part: self._record(part, _whole(live, dead)), error)",
        (_INTAKE,),
    ),
    Mutation("what is dead counts as recorded", "_whole", "messages.pop(part.delivery.tag, None)", "pass", (_INTAKE,)),
    Mutation("the gateway may accept", "to_copies", "if not _may_gateway_say(copy):", "if False:", (_INTAKE,)),
    Mutation(
        "deadlocks are not repeated",
        "repeating",
        "is_connection_lost(error) or is_lock_conflict(error) or is_duplicate_key(error)",
        "is_connection_lost(error) or is_duplicate_key(error)",
        (_INTAKE,),
    ),
    Mutation(
        "a lost connection is not repeated",
        "repeating",
        "is_connection_lost(error) or is_lock_conflict(error) or is_duplicate_key(error)",
        "is_lock_conflict(error) or is_duplicate_key(error)",
        (_INTAKE,),
    ),
    Mutation(
        "seats are locked in any order",
        "seated",
        "for key in sorted(keys)",
        "for key in keys",
        (_RECORD,),
    ),
    Mutation(
        "undecided attempts are not listed",
        "_record",
        "await _note_open(transaction, fresh, merged)",
        "pass",
        (_RECORD,),
    ),
    Mutation(
        "a stale decision counts",
        "_number",
        "is_stale = each.saw_revision not in (0, raised[key])",
        "is_stale = False",
        (_RECORD,),
    ),
    Mutation(
        "a stale review passes the door",
        "fault",
        "if saw_revision and saw_revision != stored.revision:",
        "if False:",
        (_REVIEW,),
    ),
    Mutation(
        "the outbox is not swept",
        "Outbox.sweep",
        "rows, done = await self._sweep_page(cutoff, last)",
        "rows, done = [], []",
        (_OUTBOX,),
    ),
    Mutation("a failed effect is forgotten", "Outbox._try", "return False", "return True", (_OUTBOX,)),
    Mutation(
        "a cancelled consumer stays so",
        "Consumer._has_work",
        "if intake.is_cancelled:",
        "if False:",
        (_CONSUMER, "-k", "cancelled"),
    ),
    Mutation(
        "a forgotten consumer stays so",
        "Consumer._assert_consuming",
        "if is_passed_over or not queue.consumer_count:",
        "if False:",
        (_CONSUMER, "-k", "forgot"),
    ),
    Mutation(
        "the queue is emptied while MySQL is gone",
        "Consumer._is_worth_it",
        "while self._probe is not None and not self._stopping.is_set():",
        "while False:",
        (_CONSUMER, "-k", "probe"),
    ),
    # Completion.
    Mutation(
        "completion judges by today's activity",
        "Completion._to_case",
        "self._activities.as_of(copy.occurrence_id, copy.received_at)",
        "self._activities.as_of(copy.occurrence_id, now_us())",
        (_COMPLETE,),
    ),
    Mutation(
        "completion refuses what could have been mended",
        "_mended",
        "return replace(finding, judgement=Judgement.PENDING_REVIEW)",
        "return finding",
        (_COMPLETE,),
    ),
    Mutation(
        "completion fills a full room", "Completion._seat_limited", "if seating.is_full:", "if False:", (_COMPLETE,)
    ),
    Mutation(
        "a later judgement of the same copy loses to undecided",
        "_rank_within_copy",
        "return copy.judgement is Judgement.UNDECIDED, -copy.judgement, copy.canonical",
        "return False, -copy.judgement, copy.canonical",
        (_MERGE,),
    ),
    # Seats and numbers.
    Mutation(
        "claims never expire",
        "claim.lua",
        "if kind == 'C' and ends_at < now then hint = false end",
        "if false then hint = false end",
        (_SEATS,),
    ),
    Mutation("a limit that comes later counts nobody", "Seats._count_young", "held.get(room, ())", "()", (_SEATS,)),
    Mutation(
        "who came before a change is judged by it",
        "Judging._look_back",
        "if then is not None:",
        "if False:",
        (_ACCEPT,),
    ),
    Mutation("an older hint overrules", "recorded.lua", "if revision > known then", "if true then", (_SEATS,)),
    Mutation(
        "late news frees a claim",
        "recorded.lua",
        "was == 'C' and kind == 'F' and annulled == 0",
        "false",
        (_SEATS,),
    ),
    Mutation(
        "an older revision moves the numbers",
        "project.lua",
        "if not stored or before < now then",
        "if true then",
        (_LIVE, "-k", "lower_revision"),
    ),
    Mutation(
        "a rebuild misses what happens meanwhile",
        "project.lua",
        "if builder then",
        "if builder and owner ~= '' then",
        (_LIVE, "-k", "rebuild"),
    ),
    Mutation(
        "numbers that differ stay so",
        "Comparison.compare",
        "self._rebuild_all({window.activity_id: None for window in differing})",
        "self._rebuild_all({})",
        (_COMPARE,),
    ),
    # Offline.
    Mutation(
        "a claimed time is believed",
        "offline_effective_at",
        "return min(max(attempt.claimed_at, earliest), latest) if attempt.claimed_at else latest",
        "return attempt.claimed_at or latest",
        (_DOMAIN,),
    ),
    Mutation(
        "an offline window has no end",
        "_judge_offline",
        "if attempt.received_at > occurrence.closes_at + occurrence.offline_window_s * SECOND_US:",
        "if False:",
        (_DOMAIN,),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a definition stands: a file of the tree, and from which line to which."""

    path: Path
    begin: int
    end: int

    def source(self) -> str:
        """The text of these lines."""
        return "".join(self._lines()[self.begin : self.end])

    def put(self, source: str) -> None:
        """Has another text in place of these lines."""
        lines = self._lines()
        self.path.write_text("".join([*lines[: self.begin], source, *lines[self.end :]]))

    def _lines(self) -> list[str]:
        return self.path.read_text().splitlines(keepends=True)


class Sources:
    """All code of the product in a tree, by the names of what it defines."""

    def __init__(self, folder: Path) -> None:
        self._places: defaultdict[str, list[Place]] = defaultdict(list)
        for path in _files(folder, "*.py"):
            for name, node in _definitions(ast.parse(path.read_text()).body):
                self._places[name].append(Place(path, node.lineno - 1, node.end_lineno or node.lineno))
        for path in _files(folder, "*.lua"):
            self._places[path.name].append(Place(path, 0, len(path.read_text().splitlines())))

    def find(self, mutation: Mutation) -> Place:
        """The one definition of the mutation's name that has its text, once.

        Raises:
            LookupError: There is none, or not exactly one; says so.
        """
        named = self._places.get(mutation.within, [])
        counts = {place: count for place in named if (count := place.source().count(mutation.text))}
        if sum(counts.values()) == 1:
            return next(iter(counts))
        found = f"{sum(counts.values())} times in {mutation.within}" if named else f"nowhere: no {mutation.within}"
        raise LookupError(f"{mutation.name}: its text is {found}; say anew what it replaces")


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    for top in sorted(folder.iterdir()):
        if top.is_dir() and not top.name.startswith(".") and top.name not in _NOT_MUTATED:
            yield from (path for path in sorted(top.rglob(pattern)) if "node_modules" not in path.parts)


def _definitions(body: Iterable[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Functions, methods and constants; what stands inside a function belongs to it."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield owner + node.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield owner + node.targets[0].id, node


class Tree:
    """A copy of the working tree in which anything may be broken; it shares the virtual environment and the stack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sources = Sources(folder)

    @contextmanager
    def mutated(self, mutation: Mutation) -> Iterator[None]:
        """The tree with one replacement."""
        place = self._sources.find(mutation)
        original = place.path.read_text()
        place.put(place.source().replace(mutation.text, mutation.instead))
        try:
            yield
        finally:
            place.path.write_text(original)

    def test(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Runs tests to the first failure."""
        return subprocess.run(
            [PYTHON, "-m", "pytest", "-q", "-x", "--no-header", "--tb=line", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def copied() -> Iterator[Tree]:
    """A fresh copy, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as name:
        folder = Path(name) / ROOT.name
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT, *_SHARED))
        for shared in _SHARED:
            (folder / shared).symlink_to(ROOT / shared)
        yield Tree(folder)


def misfits(mutations: Iterable[Mutation], sources: Sources) -> Iterator[str]:
    """What is wrong with mutations whose text is not there exactly once, in words."""
    for each in mutations:
        try:
            sources.find(each)
        except LookupError as error:
            yield str(error)


def main(options: argparse.Namespace) -> int:
    """Tries every mutation, and answers whether all were killed."""
    chosen = [each for each in MUTATIONS if each.name.startswith(tuple(options.only.split(",")))]
    survivors = []
    if found := list(misfits(chosen, Sources(ROOT))):
        raise SystemExit("\n".join(found))
    with copied() as tree:
        _check_green(tree, chosen)
        for number, mutation in enumerate(chosen):
            began_at = time.monotonic()
            with tree.mutated(mutation):
                done = tree.test(mutation.tests)
            if done.returncode not in (_RED, _GREEN):
                raise SystemExit(f"{mutation.name}: its tests did not run\n{done.stdout[-_SHOWN:]}")
            verdict = "killed" if done.returncode == _RED else "SURVIVED"
            if done.returncode == _GREEN:
                survivors.append(mutation.name)
            took_s = time.monotonic() - began_at
            print(f"{number + 1:3} of {len(chosen)}  {verdict:<9} {mutation.name}  {took_s:.1f} s", flush=True)
    print(f"{len(chosen)} mutations, {len(survivors)} survived{': ' if survivors else ''}{', '.join(survivors)}")
    return 1 if survivors else 0


def _check_green(tree: Tree, chosen: Sequence[Mutation]) -> None:
    """A test that is red anyway proves nothing."""
    for tests in dict.fromkeys(mutation.tests for mutation in chosen):
        done = tree.test(tests)
        if done.returncode != _GREEN:
            raise SystemExit(f"not green without any mutation: {' '.join(tests)}\n{done.stdout[-_SHOWN:]}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.mutate", description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated beginnings of names")
    return parser


if __name__ == "__main__":
    sys.exit(main(_parser().parse_args()))
