"""What can be exported as what, of whom, and what a refusal names."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from servicekit.clock import LATEST_US, from_datetime
from servicekit.errors import InvalidArgumentError
from services.reporting.domain import DAY_US, Filter
from services.reporting.exports import wire
from services.reporting.exports.job import Wish, check
from services.reporting.exports.kinds import Format, Report
from services.reporting.people.scene import Wanted

ID = bytes(16)
PERIOD: dict[str, Any] = {"organisation_id": ID, "from_at": DAY_US, "to_at": 30 * DAY_US}
PAPERS = (Report.ACTIVITY, Report.SIGN_SHEET, Report.PROOF)


@pytest.mark.parametrize("report", PAPERS)
def test_papers_are_pdf_of_an_activity(report: Report) -> None:
    """Of everybody, or of one group."""
    check(Wish(report, Format.PDF, ID, wanted=Wanted(group="一班")))
    check(Wish(Report.ORGANISATION, Format.PDF, **PERIOD))
    # In Berlin these 366 days have two hours that come twice, and one that there is not.
    first, end = (
        from_datetime(datetime(2025 + each, 10, 26 + each, tzinfo=ZoneInfo("Europe/Berlin"))) for each in (0, 1)
    )
    wish = Wish(
        Report.ORGANISATION, Format.PDF, organisation_id=ID, from_at=first, to_at=end, time_zone="Europe/Berlin"
    )
    check(wish)


@pytest.mark.parametrize(
    ("report", "form", "said", "field"),
    [
        (Report.ACTIVITY, Format.XLSX, {"activity_id": ID}, "format"),
        (Report.REGISTER, Format.PDF, {"activity_id": ID}, "format"),
        (Report.ORGANISATION, Format.PDF, {"activity_id": ID}, "organisation_id"),
        (Report.ACTIVITY, Format.PDF, PERIOD, "activity_id"),
        (Report.ORGANISATION, Format.PDF, {**PERIOD, "to_at": 400 * DAY_US}, "to"),
        (Report.PROOF, Format.PDF, {"activity_id": ID, "from_at": -1}, "from"),
        (Report.SIGN_SHEET, Format.PDF, {"activity_id": ID, "to_at": LATEST_US}, "to"),
        (Report.ORGANISATION, Format.PDF, {**PERIOD, "from_at": LATEST_US - DAY_US, "to_at": LATEST_US}, "from"),
        (Report.REGISTER, Format.CSV, {**PERIOD, "from_at": -62_135_596_800_000_000, "to_at": DAY_US}, "from"),
        (Report.ORGANISATION, Format.PDF, {**PERIOD, "time_zone": "Mars/Olympus"}, "time_zone"),
        (Report.REGISTER, Format.CSV, {**PERIOD, "time_zone": "../../etc/passwd"}, "time_zone"),
        (Report.ORGANISATION, Format.PDF, {**PERIOD, "wanted": Wanted(group="一班")}, "filters"),
        (Report.ACTIVITY, Format.PDF, {"activity_id": ID, "wanted": Wanted(Filter(status=1))}, "filters"),
        (Report.ACTIVITY, Format.PDF, {"activity_id": ID, "columns": ("name",)}, "columns"),
        (Report.ACTIVITY, Format.PDF, {"activity_id": ID, "shows_phones": True}, "columns"),
        (Report.ACTIVITY, Format.PDF, {"activity_id": ID, "minimum_sessions": 1}, "proof"),
        (Report.PROOF, Format.PDF, {"activity_id": ID, "user_ids": (ID,) * 101}, "proof.user_ids"),
        (Report.PROOF, Format.PDF, {"activity_id": ID, "user_ids": (b"short",)}, "proof.user_ids"),
        (Report.PROOF, Format.PDF, {"activity_id": ID, "minimum_sessions": 401}, "proof.minimum_sessions"),
        (Report.PROOF, Format.PDF, {"activity_id": ID, "minimum_minutes": 60_001}, "proof.minimum_minutes"),
    ],
)
def test_a_refusal_names_the_field(report: Report, form: Format, said: dict[str, Any], field: str) -> None:
    """And says what to do."""
    with pytest.raises(InvalidArgumentError) as refused:
        check(Wish(report, form, **said))
    assert [each.field for each in refused.value.fields] == [field]


def test_a_wish_comes_back_as_it_was_stored() -> None:
    """Whom a proof is for too, and a hundred of them have room in the row."""
    wish = Wish(Report.PROOF, Format.PDF, ID, user_ids=(ID,) * 100, minimum_sessions=3, time_zone="Asia/Kathmandu")
    stored = wire.wish_bytes(wish)
    assert wire.to_wish(stored) == wish and len(stored) < 4000
    period = Wish(Report.SIGN_SHEET, Format.PDF, ID, from_at=DAY_US, to_at=2 * DAY_US)
    assert wire.to_wish(wire.wish_bytes(period)) == period
