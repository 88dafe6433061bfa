"""The command `qiandao` on the running stack: it finds nothing wrong with a healthy one, and names what is missing."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.fleet import ROOT
from servicekit import ids
from tests.e2e.api import Activity, Api, Person, by_qr, expect
from tests.e2e.stack import Outage, eventually

pytestmark = pytest.mark.alone

_QIANDAO = str(ROOT / "deploy" / "operate" / "qiandao")


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    text: str

    @property
    def json(self) -> Any:
        """Its output, for programs."""
        return json.loads(self.text)


async def qiandao(*arguments: str) -> Said:
    """Runs the command from another folder, as an operator's shell would."""
    process = await asyncio.create_subprocess_exec(
        _QIANDAO, *arguments, cwd="/", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await process.communicate()
    assert process.returncode is not None
    return Said(process.returncode, printed.decode())


async def well() -> Said | None:
    """What the doctor says once it finds nothing wrong; what earlier tests broke needs a moment."""
    said = await qiandao("doctor")
    assert said.code in (0, 1), said.text
    return said if said.code == 0 else None


@pytest.fixture
def without_projector() -> Iterator[Outage]:
    """The stack without its projector, until the test is over."""
    outage = Outage("projector")
    try:
        yield outage
    finally:
        outage.end()


async def test_the_doctor_finds_nothing_wrong_with_a_healthy_stack() -> None:
    """Everything can be seen from here, and every line is well.

    Others took Redis away before: then the numbers of all that runs are counted anew, one activity after the other.
    """
    said = await eventually(well, within_s=300)
    assert said.text.rstrip().endswith("All is well.")


async def test_the_doctor_names_what_is_missing(without_projector: Outage) -> None:
    """The process, its queue that nobody consumes, and the command that brings it back."""
    said = await qiandao("doctor", "--json")
    wrong = {finding["what"]: finding for finding in said.json["findings"] if finding["verdict"] == "wrong"}
    assert said.code == 1
    assert {"projector", "queue reporting.project.v1"} <= wrong.keys()
    assert "make up" in wrong["projector"]["advice"]


async def test_a_check_in_can_be_traced_to_the_numbers(activity: Activity, person: Person) -> None:
    """By the phone's id and by the record's, with no name and no place in what is shown."""
    tap = by_qr(await activity.token())
    checkin = expect(await person.check_in(tap), 201)["checkin"]

    async def projected() -> bool:
        said = await qiandao("trace", checkin["id"], "--json")
        return {"place": "projector", "state": "here", "says": "the live numbers contain revision 1"} in said.json[
            "steps"
        ]

    await eventually(projected)
    said = await qiandao("trace", tap["attempt_id"])
    assert said.code == 0
    assert said.text.rstrip().endswith("Recorded as accepted.")
    assert re.search(r"here +answer +accepted", said.text)
    assert checkin["id"] in said.text
    assert str(tap["location"]["latitude"]) not in said.text
    assert tap["device_id"] not in said.text


async def test_an_attempt_that_never_came_is_nowhere() -> None:
    """The exit code says so."""
    said = await qiandao("trace", ids.to_text(ids.new_id()))
    assert said.code == 1
    assert "Nowhere" in said.text


async def test_top_shows_who_is_checking_in_where(activity: Activity, person: Person) -> None:
    """By activity, with its title."""
    token = await activity.token()
    await person.check_in(by_qr(token))
    await person.check_in(by_qr(token))
    said = await qiandao("top", "--json", "--limit", "1000")
    [found] = [each for each in said.json["activities"] if each["activity_id"] == activity.id]
    assert found["outcomes"] == {"accepted": 1, "duplicate": 1}
    assert said.code == 0


async def test_numbers_can_be_rebuilt_by_hand(activity: Activity, person: Person) -> None:
    """They are what they were."""
    expect(await person.check_in(by_qr(await activity.token())), 201)

    async def counted() -> bool:
        return bool((await activity.stats())["checked_in"] == 1)

    await eventually(counted)
    said = await qiandao("rebuild", activity.id)
    assert said.code == 0, said.text
    assert await counted()


async def test_a_muted_signal_is_on_until_it_is_ended() -> None:
    """The list says who and why."""
    reason = f"test {ids.to_text(ids.new_id())}"
    said = await qiandao("switch", "set", "mute-signal", "DEVICE_NEW", "--for", "1m", "--by", "sre", "--reason", reason)
    assert said.code == 0, said.text
    try:
        [on] = [each for each in (await qiandao("switch", "list", "--json")).json if each["reason"] == reason]
        assert (on["switch"], on["signal"], on["set_by"]) == ("mute-signal", "DEVICE_NEW", "sre")
    finally:
        ended = await qiandao("switch", "end", "mute-signal", "DEVICE_NEW", "--by", "sre", "--reason", "over")
    assert reason not in ended.text
    assert reason in (await qiandao("switch", "list", "--all")).text


async def test_the_calendar_warns_of_a_rush(api: Api, organiser: Person, organisation_id: str) -> None:
    """Exit code 3 where an upgrade would meet it, 0 further away from it and where only a warning is wanted."""
    starts_at = datetime.now(UTC) + timedelta(minutes=30)
    soon = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    activity = await api.open_activity(organiser, organisation_id, capacity=70_000, **soon)
    command = ("calendar", "--at-least", "70000")
    try:
        ahead = await qiandao(*command, "--within", "30m", "--json")
        warned = await qiandao(*command, "--within", "30m", "--only-warn")
        before = await qiandao(*command, "--within", "5m")
    finally:
        expect(await organiser.post(f"{activity.path}/cancel"))
    assert (ahead.code, warned.code, before.code) == (3, 0, 0), ahead.text
    assert starts_at.strftime("%Y-%m-%dT%H:%M") in ahead.text
    assert before.text == "No rush of 70000 people or more within 5 min.\n"
    assert (await qiandao(*command, "--within", "30m")).code == 0


async def test_dead_letters_can_be_listed() -> None:
    """With a line for each."""
    said = await qiandao("dead-letters", "list")
    assert said.code == 0, said.text
    assert said.text.startswith("queue")
