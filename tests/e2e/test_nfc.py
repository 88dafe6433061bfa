"""NFC tags from their making to the record: static ones, SUN ones, and readings that Redis has forgotten."""

import random

import pytest
import pytest_asyncio

from servicekit.ids import from_text
from tests.e2e.api import OUTSIDE, Activity, Api, Person, at, by_nfc, expect, outcome
from tests.e2e.nfc import accepted, at_once, insisted, made, opened, static, sun, tags_of, told
from tests.e2e.stack import Outage, attempts_of, eventually, query, remembered

# So slow a recorder, and so long a quiet: one that is busy takes longer.
TRUSTED_WITHIN_S = 90.0


@pytest_asyncio.fixture(loop_scope="session")
async def nfc(api: Api, organiser: Person, organisation_id: str) -> Activity:
    """An activity that takes tags, with two gates and no say of the fence."""
    return await opened(api, organiser, organisation_id)


async def test_a_tag_is_made_listed_and_taken_back(nfc: Activity) -> None:
    """The keys of a SUN tag are told nobody again, what a static one says is; twice taken back is taken back."""
    first, second = await made(nfc, "static", gate="东门"), await made(nfc, "sun")
    assert [tag["url"] for tag in await tags_of(nfc)] == [None, first["url"]]

    assert "sun" not in first and first["tag"]["gate"] == "东门" and second["tag"]["gate"] is None
    assert second["url"] == second["sun"]["url_template"]
    # Seven bytes come before it: the length of the file, the head of the record, and `http://` as one.
    written = second["url"].removeprefix("http://")
    assert second["sun"]["picc_offset"] == 7 + written.index("?e=") + 3
    assert second["sun"]["mac_offset"] == second["sun"]["mac_input_offset"] == 7 + written.index("&c=") + 3
    path = f"{nfc.path}/nfc-tags/{first['tag']['tag_id']}"
    assert [(await nfc.owner.request("DELETE", path)).status_code for _ in range(2)] == [204, 204]
    listed = await tags_of(nfc)
    assert [tag["tag_id"] for tag in listed] == [second["tag"]["tag_id"], first["tag"]["tag_id"]]
    assert listed[0] == second["tag"] and listed[1]["revoked_at"] is not None
    assert [tag["url"] for tag in listed] == [None, None]


async def test_what_is_wrong_with_a_tag_is_named(nfc: Activity) -> None:
    """Each field by its name; the fifty-first living one is a conflict that says what to do."""
    for body, field in (
        ({"kind": "static", "label": ""}, "label"),
        ({"kind": "static", "label": "门" * 41}, "label"),
        ({"kind": "static", "label": "a\u202eb"}, "label"),
        ({"kind": "desfire", "label": "门"}, "kind"),
        ({"kind": "static", "label": "门", "gate": "南门"}, "gate"),
    ):
        refused = expect(await nfc.owner.post(f"{nfc.path}/nfc-tags", body), 422)
        assert [each["field"] for each in refused["errors"]] == [field]
    for _ in range(50):
        await made(nfc, "static")
    full = expect(await nfc.owner.post(f"{nfc.path}/nfc-tags", {"kind": "static", "label": "门"}), 409)
    assert (full["reason"], full["metadata"]["quota"]) == ("TOO_MANY_TAGS", "50")


