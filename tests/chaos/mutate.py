"""`make mutate`: each fallback disabled in turn, in a copy of the tree; the tests that guard it must turn red.

`python -m tests.chaos.mutate [--only=NAME,...]`. A mutation is an exact replacement of text: one whose text is found no
longer is an error, for then nobody knows what it proves. Tests that need servers use those of the running stack.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import ROOT
from deploy.local.stack import PYTHON

_SHARED = (".venv", ".local")
_LEFT_OUT = (".git", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
_RED, _GREEN = 1, 0
_SHOWN = 1500


@dataclass(frozen=True, slots=True)
class Mutation:
    """A fallback disabled by a replacement, and the tests (pytest arguments) of which one at least must turn red."""

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


_ACCEPT = "tests/unit/checkin/test_accept.py"
_COMPLETE = "tests/unit/checkin/test_complete.py"
_DOMAIN = "tests/unit/checkin/test_domain.py"
_MERGE = "tests/unit/checkin/test_merge.py"
_DISPATCH = "tests/unit/checkin/test_dispatch.py"
_REVIEW = "tests/unit/checkin/test_review.py"
_INTAKE = "tests/contract/test_checkin_intake.py"
_RECORD = "tests/contract/test_checkin_record.py"
_SEATS = "tests/contract/test_checkin_seats.py"
_BROKER = "tests/contract/test_broker.py"
_OUTBOX = "tests/contract/test_outbox.py"
_LIVE = "tests/contract/test_reporting_live.py"
_ANTIFRAUD = "tests/component/test_checkin_antifraud.py"
_AUTH = "tests/unit/gateway/test_auth.py"
_ACTIVITY = "tests/component/test_activity_rpc.py"
_ACTIVITY_STORE = "tests/contract/test_activity_store.py"
_COMPARE = "tests/unit/reporting/test_compare.py"
_BREAKER = "tests/unit/servicekit/test_breaker.py"
_BATCHING = "tests/unit/servicekit/test_batching.py"
_FALLBACK = "tests/unit/gateway/test_fallback.py"
_PROVISIONAL = "tests/unit/gateway/test_provisional.py"
_GATEWAY = "tests/component/gateway/test_gateway_checkins.py"

MUTATIONS = (
    # Judging without the others.
    Mutation(
        "without antifraud everybody is accepted",
        "services/checkin/judging.py",
        "                case.close(undecided(case.finding))\n            return\n",
        "                case.close(case.finding)\n            return\n",
        (_ACCEPT, _COMPLETE),
    ),
    Mutation(
        "a batch fails with antifraud",
        "services/checkin/antifraud_client.py",
        "        except ServiceError:\n            return None\n",
        "        except ServiceError:\n            raise\n",
        (_ANTIFRAUD,),
    ),
    Mutation(
        "operators cannot force ID-only",
        "services/checkin/judging.py",
        "    is_sure = case.snapshot.is_fresh and not switches.force_id_only\n",
        "    is_sure = case.snapshot.is_fresh\n",
        (_ACCEPT,),
    ),
    Mutation(
        "activities are forgotten while MySQL is gone",
        "services/activity/store.py",
        "            if (remembered := self._memory.recall(keys)) is None:\n",
        "            if (remembered := None) is None:\n",
        (_ACTIVITY_STORE, "-k", "gone"),
    ),
    Mutation(
        "a stale snapshot decides",
        "services/checkin/activities.py",
        "return time.monotonic() - self.read_at < FRESH_S",
        "return True",
        (_ACCEPT,),
    ),
    Mutation(
        "a QR without a snapshot is refused",
        "services/checkin/judging.py",
        "        elif is_reachable:\n",
        "        elif True:\n",
        (_ACCEPT,),
    ),
    Mutation(
        "without Redis nobody is served",
        "services/checkin/accept.py",
        '            log.warning("seats are decided by the recorder alone, '
        'earlier answers are not known: %s", error)\n',
        "            raise\n",
        (_ACCEPT,),
    ),
    Mutation(
        "without Redis codes can be guessed",
        "servicekit/guesses.py",
        "        locked = {person for person in people if self._count(person) >= self._limit}\n",
        "        locked = set()\n",
        (_ACTIVITY, "-k", "wrong_codes"),
    ),
    Mutation(
        "without revocations everything goes on",
        "gateway/auth.py",
        "        if time.monotonic() - self._revoked_read_at > _REVOKED_LOST_S:\n",
        "        if False:\n",
        (_AUTH,),
    ),
    Mutation(
        "without Redis a limited room takes everybody",
        "services/checkin/accept.py",
        "Seating(is_uncounted=room.capacity > 0)",
        "Seating()",
        (_ACCEPT,),
    ),
    Mutation(
        "a retry after its token expired is refused",
        "services/checkin/accept.py",
        "        await self._recall_earlier(taken, earlier)\n",
        "",
        (_ACCEPT,),
    ),
    Mutation(
        "answered before anything durable holds it",
        "services/checkin/accept.py",
        "            await self._dispatch.send(",
        "            _ = self._dispatch.send(",
        (_ACCEPT,),
    ),
    # The second durable place.
    Mutation(
        "no inbox while RabbitMQ is gone",
        "services/checkin/dispatch.py",
        "            await self._second.put(message_id, body)\n",
        '            raise UnavailableError("no inbox")\n',
        (_DISPATCH,),
    ),
    Mutation(
        "an alarm goes unnoticed",
        "servicekit/broker.py",
        "            self._note_blocked(await self.is_blocked())\n",
        "",
        (_BROKER, "-k", "alarm"),
    ),
    Mutation(
        "an unknown publish counts as done",
        "services/checkin/dispatch.py",
        "            await self._put_aside(message_id, body)\n",
        "            if not isinstance(error, PublishUnknownError):\n"
        "                await self._put_aside(message_id, body)\n",
        (_DISPATCH,),
    ),
    Mutation(
        "the inbox is never deleted",
        "services/checkin/inbox.py",
        '        is_waiting, after = await self._measure(), b""\n',
        '        is_waiting, after = False, b""\n',
        (_INTAKE,),
    ),
    # The gateway alone.
    Mutation(
        "no fallback while checkin is gone",
        "gateway/line.py",
        "                results = await self._fall_back(attempts)\n",
        "                raise\n",
        (_FALLBACK, "tests/unit/gateway/test_line.py"),
    ),
    Mutation(
        "the gateway takes dead QRs",
        "gateway/fallback.py",
        "    if fault is None or (copy.is_offline",
        "    if True or (copy.is_offline",
        (_FALLBACK,),
    ),
    Mutation(
        "the gateway answers what was not published",
        "gateway/fallback.py",
        "            raise _lost() from error\n",
        "            return\n",
        (_FALLBACK,),
    ),
    Mutation(
        "a fourth open attempt is taken",
        "gateway/provisional.py",
        "        if not self.is_open(person.user_id, attempt_id) and await self.room(person) <= 0:\n",
        "        if False:\n",
        (_PROVISIONAL,),
    ),
    Mutation(
        "an outage gives no receipt",
        "gateway/checkins.py",
        "        problem.receipt = self._receipts.give(attempt)\n",
        "",
        (_GATEWAY,),
    ),
    Mutation(
        "a receipt is not honoured",
        "gateway/receipts.py",
        "            attempt.received_at = receipt.received_at\n",
        "",
        (_GATEWAY,),
    ),
    Mutation(
        "a foreign receipt is honoured",
        "gateway/receipts.py",
        "        if (receipt.user_id, receipt.attempt_id, receipt.body_hash) == (\n"
        "            attempt.user_id,\n            attempt.attempt_id,\n            attempt.body_hash,\n        ):\n",
        "        if True:\n",
        (_GATEWAY,),
    ),
    # Breakers and batches.
    Mutation(
        "the breaker never probes",
        "servicekit/breaker.py",
        "        if self._probe is not None:\n",
        "        if False:\n",
        (_BREAKER,),
    ),
    Mutation(
        "everybody tries a half-open breaker",
        "servicekit/breaker.py",
        "        if wait_s > 0 or self._is_trying:\n",
        "        if wait_s > 0:\n",
        (_BREAKER,),
    ),
    Mutation(
        "slow calls do not count",
        "servicekit/breaker.py",
        "        if self._clock() - call.started_at > self._slow_s:\n",
        "        if False:\n",
        (_BREAKER,),
    ),
    Mutation(
        "an owner is twice in a batch",
        "servicekit/batching.py",
        "        elif owner not in self._behind:\n",
        "        elif True:\n",
        (_BATCHING,),
    ),
    # Recording.
    Mutation(
        "acknowledged before the commit",
        "services/checkin/intake.py",
        "            effects, dead = await self._sift(parts)\n            for delivery, cause, copies",
        "            await batch.ack()\n            effects, dead = await self._sift(parts)\n"
        "            for delivery, cause, copies",
        (_INTAKE,),
    ),
    Mutation(
        "poison takes its batch along",
        "services/checkin/intake.py",
        "        if len(live) == 1:\n",
        "        if True:\n",
        (_INTAKE,),
    ),
    Mutation(
        "the gateway may accept",
        "services/checkin/intake.py",
        "            if not _may_gateway_say(copy):\n",
        "            if False:\n",
        (_INTAKE,),
    ),
    Mutation(
        "deadlocks are not repeated",
        "services/checkin/intake.py",
        "is_connection_lost(error) or is_lock_conflict(error) or is_duplicate_key(error)",
        "is_connection_lost(error) or is_duplicate_key(error)",
        (_INTAKE,),
    ),
    Mutation(
        "a lost connection is not repeated",
        "services/checkin/intake.py",
        "is_connection_lost(error) or is_lock_conflict(error) or is_duplicate_key(error)",
        "is_lock_conflict(error) or is_duplicate_key(error)",
        (_INTAKE,),
    ),
    Mutation(
        "seats are locked in any order",
        "services/checkin/record.py",
        "        self.by_seat = dict(sorted(groups.items()))\n",
        "        self.by_seat = dict(groups)\n",
        (_RECORD,),
    ),
    Mutation(
        "undecided attempts are not listed",
        "services/checkin/record.py",
        "    await _note_open(transaction, fresh, merged)\n",
        "",
        (_RECORD,),
    ),
    Mutation(
        "a stale decision counts",
        "services/checkin/record.py",
        "        is_stale = each.saw_revision not in (0, raised[key])\n",
        "        is_stale = False\n",
        (_RECORD,),
    ),
    Mutation(
        "a stale review passes the door",
        "services/checkin/review.py",
        "    if saw_revision and saw_revision != stored.revision:\n",
        "    if False:\n",
        (_REVIEW,),
    ),
    Mutation(
        "the outbox is not swept",
        "servicekit/outbox.py",
        "        rows, done = await self._sweep_page(cutoff, last)\n",
        "        rows, done = [], []\n",
        (_OUTBOX,),
    ),
    Mutation(
        "a failed effect is forgotten",
        "servicekit/outbox.py",
        "to_text(row.outbox_id), error)\n            return False\n",
        "to_text(row.outbox_id), error)\n            return True\n",
        (_OUTBOX,),
    ),
    Mutation(
        "a cancelled consumer stays so",
        "servicekit/consumer.py",
        "            if intake.is_cancelled:\n",
        "            if False:\n",
        (_BROKER, "-k", "cancelled"),
    ),
    Mutation(
        "a forgotten consumer stays so",
        "servicekit/consumer.py",
        "        if is_passed_over or not queue.consumer_count:\n",
        "        if False:\n",
        (_BROKER, "-k", "forgot"),
    ),
    Mutation(
        "the queue is emptied while MySQL is gone",
        "servicekit/consumer.py",
        "        while self._probe is not None and not self._stopping.is_set():\n",
        "        while False:\n",
        (_BROKER, "-k", "probe"),
    ),
    # Completion.
    Mutation(
        "completion judges by today's activity",
        "services/checkin/complete.py",
        "self._activities.as_of(copy.occurrence_id, copy.received_at)",
        "self._activities.as_of(copy.occurrence_id, now_us())",
        (_COMPLETE,),
    ),
    Mutation(
        "completion refuses what could have been mended",
        "services/checkin/complete.py",
        "    return replace(finding, judgement=Judgement.PENDING_REVIEW)\n",
        "    return finding\n",
        (_COMPLETE,),
    ),
    Mutation(
        "completion fills a full room",
        "services/checkin/complete.py",
        "            if seating.is_full:\n",
        "            if False:\n",
        (_COMPLETE,),
    ),
    Mutation(
        "a later judgement of the same copy loses to undecided",
        "services/checkin/merge.py",
        "    return copy.judgement is Judgement.UNDECIDED, -copy.judgement, copy.canonical\n",
        "    return False, -copy.judgement, copy.canonical\n",
        (_MERGE,),
    ),
    # Seats and numbers.
    Mutation(
        "claims never expire",
        "services/checkin/seats.py",
        "if kind == 'C' and ends_at < now then hint = false end",
        "if false then hint = false end",
        (_SEATS,),
    ),
    Mutation(
        "an older hint overrules",
        "services/checkin/seats.py",
        "  if revision > known then\n",
        "  if true then\n",
        (_SEATS,),
    ),
    Mutation(
        "an older revision moves the numbers",
        "services/reporting/live.py",
        "    if not stored or before < now then\n",
        "    if true then\n",
        (_LIVE, "-k", "lower_revision"),
    ),
    Mutation(
        "a rebuild misses what happens meanwhile",
        "services/reporting/live.py",
        "if builder then\n",
        "if builder and owner ~= '' then\n",
        (_LIVE, "-k", "rebuild"),
    ),
    Mutation(
        "numbers that differ stay so",
        "services/reporting/compare.py",
        "self._rebuild_all({window.activity_id: None for window in differing})",
        "self._rebuild_all({})",
        (_COMPARE,),
    ),
    # Offline.
    Mutation(
        "a claimed time is believed",
        "services/checkin/domain.py",
        "return min(max(attempt.claimed_at, earliest), latest) if attempt.claimed_at else latest",
        "return attempt.claimed_at or latest",
        (_DOMAIN,),
    ),
    Mutation(
        "an offline window has no end",
        "services/checkin/domain.py",
        "    if attempt.received_at > occurrence.closes_at + occurrence.offline_window_s * SECOND_US:\n",
        "    if False:\n",
        (_DOMAIN,),
    ),
)


class Tree:
    """A copy of the working tree in which anything may be broken; it shares the virtual environment and the stack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def mutated(self, mutation: Mutation) -> Iterator[None]:
        """The tree with one replacement."""
        path = self.folder / mutation.file
        source = path.read_text()
        path.write_text(source.replace(mutation.text, mutation.instead))
        try:
            yield
        finally:
            path.write_text(source)

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


def misfits(mutations: Iterable[Mutation]) -> Iterator[str]:
    """What is wrong with mutations whose text is not there exactly once, in words."""
    for each in mutations:
        count = (ROOT / each.file).read_text().count(each.text)
        if count != 1:
            yield f"{each.name}: its text is {count} times in {each.file}; say anew what it replaces"


def main(options: argparse.Namespace) -> int:
    """Tries every mutation, and answers whether all were killed."""
    chosen = [each for each in MUTATIONS if each.name.startswith(tuple(options.only.split(",")))]
    survivors = []
    if found := list(misfits(chosen)):
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
