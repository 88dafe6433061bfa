"""What people allowed to be sent: a ledger in which one acceptance is worth one message.

Source: https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import case, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US, to_datetime
from servicekit.errors import invalid
from servicekit.mysql import idempotency
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent
from servicekit.turns import Turns
from services.identity.errors import TooManyAnswersError
from services.identity.metrics import ANSWERS_OVER
from services.identity.rows import lock_person
from services.identity.tables import idempotency_keys, subscription_ledger

DAY_US = 24 * 3600 * SECOND_US


class Answer(IntEnum):
    """What a person said of one template; values as in identity.v1.Subscription.Answer."""

    NONE = 0
    ACCEPT = 1
    REJECT = 2
    BAN = 3
    FILTER = 4


@dataclass(frozen=True, slots=True)
class Grant:
    """One answer of a person."""

    template_id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Subscription:
    """How many messages of a template may still be sent, and what the person said last."""

    template_id: str
    quota: int = 0
    answer: Answer = Answer.NONE


def check_grants(grants: Sequence[Grant], templates: Collection[str]) -> None:
    """Lets answers to our own templates pass, once each.

    Raises:
        InvalidArgumentError: Another template, one named twice, or no answer.
    """
    if not grants:
        raise invalid("grants", "must name at least one template")
    for number, grant in enumerate(grants):
        if grant.template_id not in templates:
            raise invalid(f"grants.{number}.template_id", "is none of ours; see client-config")
        if any(grant.template_id == other.template_id for other in grants[:number]):
            raise invalid(f"grants.{number}.template_id", "is there twice")
        if grant.answer is Answer.NONE:
            raise invalid(f"grants.{number}.result", "must be accept, reject, ban or filter")


class Subscriptions:
    """The ledger in MySQL; every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many answers of one person are noted in 24 hours.
    """

    def __init__(self, engine: AsyncEngine, quota: int) -> None:
        self._engine = engine
        self._quota = quota
        # Whoever waits for a lock in MySQL has a connection, so nobody waits there for themselves.
        self._turns = Turns()

    async def grant(self, intent: Intent, grants: Sequence[Grant], now_us: int) -> dict[str, Subscription]:
        """Notes what a person said, once per idempotency key; returns where they stand.

        Raises:
            IdempotencyKeyReusedError: The key belongs to another request.
            TooManyAnswersError: The person has said enough for a day.
        """
        rows = [
            {
                "user_id": intent.user_id,
                "entry_id": ids.new_id(),
                "template_id": grant.template_id,
                "answer": grant.answer,
                "amount": int(grant.answer is Answer.ACCEPT),
                "created_at": to_datetime(now_us),
            }
            for grant in grants
        ]
        with unavailable_when_lost():
            async with self._turns.of(intent.user_id), self._engine.begin() as connection:

                async def effect() -> bytes:
                    """The entries; a repetition needs nothing of them."""
                    await self._check_room(connection, intent.user_id, len(rows), now_us)
                    await connection.execute(insert(subscription_ledger).values(rows))
                    return b"noted"

                await idempotency.once(connection, idempotency_keys, intent, effect)
                return await _read(connection, intent.user_id)

    async def _check_room(self, connection: AsyncConnection, user_id: bytes, more: int, now_us: int) -> None:
        await lock_person(connection, user_id)
        ledger = subscription_ledger
        since = to_datetime(now_us - DAY_US)
        said = select(func.count()).where(ledger.c.user_id == user_id, ledger.c.created_at > since)
        if (await connection.execute(said)).scalar_one() + more > self._quota:
            ANSWERS_OVER.inc()
            raise TooManyAnswersError(self._quota)

    async def of(self, user_id: bytes) -> dict[str, Subscription]:
        """Where a person stands, by template; those never asked about are left out."""
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await _read(connection, user_id)


async def _read(connection: AsyncConnection, user_id: bytes) -> dict[str, Subscription]:
    ledger = subscription_ledger
    answered = func.max(case((ledger.c.answer != Answer.NONE, ledger.c.entry_id)))
    sums = (
        select(ledger.c.template_id, func.sum(ledger.c.amount).label("quota"), answered.label("answered"))
        .where(ledger.c.user_id == user_id)
        .group_by(ledger.c.template_id)
        .subquery()
    )
    last = (ledger.c.user_id == user_id) & (ledger.c.entry_id == sums.c.answered)
    query = select(sums.c.template_id, sums.c.quota, ledger.c.answer).join(ledger, last)
    rows = await connection.execute(query)
    return {row.template_id: Subscription(row.template_id, int(row.quota), Answer(row.answer)) for row in rows}
