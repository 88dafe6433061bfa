"""What an organisation does with what is known of people, and for how long: what it may say, and all its SQL."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import to_datetime
from servicekit.errors import invalid
from servicekit.mysql.database import unavailable_when_lost
from servicekit.plain_text import fault
from services.activity.tables import organisation_privacy

KEEPS_DAYS = (1, 1095)
MAX_PURPOSE = 200


@dataclass(frozen=True, slots=True)
class Privacy:
    """Days are counted from the close of the last activity that used a roster, or asked."""

    keeps_days: int = 180
    purpose: str = "核对到场人员，统计出勤"


def check(privacy: Privacy) -> None:
    """Looks at both.

    Raises:
        InvalidArgumentError: Names the field and the cure.
    """
    least, most = KEEPS_DAYS
    if not least <= privacy.keeps_days <= most:
        raise invalid("keeps_days", f"must be between {least} and {most}")
    if found := fault(privacy.purpose, MAX_PURPOSE):
        raise invalid("purpose", found)


class Privacies:
    """What organisations said of it, in MySQL. Every method raises UnavailableError when that is gone or busy."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, organisation_id: bytes) -> Privacy:
        """What an organisation said; else what all begin with."""
        table = organisation_privacy
        query = select(table.c.keeps_days, table.c.purpose).where(table.c.organisation_id == organisation_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return Privacy(row.keeps_days, row.purpose) if row else Privacy()

    async def change(
        self, organisation_id: bytes, move: Callable[[Privacy], Privacy], by: bytes, now_us: int
    ) -> Privacy:
        """Says it anew."""
        after = move(await self.of(organisation_id))
        said = asdict(after) | {"changed_at": to_datetime(now_us), "changed_by": by}
        statement = insert(organisation_privacy).values(said | {"organisation_id": organisation_id})
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(statement.on_duplicate_key_update(said))
        return after
