"""Staff who take a large list away while people check in: as many exports at once as an organisation may run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.reporting.exports.job import RUNNING_AT_ONCE
from tests.load.organiser import Activity, Organiser, SetupError

_LOOK_S = 0.05
_WITHIN_S = 120.0


@asynccontextmanager
async def exports_of(organiser: Organiser, large: Activity, _: Activity) -> AsyncIterator[None]:
    """Exports of a large activity, under way as this begins and done as it ends."""
    wish = {"report": "people", "format": "xlsx", "activity_id": large.activity_id}
    made = [(await organiser.ask("POST", "/v1/exports", wish))["id"] for _ in range(RUNNING_AT_ONCE)]
    async with asyncio.timeout(_WITHIN_S):
        if "running" not in await _past(organiser, made, "queued"):
            raise SetupError("the exports ended before anybody checked in: take more people")
        yield
        if states := {*await _past(organiser, made, "running")} - {"done"}:
            raise SetupError(f"exports ended as {states}")


async def _past(organiser: Organiser, made: Sequence[str], state: str) -> list[str]:
    """The states of exports once none is in this one."""
    while True:
        states = [(await organiser.ask("GET", f"/v1/exports/{each}"))["state"] for each in made]
        if state not in states:
            return states
        await asyncio.sleep(_LOOK_S)
