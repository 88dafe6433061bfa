"""Papers over the public API: what the PDFs say, who may have them, and where the QR of a proof leads."""

import io
import re
from datetime import UTC, datetime, timedelta

import python_calamine

from servicekit import ids
from tests.e2e.api import OUTSIDE, Api, Json, Person, at, by_qr, expect
from tests.e2e.stack import eventually, query
from tests.e2e.test_expected import Roster, a_listed_activity
from tests.e2e.test_exports import a_class, ask, ended, fetched
from tests.pdfs import text_of


async def paper(person: Person, report: str, **wish: object) -> str:
    """What a paper says, once it is made."""
    content = await fetched(person, await ask(person, report=report, format="pdf", **wish))
    assert content.startswith(b"%PDF")
    return text_of(content)


async def test_a_report_says_who_came(api: Api, organiser: Person, organisation_id: str) -> None:
    """Figures on the first page are those of MySQL; a name that looks like a formula is a name."""
    activity = await a_class(api, organiser, organisation_id)
    told = await paper(organiser, "activity", activity_id=activity.id)
    [stored] = query(
        "SELECT COUNT(*) AS came FROM reporting.facts WHERE activity_id = %s AND status = 1",
        ids.from_text(activity.id),
        user="admin",
    )
    front = told.partition("到场过程")[0]
    assert "应到\n4\n" in front and f"实到\n{stored['came']}\n" in front and "签到率\n50.0%" in front
    assert "应到 4 人，到场 2 人，签到率 50.0%" in front
    assert "=1+1" in told and "一班（4 人）" in told and "名单外" in told
    sheet = await paper(organiser, "sign_sheet", activity_id=activity.id)
    assert "签到表" in sheet and "=1+1" in sheet and "扫码" in sheet


async def test_an_organisation_has_a_report_of_its_period(api: Api, organiser: Person, organisation_id: str) -> None:
    """For its organisers; staff may not have it, and what nobody held says so."""
    await a_class(api, organiser, organisation_id)
    now = datetime.now(UTC)
    period = {"from": (now - timedelta(days=2)).isoformat(), "to": (now + timedelta(days=1)).isoformat()}
    told = await paper(organiser, "organisation", organisation_id=organisation_id, **period)
    assert "组织报告" in told and "各项活动" in told and "50.0%" in told
    long_ago = {"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}
    empty = await paper(organiser, "organisation", organisation_id=organisation_id, **long_ago)
    assert "这段时间没有举行过活动" in empty
    staff = await api.sign_in()
    await api.introduce(organiser, organisation_id, staff)
    members = f"/v1/organisations/{organisation_id}/members"
    expect(await organiser.post(members, {"user_id": staff.user_id, "role": "staff"}), 201)
    wish = {"report": "organisation", "format": "pdf", "organisation_id": organisation_id, **period}
    expect(await staff.post("/v1/exports", wish), 403)


async def test_a_proof_is_true_until_it_is_annulled(api: Api, organiser: Person, organisation_id: str) -> None:
    """Its QR leads to a page for anybody, which tells the ends of a name, and what is so now."""
    roster, person = Roster(organisation_id), await api.sign_in()
    roster.bind(roster.enter("王小明"), person)
    activity = await a_listed_activity(api, organiser, organisation_id, roster)
    accepted = expect(await person.check_in(by_qr(await activity.token())))["checkin"]
    await activity.these_people(1, status="checked_in")
    wish = {"activity_id": activity.id, "proof": {"user_ids": [person.user_id], "minimum_sessions": 1}}
    content = await fetched(organiser, await ask(organiser, report="proof", format="pdf", **wish))
    assert "参会证明" in text_of(content) and "王小明" in text_of(content)
    [url] = re.findall(r"http\S+/v/\S+", text_of(content))
    page = await api.http.get(url)
    assert page.status_code == 200 and "证明有效" in page.text and "王*明" in page.text and "王小明" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"

    expect(await organiser.post(f"/v1/checkins/{accepted['id']}/annul", {"reason": "代签"}), 200, 202)

    async def is_annulled() -> bool:
        return "证明已失效" in (await api.http.get(url)).text

    await eventually(is_annulled)
    forged = url[:-4] + ("AAAA" if url[-4:] != "AAAA" else "BBBB")
    unknown = await api.http.get(forged)
    assert unknown.status_code == 404 and "查不到这份证明" in unknown.text


async def test_files_say_who_let_somebody_in(api: Api, organiser: Person, organisation_id: str) -> None:
    """By name, when and why: in the report, and in the register's table of exceptions."""
    expect(await organiser.request("PATCH", "/v1/me", json={"name": "王老师"}))
    person = await api.sign_in()
    activity = await api.open_activity(organiser, organisation_id, policy={"fence": "review"})
    expect(await person.check_in(by_qr(await activity.token(), location=at(OUTSIDE))), 201)
    await activity.these_people(1, status="pending_review")
    [case] = expect(await organiser.get("/v1/reviews", activity_id=activity.id))["reviews"]
    decided = {"revision": case["revision"], "reason": "隔壁楼上课，已核对"}
    expect(await organiser.post(f"/v1/reviews/{case['id']}/approve", decided), 200, 202)
    await activity.these_people(1, status="checked_in")

    told = (await paper(organiser, "activity", activity_id=activity.id)).replace("\n", "")
    assert "处理意见" in told and "王老师" in told and "隔壁楼上课" in told, told
    made = await fetched(organiser, await ask(organiser, report="register", format="xlsx", activity_id=activity.id))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made))
    head, row = book.get_sheet_by_name("异常").to_python()
    found = dict(zip(head, row, strict=True))
    assert (found["处理人"], found["处理意见"]) == ("王老师", "隔壁楼上课，已核对")
    assert isinstance(found["处理时间"], datetime)


async def test_papers_answer_for_what_cannot_be_made(api: Api, organiser: Person, organisation_id: str) -> None:
    """A paper is no table and a table no paper; nobody who came long enough is said, and zero check-ins are a paper."""
    activity = await a_class(api, organiser, organisation_id)
    wish: Json = {"activity_id": activity.id}
    for report, form in (("activity", "csv"), ("people", "pdf"), ("proof", "xlsx")):
        refused = expect(await organiser.post("/v1/exports", {**wish, "report": report, "format": form}), 422)
        assert refused["errors"][0]["field"] == "format"
    too_much = {**wish, "report": "activity", "format": "pdf", "proof": {"minimum_minutes": 5}}
    expect(await organiser.post("/v1/exports", too_much), 422)
    long_stay = await ask(organiser, report="proof", format="pdf", **wish, proof={"minimum_minutes": 600})
    failed = await ended(organiser, long_stay)
    assert (failed["state"], failed["reason"]) == ("failed", "NOBODY_QUALIFIES")
