"""Displays: screens that show one activity while nobody is signed in there. What they are, and all their SQL.

A link is opened once, within a quarter of an hour, and leaves a secret in the browser that opened it. Both are random,
and only their digests are kept.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.codes import CODE_ALPHABET, as_typed
from servicekit.clock import SECOND_US, from_datetime, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.activity import domain
from services.activity.domain import Activity
from services.activity.errors import DisplayNotFoundError, TooManyDisplaysError
from services.activity.metrics import DISPLAYS_OVER
from services.activity.quotas import Quotas
from services.activity.rows import lock
from services.activity.tables import displays

QUOTA = 20
LINK_US = 15 * 60 * SECOND_US
# How long the last numbers stay on the wall after the window.
GRACE_US = 3600 * SECOND_US

# 86 bits, and short enough to be typed where nothing can be pasted.
_CODE_LENGTH = 20
_SECRET_BYTES = 32
_LISTED = 100


class Kind(IntEnum):
    """What it is, as `activity.v1.Display.Kind` numbers it."""

    QR = 1
    WALL = 2
    KIOSK = 3


class Direction(IntEnum):
    """What people do at a kiosk, as `activity.v1.Display.Direction` numbers it."""

    IN = 1
    OUT = 2


class State(IntEnum):
    """What has become of it, as `activity.v1.Display.State` numbers it."""

    WAITING = 1
    OPEN = 2
    EXPIRED = 3
    ENDED = 4
    REVOKED = 5
    UNSTAFFED = 6


@dataclass(frozen=True, slots=True)
class Display:
    """A screen of an activity, or the link to one; `kind` and `show_names` are numbers of `activity.v1.Display`.

    Attributes:
        gate: Of a kiosk, what its check-ins say of where they were made.
        direction: Of a kiosk, whether people come or go there.
    """

    display_id: bytes
    activity_id: bytes
    kind: int
    show_names: int
    code_digest: bytes
    created_by: bytes
    created_at: int
    secret_digest: bytes | None = None
    opened_at: int | None = None
    opened_from: str = ""
    revoked_at: int | None = None
    gate: str = ""
    direction: int = Direction.IN

    def opened(self, secret: bytes, opened_from: str, now_us: int) -> "Display":
        """In the browser that has this secret from now on."""
        return replace(self, secret_digest=digest_of(secret), opened_at=now_us, opened_from=opened_from)

    def is_opened_by(self, secret: bytes) -> bool:
        """Whether it was opened in the browser that has this secret."""
        return self.secret_digest is not None and secrets.compare_digest(self.secret_digest, digest_of(secret))

    def state(self, activity: Activity, now_us: int) -> State:
        """What has become of it by now; it goes on where its activity is reopened or takes longer."""
        if self.revoked_at is not None:
            return State.REVOKED
        if activity.state is not domain.State.PUBLISHED or now_us >= _ends_at(activity):
            return State.ENDED
        if self.opened_at is not None:
            return State.OPEN
        return State.WAITING if now_us < self.created_at + LINK_US else State.EXPIRED

    def expires_at(self, activity: Activity) -> int:
        """When its link ends, or, once that was opened, it does; microseconds since 1970 UTC."""
        return self.created_at + LINK_US if self.opened_at is None else _ends_at(activity)


def own_gate(taken: Collection[str]) -> str:
    """What a kiosk at no gate of its activity is called there: the first number that is free."""
    return next(name for number in count(1) if (name := f"签到台 {number}") not in taken)


def _ends_at(activity: Activity) -> int:
    return max(occurrence.closes_at for occurrence in activity.occurrences) + GRACE_US


def new_code() -> str:
    """What a link ends in."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(_CODE_LENGTH))


def new_secret() -> bytes:
    """What a browser keeps."""
    return secrets.token_bytes(_SECRET_BYTES)


def digest_of_code(typed: str) -> bytes:
    """The digest of a link's code, however it was typed."""
    return digest_of(as_typed(typed).encode())


def digest_of(secret: bytes) -> bytes:
    """SHA-256: what is random needs no salt and no slow digest."""
    return hashlib.sha256(secret).digest()


