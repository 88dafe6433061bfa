"""Reads of what waits for a human: in all of an organisation for those who review it, and for too long."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import to_datetime
from services.checkin.recording.store import NOBODY, POLICY
from services.checkin.records.moment import moment, reviewed
from services.checkin.records.records import ReviewPosition
from services.checkin.records.stored import Stored
from services.checkin.tables import attempts, decisions, open_attempts, reviews

_KEY = reviews.c.user_id, reviews.c.attempt_id
_ORDER = reviews.c.received_at, reviews.c.attempt_id, reviews.c.user_id
_SAME = and_(attempts.c.user_id == reviews.c.user_id, attempts.c.attempt_id == reviews.c.attempt_id)


class Sought(NamedTuple):
    """What of an organisation's waiting somebody asks for.

    Attributes:
        reviewer: Whose own attempts are left out, since nobody decides on these.
        activity_ids: Of these alone; None: of all.
        reason: With this among its reasons; empty: with any.
    """

    organisation_id: bytes
    reviewer: bytes
    activity_ids: Collection[bytes] | None = None
    reason: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """On rows of `reviews`."""
        found = [
            reviews.c.organisation_id == self.organisation_id,
            reviews.c.state == pb.REVIEW_STATE_PENDING,
            reviews.c.user_id != self.reviewer,
        ]
        if self.activity_ids is not None:
            found.append(reviews.c.activity_id.in_(self.activity_ids))
        if self.reason:
            found.append(func.find_in_set(self.reason, reviews.c.reasons) > 0)
        return found


class Waiting:
    """Every method raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, sought: Sought, size: int, after: ReviewPosition | None, *, is_newest_first: bool
    ) -> list[Stored]:
        """A page of it, the longest waiting first unless the newest are.

        Args:
            after: (listed_at, attempt_id, user_id) of the last one of the page before.
        """
        query = select(*_KEY).where(*sought.conditions())
        if after:
            at, last = tuple_(*_ORDER), (to_datetime(after[0]), *after[1:])
            # The time alone is what the index is entered by.
            first = reviews.c.received_at
            query = query.where(*((first <= last[0], at < last) if is_newest_first else (first >= last[0], at > last)))
        order = [column.desc() for column in _ORDER] if is_newest_first else _ORDER
        return await reviewed(self._engine, query.order_by(*order).limit(size))

    async def count(self, sought: Sought, limit: int) -> int:
        """How much there is; no more than `limit` is counted."""
        some = select(reviews.c.user_id).where(*sought.conditions()).limit(limit).subquery()
        async with moment(self._engine) as connection:
            return await connection.scalar(select(func.count()).select_from(some)) or 0

    async def by_activity(self, sought: Sought, limit: int) -> list[pb.WaitingReviews]:
        """Where it waits, those with the most first."""
        many = func.count()
        query = (
            select(reviews.c.activity_id, many, func.sum(reviews.c.is_offline))
            .where(*sought.conditions(), reviews.c.activity_id.is_not(None))
            .group_by(reviews.c.activity_id)
            .order_by(many.desc(), reviews.c.activity_id)
            .limit(limit)
        )
        async with moment(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [pb.WaitingReviews(activity_id=row[0], pending=row[1], pending_offline=int(row[2])) for row in rows]

    async def lapsing(self, occurrence_ids: Collection[bytes], before_us: int, limit: int) -> list[Stored]:
        """What waits at some occurrences and has been left alone since a moment, the longest waiting first (rule 30).

        Nothing is left alone that arrived since, on whose seat a human's word since then counts, or that has yet to be
        judged.
        """
        before = to_datetime(before_us)
        unjudged = select(open_attempts.c.user_id).where(
            open_attempts.c.user_id == reviews.c.user_id, open_attempts.c.attempt_id == reviews.c.attempt_id
        )
        said_since = select(decisions.c.sequence).where(
            _SAME,
            decisions.c.occurrence_id == reviews.c.occurrence_id,
            decisions.c.user_id == reviews.c.user_id,
            decisions.c.direction == attempts.c.direction,
            decisions.c.is_stale == 0,
            decisions.c.decided_by.not_in((NOBODY, POLICY)),
            decisions.c.decided_at > before,
        )
        query = (
            select(*_KEY)
            .where(reviews.c.occurrence_id.in_(occurrence_ids), reviews.c.state == pb.REVIEW_STATE_PENDING)
            .where(reviews.c.received_at <= before, ~unjudged.exists(), ~said_since.exists())
            .order_by(reviews.c.received_at, reviews.c.attempt_id)
        )
        return await reviewed(self._engine, query.limit(limit))
