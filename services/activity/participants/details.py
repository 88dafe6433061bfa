"""What people told an organisation of what it asks: what may be said, and all its SQL. Sealed for each of them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, and_, delete, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Cell, Pii
from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit.clock import to_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.activity.definition import Question
from services.activity.metrics import UNREADABLE_DETAIL
from services.activity.tables import participant_details

MAX_CHARACTERS = 64

Said = Mapping[Question, str]


class Details:
    """Details in MySQL. Every method raises UnavailableError when the database is gone or busy.

    Args:
        pii: Of schema `activity`; its first key seals, all open.
    """

    def __init__(self, engine: AsyncEngine, pii: Pii) -> None:
        self._engine = engine
        self._pii = pii

    async def of(self, organisation_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, dict[Question, str]]:
        """Whatever these people told an organisation; who told nothing is left out."""
        table = participant_details
        query = select(table).where(table.c.organisation_id == organisation_id, table.c.user_id.in_(user_ids))
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        found: dict[bytes, dict[Question, str]] = {}
        for row in rows:
            if text := self.opened(row):
                found.setdefault(row.user_id, {})[Question(row.detail, row.label)] = text
        return found

    async def say(self, organisation_id: bytes, user_id: bytes, said: Said, now_us: int) -> None:
        """Keeps what somebody says, in place of what they said before; an empty text takes it back."""
        kept = [self._row(organisation_id, user_id, question, text, now_us) for question, text in said.items() if text]
        table = participant_details
        theirs = and_(table.c.organisation_id == organisation_id, table.c.user_id == user_id)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                for question in (question for question, text in said.items() if not text):
                    is_it = and_(table.c.detail == question.detail, table.c.label == question.label)
                    await connection.execute(delete(table).where(theirs, is_it))
                if kept:
                    statement = insert(table)
                    anew = {name: statement.inserted[name] for name in ("said", "said_at")}
                    await connection.execute(statement.on_duplicate_key_update(anew), kept)

    def _row(
        self, organisation_id: bytes, user_id: bytes, question: Question, text: str, now_us: int
    ) -> dict[str, object]:
        return {
            "organisation_id": organisation_id,
            "user_id": user_id,
            "detail": int(question.detail),
            "label": question.label,
            "said": self._pii.seal(text, _cell(organisation_id, user_id, question)),
            "said_at": to_datetime(now_us),
        }

    def opened(self, row: Row[Any]) -> str:
        """Empty for what cannot be read: then the person may say it anew."""
        try:
            return self._pii.open(row.said, _cell(row.organisation_id, row.user_id, Question(row.detail, row.label)))
        except (SealedTextError, SealBrokenError) as error:
            UNREADABLE_DETAIL.note(row.user_id, error)
            return ""


def _cell(organisation_id: bytes, user_id: bytes, question: Question) -> Cell:
    row = organisation_id + user_id + bytes([question.detail]) + question.label.encode()
    return Cell("participant_details", "said", row)
