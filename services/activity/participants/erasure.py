"""Erasing what names people: of one person when they ask for it, of all when an organisation needs it no more.

What is counted stays, with nothing but ids in it: entries, their groups and who they are, guests, and who was excused.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, func, or_, select, tuple_, union, update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.mysql.database import unavailable_when_lost
from services.activity.domain import State
from services.activity.participants.answers import Answer
from services.activity.participants.privacy import Privacies
from services.activity.rosters.entry_rows import empty_all
from services.activity.rosters.rosters import expecting
from services.activity.tables import (
    FOREVER,
    activities,
    guest_name_pairs,
    guests,
    occurrences,
    participant_answers,
    participant_details,
    roster_bindings,
    roster_entries,
    roster_import_rows,
    roster_imports,
    rosters,
)

log = logging.getLogger(__name__)

_EVERY_S = 3600.0
_AT_ONCE = 1000
# As `definition` stands in its row; of text that an organiser wrote, each quotation mark has a backslash before it.
_ASKS = '"ask":[{'


class Erasure:
    """Erases in MySQL. Every method but `run` raises UnavailableError when that is gone or busy."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._privacies = Privacies(engine)

    async def erase(self, user_id: bytes) -> None:
        """Empties what is known of a person, and the entries that they are or were last. Idempotent."""
        bindings, newer = roster_bindings, roster_bindings.alias()
        is_somebody_else_now = exists().where(
            newer.c.entry_id == bindings.c.entry_id,
            newer.c.valid_from > bindings.c.valid_from,
            newer.c.user_id != user_id,
        )
        # Whom staff took off an entry that goes on, it was never.
        until_its_end = or_(bindings.c.valid_to == FOREVER, bindings.c.valid_to == roster_entries.c.valid_to)
        theirs = (
            select(bindings.c.entry_id, bindings.c.roster_id)
            .join(roster_entries, roster_entries.c.entry_id == bindings.c.entry_id)
            .where(bindings.c.user_id == user_id, until_its_end, ~is_somebody_else_now)
        )
        answers = participant_answers
        coming = and_(answers.c.user_id == user_id, answers.c.answer == Answer.COMING)
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                found = (await connection.execute(theirs)).all()
                entry_ids = [row.entry_id for row in found]
                await empty_all(connection, entry_ids)
                looked_at = roster_imports.c.roster_id.in_({row.roster_id for row in found})
                await connection.execute(update(roster_imports).where(looked_at).values(sample=b""))
                # Or the undoing of an import would bring back what was said before.
                undone = roster_import_rows.c.entry_id.in_(entry_ids)
                await connection.execute(delete(roster_import_rows).where(undone))
                await connection.execute(delete(participant_details).where(participant_details.c.user_id == user_id))
                await connection.execute(delete(answers).where(coming))

    async def run(self) -> None:
        """Sweeps every hour, for ever."""
        while True:
            try:
                await self.sweep(now_us())
            except UnavailableError as error:
                log.warning("what is over is erased later: %s", error)
            await asyncio.sleep(_EVERY_S)

    async def sweep(self, now: int) -> None:
        """Erases whatever organisations have kept for as long as they said.

        Args:
            now: Microseconds since 1970 UTC.
        """
        holding = union(
            select(rosters.c.organisation_id),
            select(participant_details.c.organisation_id),
            select(participant_answers.c.organisation_id).where(participant_answers.c.answer == Answer.COMING),
            select(guests.c.organisation_id).where(guests.c.said != b""),
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                organisation_ids = list((await connection.execute(holding)).scalars())
            for organisation_id in organisation_ids:
                privacy = await self._privacies.of(organisation_id)
                before = to_datetime(now) - timedelta(days=privacy.keeps_days)
                await self._sweep_rosters(organisation_id, before)
                await self._sweep_details(organisation_id, before)
                await self._sweep_answers(organisation_id, before)
                await self._sweep_guests(organisation_id, before)

    async def _sweep_rosters(self, organisation_id: bytes, before: datetime) -> None:
        entries = roster_entries
        # A roster counts as used when people were put on it, too.
        latest = (
            select(rosters.c.roster_id, func.max(entries.c.valid_from))
            .join(entries, entries.c.roster_id == rosters.c.roster_id)
            .where(rosters.c.organisation_id == organisation_id, entries.c.said != b"")
            .group_by(rosters.c.roster_id)
        )
        async with self._engine.connect() as connection:
            for roster_id, added_at in (await connection.execute(latest)).all():
                used = expecting(organisation_id, roster_id).where(activities.c.state != State.DELETED)
                closes_at = await connection.scalar(used.with_only_columns(func.max(occurrences.c.closes_at)))
                if max(added_at, closes_at or added_at) < before:
                    await self._empty_roster(roster_id)

    async def _empty_roster(self, roster_id: bytes) -> None:
        full = and_(roster_entries.c.roster_id == roster_id, roster_entries.c.said != b"")
        some = select(roster_entries.c.entry_id).where(full).limit(_AT_ONCE)
        entry_ids = [b""]
        while entry_ids:
            async with self._engine.begin() as connection:
                entry_ids = list((await connection.execute(some)).scalars())
                await empty_all(connection, entry_ids)

    async def _sweep_details(self, organisation_id: bytes, before: datetime) -> None:
        of_it = and_(activities.c.organisation_id == organisation_id, activities.c.state != State.DELETED)
        going_on = (
            select(activities.c.activity_id)
            .join(occurrences, occurrences.c.activity_id == activities.c.activity_id)
            .where(of_it, activities.c.definition.contains(_ASKS, autoescape=True), occurrences.c.closes_at >= before)
        )
        details = participant_details
        old = and_(details.c.organisation_id == organisation_id, details.c.said_at < before)
        async with self._engine.begin() as connection:
            await connection.execute(delete(details).where(old, ~going_on.exists()))

    async def _sweep_answers(self, organisation_id: bytes, before: datetime) -> None:
        answers = participant_answers
        coming = and_(answers.c.organisation_id == organisation_id, answers.c.answer == Answer.COMING)
        going_on = exists().where(occurrences.c.activity_id == answers.c.activity_id, occurrences.c.closes_at >= before)
        async with self._engine.begin() as connection:
            await connection.execute(delete(answers).where(coming, ~going_on))

    async def _sweep_guests(self, organisation_id: bytes, before: datetime) -> None:
        going_on = exists().where(occurrences.c.activity_id == guests.c.activity_id, occurrences.c.closes_at >= before)
        named = and_(guests.c.organisation_id == organisation_id, guests.c.said != b"")
        some = select(guests.c.activity_id, guests.c.guest_id).where(named, ~going_on).limit(_AT_ONCE)
        found = [(b"", b"")]
        while found:
            async with self._engine.begin() as connection:
                found = [(row.activity_id, row.guest_id) for row in await connection.execute(some)]
                theirs = tuple_(guests.c.activity_id, guests.c.guest_id).in_(found)
                await connection.execute(update(guests).where(theirs).values(said=b"", phone_tail_index=None))
                pairs = tuple_(guest_name_pairs.c.activity_id, guest_name_pairs.c.guest_id).in_(found)
                await connection.execute(delete(guest_name_pairs).where(pairs))
