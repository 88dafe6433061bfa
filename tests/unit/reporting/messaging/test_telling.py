"""Who is told of what a schedule had made: its owner, while they are one, and the chats that it names."""

from collections.abc import Sequence
from typing import Any

import pytest

from domainkit.roles import NONE, ORGANISER, STAFF, Role
from servicekit import ids
from servicekit.errors import UnavailableError
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.messaging.figures import Figures
from services.reporting.messaging.kinds import InboxKind
from services.reporting.messaging.telling import Teller
from services.reporting.messaging.untold import Run, Said
from services.reporting.schedules.schedule import Plan, Rhythm
from services.reporting.schedules.wire import plan_bytes

OWNER, ROBOT = b"p" * 16, b"w" * 16
WISH = Wish(Report.PEOPLE, Format.CSV, activity_id=b"a" * 16)
PLAN = Plan("每次课后", WISH, Rhythm.AFTER_CLOSE, webhook_ids=(ROBOT,))


def a_run(state: State = State.DONE, plan: Plan | None = PLAN, reason: str = "") -> Run:
    """One whose export is over."""
    stored = plan_bytes(plan) if plan else None
    about = (b"s" * 16, b"o" * 16, 0, b"e" * 16, b"g" * 16, OWNER)
    return Run(*about, stored, WISH, state, reason)


class Memory:
    """Runs in memory, what is told of them, who the owner is, and how many came."""

    def __init__(self, *runs: Run) -> None:
        self.waiting = [*runs]
        self.told: list[Said] = []
        self.owner: Role = ORGANISER
        self.figures: Figures | None = Figures(4, 3, 1)
        self.is_gone = False

    async def runs(self) -> Sequence[Run]:
        """See `Untold`."""
        return self.waiting[:1]

    async def tell(self, run: Run, said: Said) -> bool:
        """See `Untold`."""
        self.waiting.remove(run)
        self.told.append(said)
        return True

    async def role(self, organisation_id: bytes, user_id: bytes) -> Role:
        """See `Identity`."""
        if self.is_gone:
            raise UnavailableError("identity does not answer")
        return self.owner if (organisation_id, user_id) == (b"g" * 16, OWNER) else NONE

    async def of(self, organisation_id: bytes, wish: Wish, occurrence_id: bytes) -> Figures | None:
        """See `Counting`."""
        return self.figures

    async def look(self) -> Any:
        """Tells what waits; returns what that was of the last."""
        await Teller(self, self, self, "https://qiandao.example").look()
        return self.told[-1]


async def test_the_owner_and_the_chats_are_told() -> None:
    """The three numbers, and where the file is; nobody's name."""
    said = await Memory(a_run()).look()
    assert (said.message.kind, said.message.title) == (InboxKind.EXPORT_READY, "每次课后")
    assert (said.message.expected, said.message.came, said.message.on_leave) == (4, 3, 1)
    assert said.webhook_ids == (ROBOT,) and "签到率 100.0%" in said.text
    assert f"https://qiandao.example/console/exports?export_id={ids.to_text(b'e' * 16)}" in said.text


async def test_what_failed_is_told_with_its_reason() -> None:
    """And with no numbers."""
    said = await Memory(a_run(State.FAILED, reason="STORAGE_FULL")).look()
    assert (said.message.kind, said.message.reason, said.message.came) == (InboxKind.EXPORT_FAILED, "STORAGE_FULL", 0)


@pytest.mark.parametrize("role", [NONE, STAFF])
@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.EXPIRED])
async def test_who_has_gone_meanwhile_is_told_nothing(role: Role, state: State) -> None:
    """Nor does any chat speak for them: while the file waited for its storage they left, or were made staff."""
    memory = Memory(a_run(state))
    memory.owner = role
    assert await memory.look() == Said()
    assert memory.waiting == []


@pytest.mark.parametrize("run", [a_run(State.CANCELLED), a_run(plan=None)])
async def test_of_what_nobody_wants_any_more_nothing_is_told(run: Run) -> None:
    """It was cancelled, or its schedule deleted."""
    assert await Memory(run).look() == Said()


async def test_while_nobody_knows_who_the_owner_is_it_waits() -> None:
    """It is told once somebody does."""
    memory = Memory(a_run())
    memory.is_gone = True
    with pytest.raises(UnavailableError):
        await memory.look()
    assert memory.told == [] and len(memory.waiting) == 1
    memory.is_gone = False
    assert (await memory.look()).message is not None
