"""Whether somebody will come: until when they may say so, and all its SQL."""

from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import and_, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.activity.domain import Activity, State
from services.activity.errors import AnswerLateError, StateError
from services.activity.tables import participant_answers


class Answer(IntEnum):
    """As `activity.v1.Answer` numbers them."""

    COMING = 1
    LEAVE = 2


@dataclass(frozen=True, slots=True)
class Answered:
    """What one person said of one activity."""

    user_id: bytes
    answer: int
    answered_at: int


def check_in_time(activity: Activity, before: int | None, answer: Answer, now_us: int) -> None:
    """Lets somebody answer: until the activity ends, and say that they come after all until it starts.

    Args:
        before: What they answered last; None: nothing.

    Raises:
        StateError: It is not published, or no more.
        AnswerLateError: It is too late for this answer.
    """
    if activity.state is not State.PUBLISHED:
        raise StateError("answered", activity.state.word)
    definition = activity.definition
    is_change = before is not None and answer is Answer.COMING
    if now_us >= (definition.starts_at if is_change else definition.ends_at):
        raise AnswerLateError


class Answers:
    """Answers in MySQL. Every method raises UnavailableError when the database is gone or busy."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, activity_id: bytes, user_id: bytes) -> int | None:
        """What somebody answered last; None: nothing."""
        query = select(participant_answers.c.answer).where(
            participant_answers.c.activity_id == activity_id, participant_answers.c.user_id == user_id
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                found: int | None = await connection.scalar(query)
                return found

    async def give(self, activity: Activity, answered: Answered) -> None:
        """Keeps an answer; of two at once the later one counts."""
        row = {
            "activity_id": activity.activity_id,
            "user_id": answered.user_id,
            "organisation_id": activity.definition.organisation_id,
            "answer": answered.answer,
            "answered_at": to_datetime(answered.answered_at),
        }
        changed = {"answer": row["answer"], "answered_at": row["answered_at"]}
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                statement = insert(participant_answers).values(row)
                await connection.execute(statement.on_duplicate_key_update(changed))

    async def page(self, activity_id: bytes, after: bytes, size: int) -> list[Answered]:
        """Everybody's answers, by person.

        Args:
            after: The last person of the page before; empty for the first page.
        """
        table = participant_answers
        of_it = and_(table.c.activity_id == activity_id, table.c.user_id > after)
        query = select(table.c.user_id, table.c.answer, table.c.answered_at).where(of_it)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = await connection.execute(query.order_by(table.c.user_id).limit(size))
                return [Answered(row.user_id, row.answer, from_datetime(row.answered_at)) for row in rows]
