"""Reports over the public API: a term that is over, what is asked wrongly, and advice that goes where it is applied."""

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from servicekit.clock import to_rfc3339
from tests.e2e import past
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect
from tests.e2e.stack import eventually

_FENCED = {
    "place": {"name": "图书馆", "latitude": 25.04, "longitude": 102.71, "coord": "gcj02", "radius_m": 200},
    "policy": {"fence": "review"},
}


class Term:
    """An organisation whose term is over, and an activity that is open."""

    def __init__(self, owner: Person, organisation_id: str, activity: Activity) -> None:
        self.owner, self.activity = owner, activity
        self.path = f"/v1/organisations/{organisation_id}"
        today = datetime.now(UTC).date()
        self.period = {"from": str(today - timedelta(days=120)), "to": str(today + timedelta(days=1))}

    async def get(self, report: str, **query: str) -> Json:
        """A report of the term."""
        return expect(await self.owner.get(f"{self.path}/{report}", **self.period, **query))


@pytest_asyncio.fixture(loop_scope="session")
async def term(api: Api) -> Term:
    """Forty people of two groups."""
    owner = await api.sign_in()
    organisation_id = await api.found(owner)
    made = expect(await owner.post(f"/v1/organisations/{organisation_id}/rosters", {"title": "高一"}))
    rows = "\n".join(f"学生{number:02d},{'一班' if number % 2 else '二班'}" for number in range(40))
    imports = f"/v1/rosters/{made['id']}/imports"
    sent = expect(await api.http.post(imports, content=f"name,group\n{rows}\n".encode(), headers=owner.headers))

    async def reaches(state: str) -> bool:
        return bool(expect(await owner.get(f"{imports}/{sent['id']}"))["state"] == state)

    await eventually(lambda: reaches("ready"))
    expect(await owner.post(f"{imports}/{sent['id']}/apply", {}))
    await eventually(lambda: reaches("applied"))
    activity = await api.open_activity(owner, organisation_id, **_FENCED)
    found = Term(owner, organisation_id, activity)

    async def is_known() -> bool:
        return bool((await found.get("quality", activity_id=activity.id))["whole"]["occurrences"])

    await eventually(is_known)
    await past.tell(organisation_id, made["id"], activity.id)
    return found


async def test_a_term_is_told_by_time_group_and_person(term: Term) -> None:
    """Two series of twelve weeks: what is told of one way adds up to what is told the other."""
    weeks, groups = await term.get("trends", by="week"), await term.get("trends", by="group")
    whole = weeks["period"]["whole"]
    assert (whole["counted"], whole["expected"], weeks["counting"]) == (24, 960, 0)
    for told in (weeks, groups):
        points = [point["figures"] for point in told["period"]["points"]]
        assert sum(figures["came"] or 0 for figures in points) == whole["came"]
    assert [point["key"] for point in groups["period"]["points"]] == ["一班", "二班"]
    weekdays = (await term.get("trends", by="weekday"))["period"]["points"]
    assert {"1", "5"} <= {point["key"] for point in weekdays}
    by_activity = await term.get("trends", by="activity", group="一班")
    assert {point["title"] for point in by_activity["period"]["points"]} == {"周一早读", "周五班会"}

    behaviour = await term.get("behaviour")
    assert (behaviour["occurrences"], behaviour["people"]) == (24, 40)
    assert sum(step["came"] for step in behaviour["series"]) == whole["came"]
    assert behaviour["findings"][0]["code"] == "ABSENT_STREAK"
    assert behaviour["absent"][0]["in_a_row"] >= 3
    assert behaviour["absent"][0]["name"].startswith("学生")
    assert behaviour["absent_people"] == behaviour["findings"][0]["numbers"]["people"]


async def test_two_periods_and_two_activities_are_laid_beside(term: Term) -> None:
    """Each with its own points and curves."""
    by_activity = (await term.get("trends", by="activity"))["period"]["points"]
    ids = {point["title"]: point["key"] for point in by_activity}
    both = await term.get("trends", by="week", activity_id=ids["周一早读"], compare_activity_id=ids["周五班会"])
    assert both["period"]["whole"]["came"] > both["compared"]["whole"]["came"] > 0
    for side in ("period", "compared"):
        curves = both[side]["curves"]
        assert len(curves) == 6
        assert len({curve["step_min"] for curve in curves}) == 1
        assert all(step["offset_min"] >= -30 for curve in curves for step in curve["steps"])
    earlier = await term.get("trends", compare_from="2020-01-01", compare_to="2020-01-31")
    assert (earlier["compared"]["whole"]["occurrences"], earlier["compared"]["whole"]["rate"]) == (0, None)


