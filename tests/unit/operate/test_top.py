"""Activities by outcome and reason."""

from deploy.operate.top import Activity, Line, Page, Picture, merge, render

_LECTURE = "0192f0c1-2b7a-7cc3-9b1e-5a2f6d0c4e11"


def _page(*lines: Line) -> Page:
    return Page(300, 0, list(lines))


def test_replicas_count_together() -> None:
    """The busiest activity comes first."""
    found = merge(
        [
            _page(Line(_LECTURE, "accepted", "", 2), Line(None, "refused", "QR_MALFORMED", 3)),
            _page(Line(_LECTURE, "accepted", "", 1), Line(_LECTURE, "refused", "TOO_LATE", 4)),
        ]
    )
    assert [(activity.activity_id, activity.total) for activity in found] == [(_LECTURE, 7), (None, 3)]
    assert found[0].outcomes == {"accepted": 3, "refused": 4}
    assert found[0].reasons == {"TOO_LATE": 4}


def test_a_line_shows_title_counts_and_reasons() -> None:
    """And what is missing is said above them."""
    activity = Activity(_LECTURE, "新生讲座")
    activity.outcomes.update({"accepted": 1200, "refused": 4})
    activity.reasons.update({"TOO_LATE": 4})
    picture = Picture(300, ["checkin"], {"checkin.1": "does not answer"}, 1204, [activity], hidden=2)
    lines = [*render(picture, coloured=False)]
    assert lines[0] == "1,204 answers in the last 5 min, from 1 replica of checkin"
    assert lines[1] == "checkin.1 is missing: does not answer"
    assert lines[4].split() == [_LECTURE, "1,204", "1,200", "0", "0", "0", "4", "新生讲座", "TOO_LATE", "4"]
    assert lines[5] == "and 2 more activities: --limit shows them"


def test_a_quiet_system_says_so() -> None:
    """Not an empty table."""
    assert [*render(Picture(300, ["checkin"], {}, 0, []), coloured=False)][-1] == "Nobody has checked in lately."