async def test_a_static_tag_is_worth_the_place_that_proves_it(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Inside the fence it lets people in, though the fence itself has no say; else a human looks."""
    activity = await opened(api, organiser, organisation_id)
    text = await static(activity, gate="西门")
    people = [await api.sign_in() for _ in range(3)]

    near = expect(await people[0].check_in(by_nfc(text, gate="东门")), 201)["checkin"]
    far = await told(people[1], text, location=at(OUTSIDE))
    nowhere = await told(people[2], text, location=None)

    # Where the tag hangs counts, not what the phone says.
    assert (near["outcome"], near["method"], near["gate"]) == ("accepted", "nfc", "西门")
    assert far == ("pending_review", ["FENCE_OUTSIDE"])
    assert nowhere == ("pending_review", ["LOCATION_MISSING"])


async def test_a_static_tag_without_any_place_goes_to_a_human(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """An activity that has nothing to prove a place with has nothing that a copied text needs."""
    activity = await opened(api, organiser, organisation_id, place=None)
    assert await told(person, await static(activity)) == ("pending_review", ["LOCATION_MISSING"])


async def test_a_sun_reading_belongs_to_its_first_attempt(nfc: Activity, api: Api, person: Person) -> None:
    """The same attempt may be sent again; somebody else, or another try, is told to touch the tag."""
    tag = await sun(nfc)
    reading = tag.touch()
    attempt = by_nfc(reading, location=None)

    assert [outcome(await person.check_in(attempt)) for _ in range(2)] == ["accepted", "accepted"]
    stranger = await api.sign_in()
    assert await told(stranger, reading) == ("refused", ["NFC_REPLAY"])
    assert await told(stranger, tag.touch(), location=None) == ("accepted", [])
    await eventually(lambda: len(attempts_of(person.user_id)) == 1)


async def test_readings_come_in_any_order(nfc: Activity, api: Api) -> None:
    """Who touched first may be the last whose phone gets through."""
    tag = await sun(nfc)
    readings = [tag.touch() for _ in range(6)]
    people = [await api.sign_in() for _ in readings]
    shuffled = random.sample(readings, len(readings))
    assert [await accepted(*each) for each in zip(people, shuffled, strict=True)] == [True] * 6


async def test_a_tag_is_of_its_activity_and_as_its_kind(
    nfc: Activity, api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """Neither a text without a reading, nor the reading of another tag, nor that of another activity."""
    tag, other = await sun(nfc), await opened(api, organiser, organisation_id)
    elsewhere = await sun(other)
    e, c = elsewhere.chip.touch()
    for token in (tag.text, f"{tag.text}.{e}.{c}", f"{await static(nfc)}.{e}.{c}"):
        assert await told(person, token) == ("refused", ["NFC_UNKNOWN"])
    assert await told(person, elsewhere.touch(), activity_id=nfc.id) == ("refused", ["NFC_UNKNOWN"])
    assert await told(person, elsewhere.touch(), activity_id=other.id) == ("accepted", [])


async def test_a_revoked_tag_lets_nobody_in(nfc: Activity, api: Api, person: Person) -> None:
    """From when checkin hears of it, which takes a moment."""
    text, tag = await static(nfc), await sun(nfc)
    assert await accepted(person, text)
    for each in await tags_of(nfc):
        assert (await nfc.owner.request("DELETE", f"{nfc.path}/nfc-tags/{each['tag_id']}")).status_code == 204

    async def is_refused() -> bool:
        return await told(await api.sign_in(), text) == ("refused", ["NFC_UNKNOWN"])

    await eventually(is_refused)
    assert await told(await api.sign_in(), tag.touch()) == ("refused", ["NFC_UNKNOWN"])


async def test_an_activity_that_takes_no_tags_says_so(activity: Activity, person: Person) -> None:
    """The tag is known, and still the wrong way."""
    assert await told(person, await static(activity)) == ("refused", ["METHOD_NOT_ALLOWED"])


async def test_staff_see_when_a_tag_was_last_seen(nfc: Activity, api: Api) -> None:
    """The highest reading counts, whatever comes last."""
    tag, text = await sun(nfc), await static(nfc)
    readings = [tag.touch() for _ in range(3)]
    for reading in (readings[2], readings[0], text):
        assert await accepted(await api.sign_in(), reading)

    async def seen() -> bool:
        told = {each["kind"]: each for each in await tags_of(nfc)}
        return bool(told["sun"]["last_counter"] == 3 and told["sun"]["last_seen_at"] and told["static"]["last_seen_at"])

    await eventually(seen)
    assert {each["last_counter"] for each in await tags_of(nfc) if each["kind"] == "static"} == {None}


async def test_who_opens_a_tag_in_a_browser_is_told_of_wechat(nfc: Activity, api: Api) -> None:
    """What a tag says is drawn for WeChat's scanner, and nothing else of the address is on the page."""
    text = await static(nfc)
    pages = [await api.http.get(f"/n/{each}") for each in (text, "%3Cscript%3E", "x" * 500)]
    assert {page.status_code for page in pages} == {200} and pages[1].text == pages[2].text
    assert all("请用微信打开" in page.text for page in pages) and text not in pages[0].text
    assert ["<svg" in page.text for page in pages] == [True, False, False]


async def test_a_rush_at_one_tag(nfc: Activity, api: Api) -> None:
    """300 touches, fifty at once and in any order, are 300 people let in, and each reading is of no use to others."""
    tag = await sun(nfc)
    readings = [tag.touch() for _ in range(300)]
    people = await at_once(4, [api.sign_in() for _ in readings])
    attempts = [by_nfc(reading, location=None) for reading in random.sample(readings, len(readings))]
    for _ in range(2):
        taps = [insisted(person, attempt) for person, attempt in zip(people, attempts, strict=True)]
        assert await at_once(50, taps) == ["accepted"] * 300

    for reading in random.sample(readings, 20):
        assert await told(await api.sign_in(), reading) == ("refused", ["NFC_REPLAY"])
    occurrence = from_text(nfc.occurrence_id)
    held = (
        "SELECT COUNT(DISTINCT user_id) AS people, COUNT(*) AS seats FROM seats WHERE occurrence_id = %s AND state = 2"
    )

    tried = "SELECT judgement, method, COUNT(*) AS n FROM attempts WHERE occurrence_id = %s GROUP BY 1, 2"

    def reconciled() -> bool:
        """Who was told so is written down a moment later."""
        rows = {(row["judgement"], row["method"], row["n"]) for row in query(tried, occurrence)}
        return rows == {(4, 3, 300), (1, 3, 20)} and query(held, occurrence) == [{"people": 300, "seats": 300}]

    await eventually(reconciled)


@pytest.mark.alone
async def test_what_redis_forgot_goes_to_a_human_until_it_is_trusted_again(
    nfc: Activity, api: Api, outages: list[Outage]
) -> None:
    """Used readings are not good again; what was never seen is, once all that came before is recorded."""
    tag = await sun(nfc)
    used, unused, *later = [tag.touch() for _ in range(40)]
    # The highest that was recorded: what is below may have been used.
    high = tag.touch()
    for reading in (used, high):
        assert await insisted(await api.sign_in(), by_nfc(reading)) == "accepted"
    outages.append(Outage("redis", "checkin"))
    outages.pop().end()

    async def doubted() -> bool:
        answer = await (await api.sign_in()).check_in(by_nfc(later[-1]))
        # Nobody took it.
        if answer.status_code == 503:
            return False
        later.pop()
        return [each["reason"] for each in answer.json().get("checkin", {}).get("reasons", [])] == ["NFC_UNCHECKED"]

    await eventually(doubted)
    assert [tag["last_counter"] for tag in await tags_of(nfc)] == [41]
    key = f"checkin:nfc:{{{from_text(nfc.id).hex()}}}:".encode() + from_text(tag.tag["tag_id"])
    await eventually(lambda: remembered().hget(key, "from") == b"41", TRUSTED_WITHIN_S)
    for reading in (used, unused):
        assert await told(await api.sign_in(), reading) == ("pending_review", ["NFC_UNCHECKED"])
        assert await told(await api.sign_in(), reading) == ("refused", ["NFC_REPLAY"])
    assert await told(await api.sign_in(), tag.touch()) == ("accepted", [])


@pytest.mark.alone
async def test_without_redis_a_reading_goes_to_a_human_and_to_nobody_else(
    nfc: Activity, api: Api, outages: list[Outage]
) -> None:
    """Once Redis is back, what was brought meanwhile is its attempt's still."""
    tag, first = await sun(nfc), await api.sign_in()
    assert await insisted(await api.sign_in(), by_nfc(tag.touch())) == "accepted"
    reading = tag.touch()
    outages.append(Outage("redis"))
    answer = await first.check_in(by_nfc(reading))
    assert outcome(answer) in ("pending_review", "provisional")
    outages.pop().end()

    async def is_taken() -> bool:
        return await told(await api.sign_in(), reading) == ("refused", ["NFC_REPLAY"])

    await eventually(is_taken, TRUSTED_WITHIN_S)
