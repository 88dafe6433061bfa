"""Whatever organisations have of one person: what they said themselves, and what rosters say of who they are there."""

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.activity.v1 import participants_pb2 as pb
from servicekit.clock import from_datetime
from servicekit.mysql.database import unavailable_when_lost
from services.activity.participants.details import Details
from services.activity.rosters.entry_rows import read
from services.activity.rosters.sealing import Sealing
from services.activity.tables import FOREVER, participant_answers, participant_details, roster_bindings, roster_entries


class Export:
    """Reads MySQL; what cannot be read is left out."""

    def __init__(self, engine: AsyncEngine, details: Details, sealing: Sealing) -> None:
        self._engine = engine
        self._details = details
        self._sealing = sealing

    async def of(self, user_id: bytes) -> pb.ExportMeResponse:
        """All of it; raises UnavailableError when the database is gone or busy."""
        bindings = roster_bindings
        is_theirs = and_(bindings.c.entry_id == roster_entries.c.entry_id, bindings.c.valid_to == FOREVER)
        who = (bindings.c.binding_id, bindings.c.user_id, bindings.c.how, bindings.c.valid_from.label("bound_since"))
        entries = select(roster_entries, *who).join(bindings, is_theirs).where(bindings.c.user_id == user_id)
        answers, details = participant_answers, participant_details
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                answered = (await connection.execute(select(answers).where(answers.c.user_id == user_id))).all()
                said = (await connection.execute(select(details).where(details.c.user_id == user_id))).all()
                listed = (await connection.execute(entries)).all()
        return pb.ExportMeResponse(
            answers=[
                pb.ExportedAnswer(
                    activity_id=row.activity_id, answer=row.answer, answered_at=from_datetime(row.answered_at)
                )
                for row in answered
            ],
            details=[
                pb.ExportedDetail(
                    organisation_id=row.organisation_id,
                    detail=row.detail,
                    label=row.label,
                    value=text,
                    said_at=from_datetime(row.said_at),
                )
                for row in said
                if (text := self._details.opened(row))
            ],
            entries=[
                pb.ExportedEntry(
                    roster_id=row.roster_id,
                    name=one.said.name,
                    number=one.said.number,
                    phone=one.said.phone,
                    group=one.group,
                    note=one.said.note,
                    extra=one.said.extra,
                )
                for row in listed
                if (one := read(self._sealing, row))
            ],
        )
