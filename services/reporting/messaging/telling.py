"""Tells people what became of what their schedules had made: whoever owns one, and the chats that it names."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from domainkit.roles import ORGANISER, Role
from servicekit import ids
from servicekit.errors import ServiceError
from services.reporting.exports.job import Wish
from services.reporting.exports.kinds import State
from services.reporting.messaging import texts
from services.reporting.messaging.figures import Figures
from services.reporting.messaging.inbox import Message
from services.reporting.messaging.kinds import InboxKind
from services.reporting.messaging.untold import Run, Said
from services.reporting.schedules.schedule import Plan
from services.reporting.schedules.wire import to_stored_plan

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_NOBODY_KNOWS = Figures(0, 0, 0)


class Untold(Protocol):
    """See `untold.Untold`; both raise UnavailableError when MySQL is gone."""

    async def runs(self) -> Sequence[Run]:
        """Runs of which nobody was told."""

    async def tell(self, run: Run, said: Said) -> bool:
        """Tells, once."""


class Identity(Protocol):
    """See `identity_client.Identity`."""

    async def role(self, organisation_id: bytes, user_id: bytes) -> Role:
        """What a person is in an organisation; raises UnavailableError."""


class Counting(Protocol):
    """See `figures.Counting`; raises UnavailableError when MySQL is gone."""

    async def of(self, organisation_id: bytes, wish: Wish, occurrence_id: bytes) -> Figures | None:
        """What a file is about, in numbers."""


class Teller:
    """Tells for ever.

    Args:
        public_url: Where the console is.
    """

    def __init__(self, untold: Untold, identity: Identity, counting: Counting, public_url: str) -> None:
        self._untold = untold
        self._identity = identity
        self._counting = counting
        self._public_url = public_url

    async def run(self) -> None:
        """Looks until cancelled."""
        while True:
            try:
                await self.look()
            except ServiceError as error:
                log.warning("messages wait: %s", error)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self) -> None:
        """Tells of all that is over; raises UnavailableError."""
        while runs := await self._untold.runs():
            for run in runs:
                await self._untold.tell(run, await self._said(run))

    async def _said(self, run: Run) -> Said:
        """What is told; nothing of what somebody cancelled, whose schedule they deleted, or whose owner has gone."""
        if run.plan is None or run.state is State.CANCELLED:
            return Said()
        if await self._identity.role(run.organisation_id, run.user_id) < ORGANISER:
            return Said()
        plan, figures = to_stored_plan(run.plan), None
        if run.state is not State.FAILED:
            figures = await self._counting.of(run.organisation_id, run.wish, run.occurrence_id)
        message = _message(run, plan, figures or _NOBODY_KNOWS) if plan.to_inbox else None
        return Said(message, plan.webhook_ids, self._text(run, plan, figures))

    def _text(self, run: Run, plan: Plan, figures: Figures | None) -> str:
        url = f"{self._public_url}/console/exports?export_id={ids.to_text(run.export_id)}"
        if run.state is State.FAILED:
            return texts.failed(plan.title, run.wish.report, url)
        return texts.made(plan.title, run.wish.report, figures, url)


def _message(run: Run, plan: Plan, figures: Figures) -> Message:
    kind = InboxKind.EXPORT_FAILED if run.state is State.FAILED else InboxKind.EXPORT_READY
    return Message(
        run.user_id,
        run.organisation_id,
        kind,
        plan.title,
        run.export_id,
        run.reason if run.state is State.FAILED else "",
        figures.expected,
        figures.came,
        figures.leave,
    )
