"""An export as a job: what somebody wants, how far it is, and what becomes of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from servicekit.clock import LATEST_US, SECOND_US
from servicekit.errors import FieldError, InvalidArgumentError
from services.reporting.domain import DAY_US
from services.reporting.exports.columns import PHONE, REPORT_COLUMNS
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.people.scene import Wanted
from services.reporting.periods.calendar import DEFAULT_ZONE, NO_ZONE, is_zone

# 366 days, of which more may have 25 hours than 23.
LONGEST_PERIOD_US = 366 * DAY_US + 3600 * SECOND_US
# What every place's clock can show, and the period before.
_LATEST_US = LATEST_US - 2 * LONGEST_PERIOD_US
KEPT_US = 7 * DAY_US
# Attempts that may end in an error, and that may be begun at all: whoever is killed is rarely at fault.
FAILURES_AT_MOST, BEGUN_AT_MOST = 5, 10
RUNNING_AT_ONCE, QUEUED_AT_MOST = 2, 20
# Beyond so many schedules wait for room: whoever asks themselves finds some.
SCHEDULED_AT_MOST = 15
# Proofs that people ask for themselves, of an organisation: they come by the hundred, after whatever else it waits for.
OWN_RUNNING_AT_ONCE, OWN_QUEUED_AT_MOST = 1, 200
# Who holds a job says so every few seconds; who does not is dead.
LEASE_US = 30 * SECOND_US


UNDER_WAY = (State.QUEUED, State.RUNNING)
# The only ones that an organisation can ask for as a whole.
OF_ORGANISATIONS = (Report.REGISTER, Report.ORGANISATION)
_OF_GROUPS = (Report.REGISTER, Report.ACTIVITY, Report.SIGN_SHEET, Report.PROOF)
_PEOPLE_AT_MOST, _SESSIONS_AT_MOST, _MINUTES_AT_MOST = 100, 400, 60_000
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants in a file.

    Attributes:
        activity_id, organisation_id: One of both; the other is empty.
        columns: In the order of the file; empty: all that the report has, without phones.
        from_at, to_at: Of an organisation and of papers, when occurrences open; else when people came. 0: open.
        shows_phones: Phones are written whole.
        user_ids: Of proofs, for whom; none: for everybody.
        minimum_sessions, minimum_minutes: Of proofs, to how many occurrences and for how long somebody must have come.
        occurrence_id: Of an activity, only this one; empty: all.
        time_zone: Where `from_at` and `to_at` are the ends of days; empty: China.
    """

    report: Report
    format: Format
    activity_id: bytes = b""
    organisation_id: bytes = b""
    columns: tuple[str, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    from_at: int = 0
    to_at: int = 0
    shows_phones: bool = False
    user_ids: tuple[bytes, ...] = ()
    minimum_sessions: int = 0
    minimum_minutes: int = 0
    occurrence_id: bytes = b""
    time_zone: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Where its days are."""
        return ZoneInfo(self.time_zone or DEFAULT_ZONE)

    @property
    def shown_columns(self) -> Sequence[str]:
        """The columns of the file."""
        return self.columns or [each for each in REPORT_COLUMNS.get(self.report, ()) if each != PHONE]


@dataclass(frozen=True, slots=True)
class Job:
    """An export.

    Attributes:
        organisation_id: Whose queue it is in.
        reason: Why it failed, or what a running one waits for; empty: nothing.
        attempts, failures: How often it was begun, and how often that ended in an error.
        sealed_key: Of its file; empty: it has none.
        lease: Of whoever runs it, different each time.
    """

    export_id: bytes
    organisation_id: bytes
    user_id: bytes
    wish: Wish
    state: State
    progress: int
    row_count: int
    file_bytes: int
    reason: str
    attempts: int
    failures: int
    created_at: int
    finished_at: int
    expires_at: int
    file_name: str
    sealed_key: bytes
    lease: bytes


def check(wish: Wish) -> None:
    """Refuses what no file can be made of.

    Raises:
        InvalidArgumentError: Every field at fault, with the cure.
    """
    if faults := [*_faults(wish)]:
        raise InvalidArgumentError("this cannot be exported: " + faults[0].message, fields=faults)


def _faults(wish: Wish) -> Sequence[FieldError]:
    found: list[FieldError] = []
    if bool(wish.activity_id) == bool(wish.organisation_id):
        found.append(FieldError("activity_id", "name an activity, or an organisation, and not both"))
    elif wish.organisation_id and wish.report not in OF_ORGANISATIONS:
        found.append(FieldError("activity_id", "this report is of one activity; name it"))
    elif wish.activity_id and wish.report is Report.ORGANISATION:
        found.append(FieldError("organisation_id", "this report is of an organisation's period; name that instead"))
    if wish.occurrence_id and not (wish.activity_id and len(wish.occurrence_id) == _ID_BYTES):
        found.append(FieldError("filters.occurrence_id", "is of an activity; name it, or leave it out"))
    if wish.report.is_paper != (wish.format is Format.PDF):
        cure = "is pdf alone for this report" if wish.report.is_paper else "is xlsx or csv for this report"
        found.append(FieldError("format", cure))
    found += _filter_faults(wish)
    found += _proof_faults(wish)
    found += _period_faults(wish)
    found += _column_faults(wish)
    return found


def _filter_faults(wish: Wish) -> Sequence[FieldError]:
    if wish.report is Report.ORGANISATION and wish.wanted != Wanted():
        return [FieldError("filters", "this report is of everybody; leave filters out")]
    if wish.report in _OF_GROUPS and wish.wanted != Wanted(group=wish.wanted.group):
        return [FieldError("filters", "this report is of everybody, or of one group; leave the others out")]
    return []


def _proof_faults(wish: Wish) -> Sequence[FieldError]:
    if wish.report is not Report.PROOF:
        is_asked = bool(wish.user_ids or wish.minimum_sessions or wish.minimum_minutes)
        return [FieldError("proof", "belongs to the report proof; leave it out")] if is_asked else []
    found: list[FieldError] = []
    if len(wish.user_ids) > _PEOPLE_AT_MOST:
        found.append(
            FieldError("proof.user_ids", f"names at most {_PEOPLE_AT_MOST} people; leave it out for everybody")
        )
    if any(len(each) != _ID_BYTES for each in wish.user_ids):
        found.append(FieldError("proof.user_ids", "has the ids of people, as lists tell them"))
    if wish.minimum_sessions > _SESSIONS_AT_MOST:
        found.append(FieldError("proof.minimum_sessions", f"is at most {_SESSIONS_AT_MOST}"))
    if wish.minimum_minutes > _MINUTES_AT_MOST:
        found.append(FieldError("proof.minimum_minutes", f"is at most {_MINUTES_AT_MOST}"))
    return found


def _period_faults(wish: Wish) -> Sequence[FieldError]:
    if wish.time_zone and not is_zone(wish.time_zone):
        return [FieldError("time_zone", NO_ZONE)]
    for name, at in (("from", wish.from_at), ("to", wish.to_at)):
        if not 0 <= at <= _LATEST_US:
            return [FieldError(name, "must be a time from 1970 to 9997")]
    if wish.organisation_id and not wish.activity_id and not (wish.from_at and wish.to_at):
        return [FieldError("from" if not wish.from_at else "to", "a period of an organisation needs from and to")]
    if wish.from_at and wish.to_at and wish.from_at >= wish.to_at:
        return [FieldError("to", "must be later than from")]
    if not wish.activity_id and wish.to_at - wish.from_at > LONGEST_PERIOD_US:
        return [FieldError("to", "at most 366 days after from; export a year at a time")]
    return []


def _column_faults(wish: Wish) -> Sequence[FieldError]:
    known = REPORT_COLUMNS.get(wish.report, ())
    if unknown := [each for each in wish.columns if each not in known]:
        there = ", ".join(known) or "none to choose"
        return [FieldError("columns", f"{unknown[0]!r} is no column of this report; there are: {there}")]
    if len({*wish.columns}) < len(wish.columns):
        return [FieldError("columns", "names one twice")]
    if wish.shows_phones and PHONE not in wish.shown_columns:
        return [FieldError("columns", "phones can be shown whole only where there is a column phone")]
    return []
