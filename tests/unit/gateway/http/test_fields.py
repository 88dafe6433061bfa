"""Times as people write them down, also where clocks change."""

import pytest

from gateway.http.fields import ParsedInstant, ParsedWallTime
from servicekit.clock import to_rfc3339
from servicekit.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("wall", "time_zone", "utc"),
    [
        ("2026-09-01T08:00:00", "Asia/Shanghai", "2026-09-01T00:00:00.000Z"),
        ("2026-09-01T08:00:00+02:00", "Asia/Shanghai", "2026-09-01T06:00:00.000Z"),
        # Clocks go from 2 to 3: half past two is half past three.
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00.000Z"),
        # Clocks go from 3 back to 2: the first half past two.
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00.000Z"),
        ("2026-10-25T03:30:00", "Europe/Berlin", "2026-10-25T02:30:00.000Z"),
    ],
)
def test_the_wall_is_read_in_its_zone(wall: str, time_zone: str, utc: str) -> None:
    """Gaps and overlaps as calendars have them; an offset that is said holds."""
    assert to_rfc3339(ParsedWallTime.parse(wall).in_zone(time_zone)) == utc


@pytest.mark.parametrize("time_zone", ["", "Asia/Nowhere", "../../etc/passwd", "UTC+8"])
def test_a_zone_that_is_none_is_named(time_zone: str) -> None:
    """The fault is the zone's, not the time's."""
    with pytest.raises(InvalidArgumentError) as caught:
        ParsedWallTime.parse("2026-09-01T08:00:00").in_zone(time_zone)
    assert [fault.field for fault in caught.value.fields] == ["time_zone"]


@pytest.mark.parametrize(
    "text", ["2026-09-01 08:00", "2026-02-30T08:00:00", "2026-09-01T08:00:00+08:99", "２026-09-01T08:00:00", "8", ""]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """With a sentence, by both."""
    for kind in (ParsedWallTime, ParsedInstant):
        with pytest.raises(ValueError, match="must be|is no time"):
            kind.parse(text)
    with pytest.raises(ValueError, match="with offset"):
        ParsedInstant.parse("2026-09-01T08:00:00")