class Displays:
    """Displays in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many of an activity may be open, or waiting to be, at a time.
    """

    def __init__(self, engine: AsyncEngine, quotas: Quotas, quota: int = QUOTA) -> None:
        self._engine = engine
        self._quotas = quotas
        self._quota = quota

    async def add(self, display: Display) -> Display:
        """Stores a new one, a kiosk without a gate under a name of its own; returns it.

        Raises:
            ActivityNotFoundError: There is no such activity.
            TooManyDisplaysError: The activity has as many as it may.
            TooManyChangesError: The organisation changed as much as it may.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                # Whoever else adds one waits here.
                activity = await lock(connection, display.activity_id)
                await _check_room(connection, display, self._quota)
                await self._quotas.change(activity.definition.organisation_id)
                if display.kind == Kind.KIOSK and not display.gate:
                    taken = await _gates_of(connection, display.activity_id)
                    display = replace(display, gate=own_gate({*taken, *activity.definition.gates}))
                row = {
                    "display_id": display.display_id,
                    "activity_id": display.activity_id,
                    "kind": display.kind,
                    "show_names": display.show_names,
                    "code_digest": display.code_digest,
                    "created_by": display.created_by,
                    "created_at": to_datetime(display.created_at),
                    "opened_from": "",
                    "gate": display.gate,
                    "direction": display.direction,
                }
                await connection.execute(insert(displays).values(row))
        return display

    async def open(self, opened: Display) -> bool:
        """Notes where and when it was opened; False where it was opened or revoked before."""
        assert opened.opened_at is not None
        still_waits = and_(displays.c.opened_at.is_(None), displays.c.revoked_at.is_(None))
        change = update(displays).where(displays.c.display_id == opened.display_id, still_waits)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                done = await connection.execute(
                    change.values(
                        secret_digest=opened.secret_digest,
                        opened_at=to_datetime(opened.opened_at),
                        opened_from=opened.opened_from,
                    )
                )
        return bool(done.rowcount)

    async def revoke(self, activity_id: bytes, display_id: bytes, by: bytes, now_us: int) -> None:
        """Ends one for good. Idempotent.

        Raises:
            DisplayNotFoundError: The activity has none of this id.
        """
        of_it = and_(displays.c.display_id == display_id, displays.c.activity_id == activity_id)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                found = await connection.scalar(select(displays.c.display_id).where(of_it).with_for_update())
                if found is None:
                    raise DisplayNotFoundError
                going_on = update(displays).where(of_it, displays.c.revoked_at.is_(None))
                await connection.execute(going_on.values(revoked_at=to_datetime(now_us), revoked_by=by))

    async def of_activity(self, activity_id: bytes) -> list[Display]:
        """The newest first, a hundred at most."""
        return await self._read(displays.c.activity_id == activity_id)

    async def of_code(self, digest: bytes) -> Display | None:
        """The one to which a link leads; None where there is none."""
        found = await self._read(displays.c.code_digest == digest)
        return found[0] if found else None

    async def of_secret(self, digest: bytes) -> Display | None:
        """The one that a browser opened; None where there is none."""
        found = await self._read(displays.c.secret_digest == digest)
        return found[0] if found else None

    async def _read(self, wanted: ColumnElement[bool]) -> list[Display]:
        query = select(displays).where(wanted).order_by(displays.c.display_id.desc()).limit(_LISTED)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return list(map(_display, (await connection.execute(query)).all()))


async def _check_room(connection: AsyncConnection, display: Display, quota: int) -> None:
    waits = displays.c.created_at > to_datetime(display.created_at - LINK_US)
    living = and_(
        displays.c.activity_id == display.activity_id,
        displays.c.revoked_at.is_(None),
        or_(displays.c.opened_at.is_not(None), waits),
    )
    found = await connection.scalar(select(func.count()).select_from(displays).where(living))
    if (found or 0) >= quota:
        DISPLAYS_OVER.inc()
        raise TooManyDisplaysError(quota)


async def _gates_of(connection: AsyncConnection, activity_id: bytes) -> Collection[str]:
    """Where the activity's kiosks are or were: what was recorded there keeps the name."""
    query = select(displays.c.gate).where(displays.c.activity_id == activity_id, displays.c.kind == Kind.KIOSK)
    return (await connection.scalars(query.distinct())).all()


def _display(row: Row[Any]) -> Display:
    return Display(
        display_id=row.display_id,
        activity_id=row.activity_id,
        kind=row.kind,
        show_names=row.show_names,
        code_digest=row.code_digest,
        created_by=row.created_by,
        created_at=from_datetime(row.created_at),
        secret_digest=row.secret_digest,
        opened_at=None if row.opened_at is None else from_datetime(row.opened_at),
        opened_from=row.opened_from,
        revoked_at=None if row.revoked_at is None else from_datetime(row.revoked_at),
        gate=row.gate,
        direction=row.direction,
    )
