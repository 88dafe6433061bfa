"""Wishes and jobs as they cross a process and lie in MySQL."""

from typing import cast

from protos.reporting.v1 import exports_pb2 as pb
from servicekit.errors import invalid
from services.reporting.domain import Filter
from services.reporting.expected.tally import Answer
from services.reporting.exports.job import Job, Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.people.scene import Wanted


def wish_of(message: pb.Wish) -> Wish:
    """What somebody wants.

    Raises:
        InvalidArgumentError: A report or format that nobody knows.
    """
    return Wish(
        report_of(message.report),
        _format_of(message.format),
        message.activity_id,
        message.organisation_id,
        tuple(message.columns),
        _wanted(message),
        message.from_at,
        message.to_at,
        message.shows_phones,
        tuple(message.user_ids),
        message.minimum_sessions,
        message.minimum_minutes,
        message.filter.occurrence_id,
        message.time_zone,
    )


def report_of(number: int) -> Report:
    """A report by its number; raises InvalidArgumentError."""
    try:
        return Report(number)
    except ValueError:
        raise invalid("report", "is none that can be exported") from None


def _format_of(number: int) -> Format:
    try:
        return Format(number)
    except ValueError:
        raise invalid("format", "is none that can be written") from None


def _wanted(message: pb.Wish) -> Wanted:
    said = message.filter
    # Of a list when people came, of all others which occurrences they have.
    is_of_people = message.report in (pb.REPORT_CHECKINS, pb.REPORT_PEOPLE)
    seat = Filter(
        said.status,
        said.method,
        said.reason,
        said.gate,
        said.punctuality,
        message.from_at if is_of_people else 0,
        message.to_at if is_of_people else 0,
    )
    answers = {int(answer): answer for answer in Answer}
    return Wanted(seat, said.query, said.group, answers.get(said.answer, Answer.NONE))


def to_message(wish: Wish) -> pb.Wish:
    """A wish for others."""
    seat = wish.wanted.seat
    return pb.Wish(
        report=cast(pb.Report.ValueType, int(wish.report)),
        format=cast(pb.Format.ValueType, int(wish.format)),
        activity_id=wish.activity_id,
        organisation_id=wish.organisation_id,
        columns=wish.columns,
        filter=pb.PeopleFilter(
            status=seat.status,
            query=wish.wanted.query,
            method=seat.method,
            reason=seat.reason,
            gate=seat.gate,
            punctuality=seat.punctuality,
            group=wish.wanted.group,
            answer=int(wish.wanted.answer),
            occurrence_id=wish.occurrence_id,
        ),
        from_at=wish.from_at,
        to_at=wish.to_at,
        shows_phones=wish.shows_phones,
        user_ids=wish.user_ids,
        minimum_sessions=wish.minimum_sessions,
        minimum_minutes=wish.minimum_minutes,
        time_zone=wish.time_zone,
    )


def wish_bytes(wish: Wish) -> bytes:
    """A wish as it lies in MySQL."""
    return to_message(wish).SerializeToString(deterministic=True)


def to_wish(stored: bytes) -> Wish:
    """A wish as it was stored."""
    return wish_of(pb.Wish.FromString(stored))


def to_export(job: Job) -> pb.Export:
    """A job for others."""
    return pb.Export(
        export_id=job.export_id,
        wish=to_message(job.wish),
        organisation_id=job.organisation_id,
        user_id=job.user_id,
        state=cast(pb.ExportState.ValueType, int(job.state)),
        progress=job.progress,
        row_count=job.row_count,
        file_bytes=job.file_bytes,
        reason=job.reason,
        attempts=job.attempts,
        created_at=job.created_at,
        finished_at=job.finished_at,
        expires_at=job.expires_at if job.file_bytes else 0,
        file_name=job.file_name,
    )
