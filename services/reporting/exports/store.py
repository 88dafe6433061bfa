"""All SQL of jobs: the queue of each organisation, who runs what, and what became of it; `own.py` asks for proofs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import RateLimitedError
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent, once
from services.reporting.exports.errors import ExportNotFoundError
from services.reporting.exports.job import (
    BEGUN_AT_MOST,
    FAILURES_AT_MOST,
    KEPT_US,
    LEASE_US,
    OWN_RUNNING_AT_ONCE,
    QUEUED_AT_MOST,
    RUNNING_AT_ONCE,
    UNDER_WAY,
    Job,
    Wish,
)
from services.reporting.exports.kinds import State
from services.reporting.exports.wire import to_wish, wish_bytes
from services.reporting.tables import export_queues, exports, idempotency_keys

_ORGANISATIONS_AT_ONCE = 20
_OLD_AT_ONCE = 100
# What is left of a job after its file: for whoever asks what became of it.
_TOLD_US = 90 * 86_400_000_000


# No proof that somebody asked for themselves.
IS_FOR_STAFF = exports.c.own_proof_of.is_(None)


class ExportsQueuedError(RateLimitedError):
    """An organisation waits for as many files as it may."""

    reason = "EXPORTS_QUEUED"

    def __init__(self) -> None:
        super().__init__(
            f"{QUEUED_AT_MOST} exports of this organisation wait already; cancel one, or come back when some are done",
            retry_after_s=30,
        )


class Jobs:
    """Jobs in MySQL. Every method raises UnavailableError when that is gone or busy."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, intent: Intent, organisation_id: bytes, wish: Wish) -> Job:
        """Puts a job in the queue of an organisation; the same request again finds the same job.

        Raises:
            ExportsQueuedError: As many wait as may.
            IdempotencyKeyReusedError: The key belongs to another request.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:

                async def effect() -> bytes:
                    return await queue(connection, organisation_id, intent.user_id, wish)

                export_id = await once(connection, idempotency_keys, intent, effect)
        return await self.get(export_id)

    async def get(self, export_id: bytes) -> Job:
        """A job of those that staff ask for; raises ExportNotFoundError."""
        [*found] = await self._jobs(select(exports).where(exports.c.export_id == export_id, IS_FOR_STAFF))
        if not found:
            raise ExportNotFoundError
        return found[0]

    async def of_person(self, user_id: bytes, before: bytes | None, size: int) -> list[Job]:
        """Somebody's own, the newest first; `before` is the last one of the page before."""
        return await self._page((exports.c.user_id == user_id) & IS_FOR_STAFF, before, size)

    async def of_organisation(self, organisation_id: bytes, before: bytes | None, size: int) -> list[Job]:
        """Those of an organisation, the newest first."""
        return await self._page((exports.c.organisation_id == organisation_id) & IS_FOR_STAFF, before, size)

    async def cancel(self, export_id: bytes) -> None:
        """Ends a job that waits or runs; who runs it learns so as they renew their lease."""
        is_under_way = exports.c.state.in_(UNDER_WAY)
        await self._set(exports.c.export_id == export_id, is_under_way, state=State.CANCELLED, **_over())

    async def claim(self) -> Job | None:
        """Takes up the oldest job of the organisation that was not served for longest; None: nothing may begin.

        One that nobody says any more that they run counts as waiting; once it was begun as often as may be, it failed.
        """
        now = now_us()
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                waiting: Sequence[bytes] = (await connection.scalars(_waiting(now))).all()
            for organisation_id in waiting:
                async with self._engine.begin() as connection:
                    await lock(connection, organisation_id)
                    if row := await _next(connection, organisation_id, now):
                        return await _taken(connection, row, now)
        return None

    async def renew(self, job: Job, progress: int, row_count: int, reason: str = "") -> bool:
        """Says how far a job is; False: it is not the caller's any more."""
        moved = {"progress": progress, "row_count": row_count, "reason": reason}
        return await self._set(*_held(job), lease_until=now_us() + LEASE_US, **moved)

    async def finish(self, job: Job, sealed_key: bytes, file_name: str, row_count: int, file_bytes: int) -> bool:
        """Says that the file is there; False: it is not the caller's any more, and the file nobody's."""
        now = now_us()
        return await self._set(
            *_held(job),
            **{**_over(), "expires_at": now + KEPT_US, "lease": job.lease},
            state=State.DONE,
            progress=100,
            row_count=row_count,
            file_bytes=file_bytes,
            file_name=file_name,
            sealed_key=sealed_key,
            reason="",
        )

    async def fail(self, job: Job, reason: str) -> bool:
        """Says that it will never be there."""
        return await self._set(*_held(job), state=State.FAILED, reason=reason, **_over())

    async def put_back(self, job: Job, reason: str, wait_us: int) -> bool:
        """Has it wait, and begin anew later; after the last failure it failed for good."""
        if job.failures + 1 >= FAILURES_AT_MOST:
            return await self.fail(job, reason)
        later, anew = now_us() + wait_us, {"progress": 0, "row_count": 0, "failures": job.failures + 1}
        return await self._set(*_held(job), state=State.QUEUED, reason=reason, lease=b"", lease_until=later, **anew)

    async def give_up(self, job: Job) -> bool:
        """Has it begin anew as soon as somebody can; the attempt does not count, for its process was told to end."""
        return await self._set(
            *_held(job), state=State.QUEUED, lease=b"", lease_until=0, progress=0, attempts=job.attempts - 1
        )

    async def over(self) -> list[Job]:
        """Jobs whose files are to be erased: whose time is up, or which came to nothing."""
        now = now_us()
        is_due = exports.c.expires_at.between(1, now)
        states = (State.DONE, State.FAILED, State.CANCELLED)
        return await self._jobs(select(exports).where(exports.c.state.in_(states), is_due).limit(_OLD_AT_ONCE))

    async def erased(self, job: Job) -> None:
        """Notes that a job has no file any more."""
        state = State.EXPIRED if job.state == State.DONE else job.state
        await self._set(exports.c.export_id == job.export_id, state=state, expires_at=0, sealed_key=b"")

    async def forget_old(self) -> None:
        """Forgets jobs whose file is long gone; proofs that people asked for themselves as soon as theirs is."""
        now = now_us()
        oldest, oldest_own = ids.least_id_at(now - _TOLD_US), ids.least_id_at(now - KEPT_US)
        is_old = (exports.c.export_id < oldest) | (
            exports.c.own_proof_of.is_not(None) & (exports.c.export_id < oldest_own)
        )
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                is_over = exports.c.state.not_in(UNDER_WAY) & (exports.c.expires_at == 0)
                await connection.execute(exports.delete().where(is_old, is_over))

    async def waiting_s(self) -> float:
        """For how long the oldest job that may begin has waited; 0 where none does."""
        now = now_us()
        query = select(func.min(exports.c.created_at)).where(
            exports.c.state == State.QUEUED, exports.c.lease_until <= now
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                oldest = await connection.scalar(query)
        return (now - oldest) / 1e6 if oldest else 0.0

    async def _page(self, condition: ColumnElement[bool], before: bytes | None, size: int) -> list[Job]:
        query = select(exports).where(condition).order_by(exports.c.export_id.desc()).limit(size)
        return await self._jobs(query.where(exports.c.export_id < before) if before else query)

    async def _jobs(self, query: Select[Any]) -> list[Job]:
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return list(map(to_job, (await connection.execute(query)).all()))

    async def _set(self, *conditions: ColumnElement[bool], **values: object) -> bool:
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                changed = await connection.execute(update(exports).where(*conditions).values(values))
        return bool(changed.rowcount)


def _over() -> dict[str, object]:
    """What is set with the end; whoever still writes knows it by the time that the sweep takes away what they wrote."""
    now = now_us()
    return {"finished_at": now, "expires_at": now + 2 * LEASE_US, "lease": b"", "lease_until": 0}


def _held(job: Job) -> tuple[ColumnElement[bool], ...]:
    c = exports.c
    return c.export_id == job.export_id, c.state == State.RUNNING, c.lease == job.lease


async def lock(connection: AsyncConnection, organisation_id: bytes) -> None:
    """Has whoever adds, queues or takes up something of an organisation do so one after the other."""
    row = insert(export_queues).values(organisation_id=organisation_id, served_at=0)
    await connection.execute(row.on_duplicate_key_update(organisation_id=export_queues.c.organisation_id))


async def queue(
    connection: AsyncConnection, organisation_id: bytes, user_id: bytes, wish: Wish, at_most: int = QUEUED_AT_MOST
) -> bytes:
    """Puts a job in the queue of an organisation, in the caller's transaction; raises ExportsQueuedError."""
    await lock(connection, organisation_id)
    if await connection.scalar(count_queued(organisation_id).where(IS_FOR_STAFF)) >= at_most:
        raise ExportsQueuedError
    return await put(connection, organisation_id, user_id, wish)


def count_queued(organisation_id: bytes) -> Select[Any]:
    """How many jobs of an organisation wait."""
    return select(func.count()).where(exports.c.organisation_id == organisation_id, exports.c.state == State.QUEUED)


async def put(
    connection: AsyncConnection,
    organisation_id: bytes,
    user_id: bytes,
    wish: Wish,
    own_proof_of: bytes | None = None,
) -> bytes:
    """Adds a job, under the lock of its organisation."""
    export_id = ids.new_id()
    row = {
        **dict.fromkeys(("progress", "row_count", "file_bytes", "attempts", "failures"), 0),
        **dict.fromkeys(("finished_at", "expires_at", "lease_until"), 0),
        **dict.fromkeys(("reason", "file_name"), ""),
        **dict.fromkeys(("sealed_key", "lease"), b""),
        "export_id": export_id,
        "organisation_id": organisation_id,
        "user_id": user_id,
        "report": wish.report,
        "wish": wish_bytes(wish),
        "state": State.QUEUED,
        "created_at": now_us(),
        "own_proof_of": own_proof_of,
    }
    await connection.execute(insert(exports).values(row))
    return export_id


def _is_waiting(now: int) -> ColumnElement[bool]:
    """What may begin: what waits, and what nobody says any more that they run."""
    return exports.c.state.in_(UNDER_WAY) & (exports.c.lease_until <= now)


def _waiting(now: int) -> Select[Any]:
    its = export_queues.c
    of_queue = exports.join(export_queues, its.organisation_id == exports.c.organisation_id)
    return (
        select(its.organisation_id)
        .select_from(of_queue)
        .where(_is_waiting(now))
        .group_by(its.organisation_id, its.served_at)
        .order_by(its.served_at)
        .limit(_ORGANISATIONS_AT_ONCE)
    )


async def _next(connection: AsyncConnection, organisation_id: bytes, now: int) -> Row[Any] | None:
    """The job of an organisation that begins now, if one may."""
    of_it = exports.c.organisation_id == organisation_id
    runs = (exports.c.state == State.RUNNING) & (exports.c.lease_until > now)
    counted = select(func.count(), func.count(exports.c.own_proof_of)).where(of_it, runs)
    running, own = (await connection.execute(counted)).one()
    if running >= RUNNING_AT_ONCE:
        return None
    is_crashed = of_it & (exports.c.state == State.RUNNING) & (exports.c.lease_until <= now)
    given_up = {"state": State.FAILED, "reason": "EXPORT_CRASHED", **_over()}
    await connection.execute(update(exports).where(is_crashed, exports.c.attempts >= BEGUN_AT_MOST).values(given_up))
    query = select(exports).where(of_it, _is_waiting(now))
    if own >= OWN_RUNNING_AT_ONCE:
        query = query.where(IS_FOR_STAFF)
    query = query.order_by(exports.c.own_proof_of.is_not(None), exports.c.export_id).limit(1)
    return (await connection.execute(query)).one_or_none()


async def _taken(connection: AsyncConnection, row: Row[Any], now: int) -> Job:
    lease = ids.new_id()
    begun = {"state": State.RUNNING, "lease": lease, "lease_until": now + LEASE_US, "progress": 0, "row_count": 0}
    begun["attempts"] = row.attempts + 1
    await connection.execute(update(exports).where(exports.c.export_id == row.export_id).values(begun))
    served = update(export_queues).where(export_queues.c.organisation_id == row.organisation_id)
    await connection.execute(served.values(served_at=now))
    return to_job(row, **begun)


def to_job(row: Row[Any], **changed: Any) -> Job:
    """What a row says."""
    said = {**row._asdict(), **changed}
    known = {name: said[name] for name in Job.__dataclass_fields__}
    return Job(**{**known, "wish": to_wish(row.wish), "state": State(said["state"])})
