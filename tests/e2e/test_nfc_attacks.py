"""What people try with tags: links that are none, readings of others, tags of elsewhere, a stack that is not well."""

import asyncio
from contextlib import closing

import pytest
import pytest_asyncio

from deploy.local import launch
from servicekit.ids import from_text
from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_nfc, by_qr, expect, outcome
from tests.e2e.nfc import accepted, insisted, made, opened, static, sun, tags_of, text_of, told
from tests.e2e.stack import Outage, attempts_of, connect, eventually, remembered
from tests.e2e.test_degradation import settled, switch

UNKNOWN, REPLAY = ("refused", ["NFC_UNKNOWN"]), ("refused", ["NFC_REPLAY"])
UNCHECKED = ("pending_review", ["NFC_UNCHECKED"])


@pytest_asyncio.fixture(loop_scope="session")
async def nfc(api: Api, organiser: Person, organisation_id: str) -> Activity:
    """An activity that takes tags, with no say of the fence."""
    return await opened(api, organiser, organisation_id)


LATER = {"methods": ["nfc"], "starts_at": "2030-03-01T09:00:00+08:00", "ends_at": "2030-03-01T11:00:00+08:00"}


async def revoke(activity: Activity, tag: Json) -> None:
    """Takes a tag back."""
    path = f"{activity.path}/nfc-tags/{tag['tag_id']}"
    assert (await activity.owner.request("DELETE", path)).status_code == 204


async def test_what_is_no_touch_is_refused_or_named(nfc: Activity, api: Api) -> None:
    """Cut off, changed, too long, in other letters or none at all; nothing of it is an error of ours."""
    tag = await sun(nfc)
    text, e, c = tag.touch().split(".")
    for token in (
        text,
        text[:-1],
        f"{text}.",
        f"{text}.{e}",
        f"{text}.{c}.{e}",
        f"{text}.{e}.{'0' * 16}",
        f"{text}.{'0' * 32}.{c}",
        f"{text}?e={e}&c={c}",
        f"{text}.{e}.{c}.{c}",
        f" {text}.{e}.{c}",
        "签到" * 40,
        "\u202e" + text,
        "\x00" * 59,
        "..",
    ):
        assert await told(await api.sign_in(), token) == UNKNOWN, token
    for token in ("A" * 257, "签" * 100, ""):
        answer = await (await api.sign_in()).check_in(by_nfc(token))
        assert answer.status_code == 422 and "token" in answer.json()["detail"], token
    assert await told(await api.sign_in(), f"{text}.{e.lower()}.{c.lower()}") == ("accepted", [])


async def test_a_reading_of_two_people_at_once_is_one_s(nfc: Activity, api: Api) -> None:
    """Whoever copied it; and the same person's second try is another attempt."""
    tag = await sun(nfc)
    for _ in range(3):
        reading, people = tag.touch(), [await api.sign_in() for _ in range(4)]
        ends = await asyncio.gather(*(told(each, reading) for each in people))
        assert sorted(ends) == [("accepted", [])] + [REPLAY] * 3


async def test_a_tag_that_was_read_at_home_still_lets_people_in(nfc: Activity, api: Api) -> None:
    """Whoever stole it and read it ten thousand times has made the readings before it worthless, and no later one."""
    tag = await sun(nfc)
    late, fresh = tag.touch(), await api.sign_in()
    tag.chip.counter += 10_000
    assert await accepted(await api.sign_in(), tag.touch())
    assert await told(fresh, late) == REPLAY
    assert await accepted(fresh, tag.touch())
    tag.chip.counter = 2**24 - 2
    assert await accepted(await api.sign_in(), tag.touch())

    async def counted() -> bool:
        return [each["last_counter"] for each in await tags_of(nfc)] == [2**24 - 1]

    await eventually(counted)


