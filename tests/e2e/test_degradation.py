"""Something behind the check-in is gone: people still get an answer, and what was answered is true in the end."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.fleet import ROOT
from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.ids import from_text, new_id, to_text
from tests.e2e.api import Activity, Api, Json, Person, at, by_code, by_qr, expect, outcome
from tests.e2e.stack import Outage, attempts_of, eventually, lasting_token, query
from tests.e2e.test_door import scan, shown
from tests.e2e.test_staff import batch

pytestmark = pytest.mark.alone


@pytest_asyncio.fixture(loop_scope="session")
async def outages(api: Api, organiser: Person, organisation_id: str) -> AsyncIterator[list[Outage]]:
    """Whatever a test takes away; it is brought back, the last one first, and the next test finds all well again."""
    gone: list[Outage] = []
    try:
        yield gone
    finally:
        for outage in reversed(gone):
            outage.end()
    activity = await api.open_activity(organiser, organisation_id)

    async def is_well() -> bool:
        """Breakers stay open for a moment."""
        person, token = await api.sign_in(), lasting_token(activity.occurrence_id)
        told = [(await person.check_in(by_qr(token))) for _ in range(2)]
        return [each.is_success and outcome(each) for each in told] == ["accepted", "duplicate"]

    await eventually(is_well)


async def settled(person: Person, checkin_id: str) -> str:
    """The outcome of a record that is provisional no longer."""

    async def decided() -> str:
        found = await person.get(f"/v1/checkins/{checkin_id}")
        if found.status_code != 200 or found.json()["checkin"]["outcome"] == "provisional":
            return ""
        return str(found.json()["checkin"]["outcome"])

    return str(await eventually(decided))


async def test_checkin_gone(activity: Activity, person: Person, api: Api, outages: list[Outage]) -> None:
    """The gateway takes QRs by itself, refuses bad ones, and what it took is decided when checkin is back."""
    good, stranger = by_qr(lasting_token(activity.occurrence_id)), await api.sign_in()
    outages.append(Outage("checkin"))

    taken = await person.check_in(good)
    refused = await stranger.check_in(by_qr("not-a-token"))
    saved = await stranger.check_in(by_code(activity.code))

    assert (taken.status_code, outcome(taken)) == (202, "provisional")
    assert (refused.status_code, refused.json()["reason"]) == (422, "QR_MALFORMED")
    assert (saved.status_code, bool(saved.json()["receipt"])) == (503, True)
    outages.pop().end()
    assert await settled(person, taken.json()["checkin"]["id"]) == "accepted"


async def test_a_fourth_open_attempt_is_too_much(activity: Activity, person: Person, outages: list[Outage]) -> None:
    """Three wait for their judgement; more would only be work for later."""
    token = lasting_token(activity.occurrence_id)
    outages.append(Outage("checkin"))
    answers = [await person.check_in(by_qr(token)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert int(answers[3].headers["retry-after"]) >= 1


async def test_rabbitmq_gone(activity: Activity, person: Person, outages: list[Outage]) -> None:
    """The inbox takes the batch, the answer is the usual one, and the recorder empties it."""
    attempt = by_qr(lasting_token(activity.occurrence_id))
    outages.append(Outage("rabbitmq"))

    assert outcome(await person.check_in(attempt)) == "accepted"
    await eventually(lambda: len(attempts_of(person.user_id)) == 1)
    await eventually(lambda: query("SELECT message_id FROM inbox") == [])


async def test_rabbitmq_and_checkin_gone(activity: Activity, person: Person, outages: list[Outage]) -> None:
    """Nothing durable is left: the phone gets a receipt, and with it its attempt counts from its first arrival."""
    attempt = by_qr(lasting_token(activity.occurrence_id))
    outages.append(Outage("rabbitmq", "checkin"))
    saved = await person.check_in(attempt)
    assert (saved.status_code, bool(saved.json()["receipt"])) == (503, True)
    outages.pop().end()

    async def accepted() -> Json | None:
        answer = await person.check_in(attempt | {"receipt": saved.json()["receipt"]})
        await asyncio.sleep(0 if answer.status_code == 201 else 1)
        return expect(answer, 201)["checkin"] if answer.status_code == 201 else None

    record = await eventually(accepted)
    assert record["outcome"] == "accepted"


async def test_redis_gone(activity: Activity, person: Person, outages: list[Outage]) -> None:
    """Nobody knows of seats and answers for a while; the record is right all the same."""
    token = lasting_token(activity.occurrence_id)
    attempt, second = by_qr(token), by_qr(token)
    outages.append(Outage("redis"))
    # Provisional where the machine is too busy for antifraud to answer in time; completion decides it.
    assert outcome(await person.check_in(attempt)) in ("accepted", "provisional")
    assert outcome(await person.check_in(second)) in ("accepted", "duplicate", "provisional")
    await eventually(lambda: len(attempts_of(person.user_id)) == 2)
    outages.pop().end()

    async def outcomes() -> bool:
        records = expect(await person.get("/v1/me/checkins"))["checkins"]
        return sorted(record["outcome"] for record in records) == ["accepted", "duplicate"]

    await eventually(outcomes)


async def test_redis_gone_at_a_door(activity: Activity, person: Person, outages: list[Outage]) -> None:
    """Whether a personal code was shown before cannot be told: a human decides."""
    code = await shown(person, activity)
    outages.append(Outage("redis"))
    [result] = await batch(activity.owner, activity, scan(code))
    assert result["outcome"] in ("pending_review", "provisional")
    assert result["checkin"]["reasons"][0]["reason"] in ("PERSON_CODE_UNCHECKED", "DEPENDENCY_UNAVAILABLE")
    outages.pop().end()
    await eventually(lambda: len(attempts_of(person.user_id)) == 1)


async def test_mysql_gone(activity: Activity, api: Api, outages: list[Outage]) -> None:
    """Check-in is as ever, history says that it cannot be read now, and the queue keeps what came until then."""
    # A machine that is busy may make one of them provisional: nobody can complete that while MySQL is gone.
    first, *people = [await api.sign_in() for _ in range(6)]
    assert outcome(await first.check_in(by_qr(await activity.token()))) in ("accepted", "provisional")
    outages.append(Outage("mariadb"))

    async def accepted() -> Person | None:
        person = people.pop()
        # Its screen goes on, too: what was read before cannot have changed.
        return person if outcome(await person.check_in(by_qr(await activity.token()))) == "accepted" else None

    person: Person = await eventually(accepted)
    history = await person.get("/v1/me/checkins")
    assert (history.status_code, history.json()["reason"]) == (503, "UNAVAILABLE")
    outages.pop().end()
    await eventually(lambda: len(attempts_of(person.user_id)) == 1)


async def test_antifraud_gone(activity: Activity, person: Person, api: Api, outages: list[Outage]) -> None:
    """Nobody is checked in before their evidence was looked at; who was far away never is."""
    token = lasting_token(activity.occurrence_id)
    near, far = by_qr(token), by_qr(token, location=at(25.1))
    stranger = await api.sign_in()
    outages.append(Outage("antifraud"))

    taken, doubtful = await person.check_in(near), await stranger.check_in(far)
    assert [outcome(taken), outcome(doubtful)] == ["provisional", "provisional"]
    assert (await activity.stats())["checked_in"] == 0
    outages.pop().end()
    assert await settled(person, taken.json()["checkin"]["id"]) == "accepted"
    assert await settled(stranger, doubtful.json()["checkin"]["id"]) == "pending_review"
    record = expect(await person.get(f"/v1/checkins/{taken.json()['checkin']['id']}"))
    assert [event["event"] for event in record["history"]] == ["received", "completed"]


def switch(*words: str) -> None:
    """What an operator types."""
    command = (sys.executable, "-m", "deploy.operate", "switch", *words, "--reason", "a test", "--by", "e2e")
    subprocess.run(command, check=True, cwd=ROOT)


async def test_operators_force_id_only(activity: Activity, api: Api) -> None:
    """While the switch is on everybody is provisional, and decided once it has ended."""

    async def provisional() -> tuple[Person, Json] | None:
        somebody = await api.sign_in()
        taken = await somebody.check_in(by_qr(await activity.token()))
        return (somebody, taken.json()["checkin"]) if outcome(taken) == "provisional" else None

    await asyncio.to_thread(switch, "set", "force-id-only", "--for", "1m")
    try:
        person, record = await eventually(provisional)
    finally:
        await asyncio.to_thread(switch, "end", "force-id-only")
    assert await settled(person, record["id"]) == "accepted"


@pytest.mark.parametrize("evidence", [b"", b"garbled" * 20], ids=["empty", "garbled"])
async def test_evidence_that_cannot_be_opened(activity: Activity, api: Api, evidence: bytes) -> None:
    """A human decides, the person reads so, and the recorder goes on; it ended, and every time it came back."""
    somebody, neighbour = await api.sign_in(), await api.sign_in()
    copy = _undecided(activity, somebody, evidence)
    _put_in_inbox(pb.AttemptedBatch(copies=[copy]))
    assert outcome(await neighbour.check_in(by_qr(await activity.token()))) in ("accepted", "provisional")

    identifier = to_text(checkin_id(copy.user_id, copy.attempt_id))
    assert await settled(somebody, identifier) == "pending_review"
    found = expect(await somebody.get(f"/v1/checkins/{identifier}"))["checkin"]
    assert [each["reason"] for each in found["reasons"]] == ["EVIDENCE_UNREADABLE"]
    cases = expect(await activity.owner.get("/v1/reviews", activity_id=activity.id))["reviews"]
    assert [case["id"] for case in cases] == [identifier]
    assert await eventually(lambda: attempts_of(neighbour.user_id))


def _undecided(activity: Activity, person: Person, evidence: bytes) -> pb.Copy:
    return pb.Copy(
        user_id=from_text(person.user_id),
        attempt_id=new_id(),
        occurrence_id=from_text(activity.occurrence_id),
        received_at=now_us(),
        effective_at=now_us(),
        judgement=pb.JUDGEMENT_UNDECIDED,
        method=pb.METHOD_QR,
        direction=pb.DIRECTION_IN,
        body_hash=bytes(16),
        evidence=evidence,
        punctuality=pb.PUNCTUALITY_ON_TIME,
    )


def _put_in_inbox(batch: pb.AttemptedBatch) -> None:
    """As checkin does while RabbitMQ is gone."""
    insert = "INSERT INTO inbox (message_id, body, publisher, received_at) VALUES (%s, %s, 'checkin', UTC_TIMESTAMP(6))"
    query(insert, new_id(), batch.SerializeToString())
