"""Jobs of people's own proofs: beside those of staff, behind them, and once for what they say."""

from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import SECOND_US, now_us
from servicekit.errors import RateLimitedError
from servicekit.mysql.database import unavailable_when_lost
from services.reporting.exports.job import OWN_QUEUED_AT_MOST, UNDER_WAY, Job, Wish
from services.reporting.exports.kinds import State
from services.reporting.exports.store import count_queued, lock, put, to_job
from services.reporting.tables import exports

# For so long a file is as good as a new one that says the same; a name may have been mended meanwhile.
FRESH_US = 3600 * SECOND_US


class ProofsQueuedError(RateLimitedError):
    """As many people of an organisation wait for their proofs as may."""

    reason = "PROOFS_QUEUED"

    def __init__(self) -> None:
        super().__init__("many people ask for their proofs right now; ask again in a few minutes", retry_after_s=60)


class OwnJobs:
    """Jobs in MySQL, each of one person and one activity. Both methods raise UnavailableError when it is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ask(self, organisation_id: bytes, user_id: bytes, wish: Wish) -> Job:
        """The job of a proof: one that is under way or has a fresh file that says the same, else a new one.

        Raises:
            ProofsQueuedError: As many wait as may.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await lock(connection, organisation_id)
                found = await _found(connection, _latest(user_id, wish.activity_id))
                if found and _serves(found, wish):
                    return found
                if await connection.scalar(count_queued(organisation_id).where(_IS_OWN)) >= OWN_QUEUED_AT_MOST:
                    raise ProofsQueuedError
                export_id = await put(connection, organisation_id, user_id, wish, wish.activity_id)
                made = await _found(connection, select(exports).where(exports.c.export_id == export_id))
        assert made is not None
        return made

    async def latest(self, user_id: bytes, activity_id: bytes) -> Job | None:
        """The last one that somebody asked for."""
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await _found(connection, _latest(user_id, activity_id))


_IS_OWN = exports.c.own_proof_of.is_not(None)


def _latest(user_id: bytes, activity_id: bytes) -> Select[Any]:
    theirs = exports.c.user_id == user_id, exports.c.own_proof_of == activity_id
    return select(exports).where(*theirs).order_by(exports.c.export_id.desc()).limit(1)


async def _found(connection: AsyncConnection, query: Select[Any]) -> Job | None:
    row: Row[Any] | None = (await connection.execute(query)).one_or_none()
    return to_job(row) if row else None


def _serves(job: Job, wish: Wish) -> bool:
    """Whether a job is as good as a new one: somebody waits for it, or its file says what a new one would."""
    if job.state in UNDER_WAY:
        return True
    return job.state is State.DONE and job.wish == wish and job.created_at > now_us() - FRESH_US
