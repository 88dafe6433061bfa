"""What there is to export, as what, and where a job stands: numbers of reporting.v1."""

from enum import IntEnum


class Report(IntEnum):
    """What a file tells; the numbers are those of reporting.v1.Report."""

    CHECKINS = 1
    PEOPLE = 2
    REGISTER = 3
    ACTIVITY = 4
    ORGANISATION = 5
    SIGN_SHEET = 6
    PROOF = 7

    @property
    def is_paper(self) -> bool:
        """Whether it is drawn on pages, and no table."""
        return self >= Report.ACTIVITY


class Format(IntEnum):
    """How; the numbers are those of reporting.v1.Format."""

    XLSX = 1
    CSV = 2
    PDF = 3


class State(IntEnum):
    """Where a job stands; the numbers are those of reporting.v1.ExportState."""

    QUEUED = 1
    RUNNING = 2
    DONE = 3
    FAILED = 4
    CANCELLED = 5
    EXPIRED = 6