async def test_a_check_in_shows_at_once(api: Api, term: Term) -> None:
    """In the day of its activity, and among those who tried."""
    before = await term.get("trends", activity_id=term.activity.id)
    attendee = await api.sign_in()
    expect(await attendee.check_in(by_qr(await term.activity.token(), client={"scan_ms": 900})), 201, 202)
    event = {"name": "tap_to_answer", "took_ms": 420, "activity_id": term.activity.id}
    assert (await attendee.post("/v1/client-events", {"events": [event]})).status_code == 204

    async def is_told() -> bool:
        after = await term.get("trends", activity_id=term.activity.id)
        tried = ("checked_in", "doubtful", "provisional")
        told, known = after["period"]["whole"], before["period"]["whole"]
        return sum(told[name] for name in tried) == sum(known[name] for name in tried) + 1

    await eventually(is_told)
    assert (await term.get("quality", activity_id=term.activity.id))["whole"]["answers"] == 41


async def test_advice_is_applied_where_it_says_or_hidden(term: Term) -> None:
    """The change is a body of the edit route; once it is made there is nothing to advise."""
    [advice] = (await term.get("quality"))["advice"]
    assert (advice["code"], advice["change"]) == ("FENCE_WIDER", {"place": {"radius_m": 500.0}})
    assert advice["numbers"]["people"] == 40
    hidden = {"code": advice["code"], "activity_id": advice["activity_id"]}
    for dismissed in (True, False):
        body = {**hidden, "dismissed": dismissed}
        response = await term.owner.request("PUT", f"{term.path}/quality/dismissals", json=body)
        assert response.status_code == 204
        assert [each["is_dismissed"] for each in (await term.get("quality"))["advice"]] == [dismissed]
    activity = f"/v1/activities/{advice['activity_id']}"
    seen = expect(await term.owner.get(activity))["revision"]
    stale = await term.owner.request("PATCH", activity, json={**advice["change"], "revision": seen - 1})
    assert stale.status_code == 409
    expect(await term.owner.request("PATCH", activity, json={**advice["change"], "revision": seen}))
    assert (await term.get("quality"))["advice"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-09-02", "to": "2026-09-01"}, "from"),
        ({"from": "1926-01-01", "to": "2026-01-01"}, "from"),
        ({"from": "2000-01-01", "to": "2099-12-31"}, "from"),
        ({"to": "1/9/2026"}, "to"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"compare_from": "2026-01-01"}, "compare_to"),
        ({"compare_from": "2026-02-01", "compare_to": "2026-01-01"}, "compare_from"),
        ({"by": "moon"}, "by"),
        ({"activity_id": "7"}, "activity_id"),
    ],
)
async def test_what_is_asked_wrongly_is_told_with_the_cure(
    organiser: Person, organisation_id: str, query: dict[str, str], field: str
) -> None:
    """Never an empty report."""
    response = await organiser.get(f"/v1/organisations/{organisation_id}/trends", **query)
    assert response.status_code in (400, 422)
    assert field in [each["field"] for each in response.json()["errors"]]


async def test_nothing_to_tell_is_told_as_nothing(organiser: Person, organisation_id: str) -> None:
    """An organisation that never held anything."""
    path = f"/v1/organisations/{organisation_id}"
    trends = expect(await organiser.get(f"{path}/trends"))
    assert (trends["period"]["points"], trends["period"]["whole"]["rate"], trends["compared"]) == ([], None, None)
    assert expect(await organiser.get(f"{path}/quality"))["whole"]["success_rate"] is None
    assert expect(await organiser.get(f"{path}/behaviour"))["findings"] == []
    assert to_rfc3339(0) < trends["as_of"]
    cohorts = expect(await organiser.get(f"{path}/cohorts"))
    assert (cohorts["cohorts"], cohorts["funnel"]) == ([], {"first": 0, "day_7": 0, "rate": None})


async def test_who_begins_to_collect_points_is_a_cohort_of_this_week(api: Api) -> None:
    """At an activity that gives points alone; what comes on days that are not over is null."""
    owner = await api.sign_in()
    organisation_id = await api.found(owner)
    for kind in ("points", "event"):
        activity = await api.open_activity(owner, organisation_id, kind=kind)
        expect(await (await api.sign_in()).check_in(by_qr(await activity.token())), 201, 202)

    async def began() -> bool:
        return len(expect(await owner.get(f"/v1/organisations/{organisation_id}/cohorts"))["cohorts"]) == 1

    await eventually(began)
    told = expect(await owner.get(f"/v1/organisations/{organisation_id}/cohorts"))
    [cohort] = told["cohorts"]
    assert (cohort["people"], cohort["day_7"], cohort["day_30"]) == (1, None, None)
    assert told["funnel"]["first"] == 0