async def test_a_copy_of_an_activity_has_no_tags(nfc: Activity, api: Api) -> None:
    """What hangs at the door says which activity it is of."""
    text, headers = await static(nfc), {"idempotency-key": "again"}
    body = {"starts_at": "2027-03-01T09:00:00"}
    twin = expect(await nfc.owner.request("POST", f"{nfc.path}/copy", json=body, headers=headers))["id"]
    assert expect(await nfc.owner.get(f"/v1/activities/{twin}/nfc-tags"))["tags"] == []
    assert await told(await api.sign_in(), text, activity_id=twin) == UNKNOWN


@pytest.mark.parametrize(("deed", "reason"), [("close", "TOO_LATE"), ("cancel", "ACTIVITY_CANCELLED")])
async def test_a_tag_of_what_is_over_lets_nobody_in(nfc: Activity, api: Api, deed: str, reason: str) -> None:
    """And it gets no new ones."""
    tag = await sun(nfc)
    assert await accepted(await api.sign_in(), tag.touch())
    expect(await nfc.owner.post(f"{nfc.path}/{deed}"))

    async def is_refused() -> bool:
        return await told(await api.sign_in(), tag.touch()) == ("refused", [reason])

    await eventually(is_refused)
    expect(await nfc.owner.post(f"{nfc.path}/nfc-tags", {"kind": "static", "label": "门"}), 409)


async def test_a_tag_made_again_is_another(nfc: Activity, api: Api) -> None:
    """The old sticker says the old text, whatever the new tag is called."""
    first = await made(nfc, "static")
    await revoke(nfc, first["tag"])
    second = await made(nfc, "static")
    assert text_of(first) != text_of(second)

    async def is_over() -> bool:
        return await told(await api.sign_in(), text_of(first)) == UNKNOWN

    await eventually(is_over)
    assert await accepted(await api.sign_in(), text_of(second))


async def test_a_copied_link_at_home_waits_and_the_qr_at_the_door_counts(nfc: Activity, person: Person) -> None:
    """Both are one seat: what waited is superseded, and a touch after it is a duplicate."""
    text, tag = await static(nfc), await sun(nfc)
    at_home = expect(await person.check_in(by_nfc(text, location=at(OUTSIDE))), 201)["checkin"]
    assert at_home["outcome"] == "pending_review"
    assert outcome(await person.check_in(by_qr(await nfc.token()))) == "accepted"
    assert (await told(person, tag.touch()))[0] == "duplicate"

    async def superseded() -> bool:
        return bool((await person.record(at_home["id"]))["outcome"] == "superseded")

    await eventually(superseded)


async def test_readings_that_were_over_before_an_activity_that_was_put_off(nfc: Activity, api: Api) -> None:
    """Redis let go of them a day after the first close; then a used one lets nobody in, and a new one does."""
    tag = await sun(nfc)
    used = tag.touch()
    assert await accepted(await api.sign_in(), used)

    async def known() -> bool:
        return [each["last_counter"] for each in await tags_of(nfc)] == [1]

    await eventually(known)
    key = f"checkin:nfc:{{{from_text(nfc.id).hex()}}}:".encode() + from_text(tag.tag["tag_id"])

    async def doubted() -> bool:
        """Once checkin knows what activity knows."""
        remembered().delete(key)
        return await told(await api.sign_in(), used) == UNCHECKED

    await eventually(doubted)
    assert await accepted(await api.sign_in(), tag.touch())


