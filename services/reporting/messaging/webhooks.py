"""All SQL of robots of group chats, and what seals their keys."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.sealed import SealBrokenError, SealedTextError, Sealer
from protos.credential.v1 import credential_pb2
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import ConflictError, NotFoundError
from servicekit.mysql.database import unavailable_when_lost
from servicekit.mysql.idempotency import Intent, once
from services.reporting.exports.store import lock
from services.reporting.messaging.kinds import WebhookKind
from services.reporting.messaging.robots import Robot
from services.reporting.tables import deliveries, idempotency_keys, webhooks

WEBHOOKS_AT_MOST = 5


class WebhookNotFoundError(NotFoundError):
    """There is no such robot, or the caller may not know of it: both read the same."""

    def __init__(self) -> None:
        super().__init__("this organisation has no such robot")


class TooManyWebhooksError(ConflictError):
    """An organisation has as many as it may."""

    reason = "TOO_MANY_WEBHOOKS"

    def __init__(self) -> None:
        super().__init__(f"an organisation has at most {WEBHOOKS_AT_MOST} robots; delete one first")


class Webhook(NamedTuple):
    """A robot of a group chat.

    Attributes:
        last_at: When it was last to say something; 0: never.
        last_result: A word of `kinds.Result`; empty: nothing yet.
    """

    webhook_id: bytes
    organisation_id: bytes
    kind: WebhookKind
    label: str
    sealed_key: bytes
    key_tail: str
    is_signed: bool
    created_at: int
    last_at: int
    last_result: str


class RobotKeys:
    """What robots are reached by, as it lies in MySQL.

    Args:
        secrets: From `servicekit.keyring.parse_secrets`.
    """

    def __init__(self, secrets: dict[int, bytes]) -> None:
        self._sealer = Sealer(credential_pb2.Robot, secrets)

    def seal(self, robot: Robot, webhook_id: bytes) -> bytes:
        """Its address and secret, bound to it."""
        return self._sealer.seal(credential_pb2.Robot(url=robot.url, secret=robot.secret), webhook_id)

    def open(self, webhook: Webhook) -> Robot | None:
        """Where a robot is; None: it was sealed with no key of ours."""
        try:
            opened = self._sealer.open(webhook.sealed_key, webhook.webhook_id)
        except (SealedTextError, SealBrokenError):
            return None
        return Robot(webhook.kind, opened.url, opened.secret)


class Webhooks:
    """Robots in MySQL. Every method raises UnavailableError when that is gone."""

    def __init__(self, engine: AsyncEngine, keys: RobotKeys) -> None:
        self._engine = engine
        self._keys = keys

    async def create(self, intent: Intent, organisation_id: bytes, label: str, robot: Robot) -> Webhook:
        """A new robot; the same request again finds the same.

        Raises:
            TooManyWebhooksError: The organisation has as many as it may.
            IdempotencyKeyReusedError: The key belongs to another request.
        """
        with unavailable_when_lost():
            async with self._engine.begin() as connection:

                async def effect() -> bytes:
                    await lock(connection, organisation_id)
                    its = select(func.count()).where(webhooks.c.organisation_id == organisation_id)
                    if (await connection.scalar(its) or 0) >= WEBHOOKS_AT_MOST:
                        raise TooManyWebhooksError
                    return await self._insert(connection, intent.user_id, organisation_id, label, robot)

                webhook_id = await once(connection, idempotency_keys, intent, effect)
        return await self.get(organisation_id, webhook_id)

    async def get(self, organisation_id: bytes, webhook_id: bytes) -> Webhook:
        """A robot of an organisation; raises WebhookNotFoundError."""
        [*found] = await self._found(*_is(organisation_id, webhook_id))
        if not found:
            raise WebhookNotFoundError
        return found[0]

    async def of_organisation(self, organisation_id: bytes) -> list[Webhook]:
        """All of an organisation, the newest first."""
        return await self._found(webhooks.c.organisation_id == organisation_id)

    def robot(self, webhook: Webhook) -> Robot | None:
        """Where a robot is; None: it was sealed with no key of ours."""
        return self._keys.open(webhook)

    async def replace(self, webhook: Webhook, label: str, robot: Robot | None) -> None:
        """Calls it otherwise, and reaches it otherwise unless that is None; what became of the old way is forgotten."""
        anew = {**self._sealed(webhook.webhook_id, robot), "last_at": 0, "last_result": ""} if robot else {}
        said = {"label": label, **anew}
        its = _is(webhook.organisation_id, webhook.webhook_id)
        await self._execute(update(webhooks).where(*its).values(said))

    async def delete(self, organisation_id: bytes, webhook_id: bytes) -> None:
        """Forgets one, with its key and what it was to say; again, nothing happens."""
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                gone = await connection.execute(webhooks.delete().where(*_is(organisation_id, webhook_id)))
                if gone.rowcount:
                    await connection.execute(deliveries.delete().where(deliveries.c.webhook_id == webhook_id))

    async def _insert(
        self, connection: AsyncConnection, user_id: bytes, organisation_id: bytes, label: str, robot: Robot
    ) -> bytes:
        webhook_id = ids.new_id()
        row = {
            **self._sealed(webhook_id, robot),
            **dict.fromkeys(("next_at", "last_at"), 0),
            "webhook_id": webhook_id,
            "organisation_id": organisation_id,
            "kind": robot.kind,
            "label": label,
            "created_by": user_id,
            "created_at": now_us(),
            "last_result": "",
        }
        await connection.execute(insert(webhooks).values(row))
        return webhook_id

    def _sealed(self, webhook_id: bytes, robot: Robot) -> dict[str, object]:
        return {
            "sealed_key": self._keys.seal(robot, webhook_id),
            "key_tail": robot.key_tail,
            "is_signed": bool(robot.secret),
        }

    async def _found(self, *conditions: ColumnElement[bool]) -> list[Webhook]:
        query = select(webhooks).where(*conditions).order_by(webhooks.c.webhook_id.desc())
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return [webhook_of(row._asdict()) for row in await connection.execute(query)]

    async def _execute(self, statement: Executable) -> None:
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(statement)


def webhook_of(row: Mapping[str, Any]) -> Webhook:
    """A robot as it was stored."""
    known = {name: row[name] for name in Webhook._fields}
    return Webhook(**{**known, "kind": WebhookKind(row["kind"]), "is_signed": bool(row["is_signed"])})


def _is(organisation_id: bytes, webhook_id: bytes) -> tuple[ColumnElement[bool], ...]:
    return webhooks.c.organisation_id == organisation_id, webhooks.c.webhook_id == webhook_id