async def test_staff_see_a_touch_before_the_time_and_no_copied_text(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Whoever hangs a tag tries it before anybody comes; what is sent from home is no sign of a chip."""
    activity = await api.open_activity(organiser, organisation_id, **LATER)
    tried, copied = await sun(activity), await sun(activity)
    person = await api.sign_in()
    assert (await told(person, tried.touch()))[1] == ["TOO_EARLY"]
    assert (await told(person, copied.text))[1] == ["TOO_EARLY"]

    async def seen() -> bool:
        return {tag["tag_id"]: bool(tag["last_seen_at"]) for tag in await tags_of(activity)}[tried.tag["tag_id"]]

    await eventually(seen)
    tags = {tag["tag_id"]: tag for tag in await tags_of(activity)}
    assert tags[copied.tag["tag_id"]]["last_seen_at"] is None
    # What was refused was used by nobody.
    assert tags[tried.tag["tag_id"]]["last_counter"] is None


async def test_neither_keys_nor_readings_are_written_down(nfc: Activity, api: Api) -> None:
    """Not in a log, not in a list, not in what a person reads, not in a row."""
    told_once = await made(nfc, "sun")
    tag = await sun(nfc)
    reading, person = tag.touch(), await api.sign_in()
    assert await accepted(person, reading)
    assert (await told(await api.sign_in(), reading)) == REPLAY
    secrets = [*(told_once["sun"][name] for name in ("meta_read_key", "file_read_key")), *reading.split(".")[1:]]
    history = (await person.get("/v1/me/checkins")).text
    listed = (await nfc.owner.get(f"{nfc.path}/nfc-tags")).text
    await eventually(lambda: len(attempts_of(person.user_id)) == 1)
    with closing(connect("activity", "activity")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nfc_tags WHERE activity_id = %s", from_text(nfc.id))
        rows = [value for row in cursor.fetchall() for value in row.values() if isinstance(value, bytes)]
    logs = "".join(path.read_text(errors="replace") for path in launch.LOGS.glob("*.log"))
    for secret in secrets:
        assert all(secret.lower() not in text.lower() for text in (history, listed, logs))
        assert len(rows) > 4 and all(bytes.fromhex(secret) not in value for value in rows)


@pytest.mark.alone
async def test_a_touch_while_checkin_is_gone_waits_with_a_receipt(
    nfc: Activity, api: Api, outages: list[Outage]
) -> None:
    """It is not refused as a QR that is none; it counts from its first arrival, though its tag is revoked meanwhile."""
    told_once, tag = await made(nfc, "static"), await sun(nfc)
    attempts = [by_nfc(text_of(told_once)), by_nfc(tag.touch())]
    people = [await api.sign_in() for _ in attempts]
    for person, token in ((await api.sign_in(), tag.touch()), (await api.sign_in(), text_of(told_once))):
        assert await accepted(person, token)
    outages.append(Outage("checkin"))
    saved = [await person.check_in(each) for person, each in zip(people, attempts, strict=True)]
    assert [(each.status_code, bool(each.json().get("receipt"))) for each in saved] == [(503, True)] * 2
    for each in await tags_of(nfc):
        await revoke(nfc, each)
    outages.pop().end()

    for person, attempt, answer in zip(people, attempts, saved, strict=True):
        assert await insisted(person, attempt | {"receipt": answer.json()["receipt"]}) == "accepted"
    assert await told(await api.sign_in(), tag.touch()) == UNKNOWN


@pytest.mark.alone
async def test_what_could_not_be_judged_is_by_the_tags_of_then(nfc: Activity, api: Api) -> None:
    """A tag that is taken down before completion comes lived when it was touched, and its reading is nobody else's."""
    told_once, tag = await made(nfc, "static"), await sun(nfc)
    assert await accepted(await api.sign_in(), tag.touch())

    async def provisional(token: str) -> tuple[Person, str] | None:
        somebody = await api.sign_in()
        taken = expect(await somebody.check_in(by_nfc(token)), 200, 201, 202)["checkin"]
        return (somebody, taken["id"]) if taken["outcome"] == "provisional" else None

    await asyncio.to_thread(switch, "set", "force-id-only", "--for", "1m")
    try:
        first, first_id = await eventually(lambda: provisional(text_of(told_once)))
        reading = tag.touch()
        second, second_id = await eventually(lambda: provisional(reading))
        third, third_id = await eventually(lambda: provisional(reading))
        for each in await tags_of(nfc):
            await revoke(nfc, each)
    finally:
        await asyncio.to_thread(switch, "end", "force-id-only")
    assert [await settled(first, first_id), await settled(second, second_id)] == ["accepted"] * 2
    assert await settled(third, third_id) == "refused"
