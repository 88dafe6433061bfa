"""What the gateway makes of a batch while checkin is gone."""

import time
from typing import Any

import pytest

from domainkit.credentials import checkin_id, evidence_binding
from domainkit.nfc_tags import TagKeys
from domainkit.sealed import Sealer
from gateway.checkins.fallback import ATTEMPTED, EXCHANGE, BatchLostError, Fallback
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit import ids
from servicekit.breaker import AsyncBreaker
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.keyring import parse_secrets

SECRETS = parse_secrets("1:" + bytes(range(32)).hex())
STRANGE = parse_secrets("1:" + bytes(range(32, 64)).hex())
OCCURRENCE = ids.new_id()


class Broker:
    """Keeps what is published, unless it is gone."""

    def __init__(self) -> None:
        self.is_gone = False
        self.calls = 0
        self.timeouts_s: list[float] = []
        self.batches: list[pb.AttemptedBatch] = []

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, *, timeout_s: float | None = None, **_: Any
    ) -> None:
        """See `gateway.checkins.fallback.PublisherPort`."""
        self.calls += 1
        assert timeout_s is not None
        self.timeouts_s.append(timeout_s)
        if self.is_gone:
            raise UnavailableError("gone")
        assert (exchange, routing_key) == (EXCHANGE, ATTEMPTED)
        self.batches.append(pb.AttemptedBatch.FromString(body))


@pytest.fixture
def broker() -> Broker:
    """See `Broker`."""
    return Broker()


@pytest.fixture
def fallback(broker: Broker) -> Fallback:
    """A fallback before that broker."""
    return Fallback(broker, AsyncBreaker("rabbitmq", fail_max=2), SECRETS)


def a_token(issued_s_ago: int = 0, secrets: dict[int, bytes] = SECRETS) -> str:
    """A QR of 60 seconds."""
    token = credential_pb2.QrToken(occurrence_id=OCCURRENCE, issued_at=int(time.time()) - issued_s_ago, life_s=60)
    return Sealer(credential_pb2.QrToken, secrets).seal_text(token)


def an_attempt(token: str, **changes: Any) -> pb.Attempt:
    """Somebody who scanned a QR just now."""
    fields = {
        "user_id": ids.new_id(),
        "attempt_id": ids.new_id(),
        "received_at": now_us(),
        "method": pb.METHOD_QR,
        "direction": pb.DIRECTION_IN,
        "token": token,
        "body_hash": bytes(16),
        "location": pb.Location(latitude=25.0, longitude=102.7, accuracy_m=12),
        "device_id": "phone",
    }
    return pb.Attempt(**{**fields, **changes})


def recorded(result: pb.Checkin | Exception) -> tuple[int, list[str]]:
    """The outcome of a record and why."""
    assert isinstance(result, pb.Checkin)
    return result.outcome, [reason.reason for reason in result.reasons]


async def test_a_good_qr_is_taken_undecided(fallback: Fallback, broker: Broker) -> None:
    """It proves the occurrence by itself; the rest is left to completion, on the evidence as it came."""
    attempt = an_attempt(a_token(issued_s_ago=20))

    [record] = await fallback.take([attempt], 1.0)

    assert recorded(record) == (pb.OUTCOME_PROVISIONAL, ["DEPENDENCY_UNAVAILABLE"])
    assert isinstance(record, pb.Checkin) and record.checkin_id == checkin_id(attempt.user_id, attempt.attempt_id)
    [copy] = broker.batches[0].copies
    assert (copy.judgement, copy.occurrence_id) == (pb.JUDGEMENT_UNDECIDED, OCCURRENCE)
    assert (copy.received_at, copy.effective_at, copy.accuracy_m) == (attempt.received_at, attempt.received_at, 12)
    binding = evidence_binding(attempt.user_id, attempt.attempt_id)
    evidence = Sealer(credential_pb2.Evidence, SECRETS).open(copy.evidence, binding)
    assert (evidence.token, evidence.latitude, evidence.device_id) == (attempt.token, 25.0, "phone")
    assert 20 <= evidence.slot_age_s <= 21


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("no token", "QR_MALFORMED"),
        (a_token(secrets=STRANGE), "QR_SIGNATURE"),
        (a_token(issued_s_ago=100), "QR_EXPIRED"),
        (a_token(issued_s_ago=-100_000), "QR_FUTURE"),
    ],
)
async def test_a_bad_qr_is_refused_and_kept(fallback: Fallback, broker: Broker, token: str, reason: str) -> None:
    """The person learns at once what is wrong, and the refusal has no occurrence."""
    [record] = await fallback.take([an_attempt(token)], 1.0)

    assert recorded(record) == (pb.OUTCOME_REFUSED, [reason])
    [copy] = broker.batches[0].copies
    assert (copy.judgement, copy.occurrence_id) == (pb.JUDGEMENT_REFUSED, b"")


async def test_what_waited_on_a_phone_may_be_out_of_its_life(fallback: Fallback, broker: Broker) -> None:
    """Completion judges it by the offline rules; one from the future is refused all the same."""
    old, future = (an_attempt(a_token(issued_s_ago=age), is_offline=True) for age in (3600, -100_000))

    results = await fallback.take([old, future], 1.0)

    assert [recorded(one)[0] for one in results] == [pb.OUTCOME_PROVISIONAL, pb.OUTCOME_REFUSED]
    assert all(copy.is_offline for copy in broker.batches[0].copies)


async def test_a_batch_is_one_message(fallback: Fallback, broker: Broker) -> None:
    """Whatever a QR does not prove is left to the phone, and the order is kept."""
    code = an_attempt("", method=pb.METHOD_CODE, code="ABCDEF")
    good, bad = an_attempt(a_token()), an_attempt("x")

    results = await fallback.take([good, code, bad], 1.0)

    assert isinstance(results[1], BatchLostError)
    assert [recorded(results[0])[0], recorded(results[2])[0]] == [pb.OUTCOME_PROVISIONAL, pb.OUTCOME_REFUSED]
    [batch] = broker.batches
    assert [copy.attempt_id for copy in batch.copies] == [good.attempt_id, bad.attempt_id]


async def test_a_confirmation_may_take_what_is_left(fallback: Fallback, broker: Broker) -> None:
    """A gateway busy with a rush reads it late, and whoever gave up before would be told a lie."""
    await fallback.take([an_attempt(a_token())], 2.5)

    assert 1.5 < broker.timeouts_s[0] <= 2.5


async def test_codes_alone_bother_no_broker(fallback: Fallback, broker: Broker) -> None:
    """There is nothing to publish."""
    [result] = await fallback.take([an_attempt("", method=pb.METHOD_CODE, code="ABCDEF")], 1.0)

    assert isinstance(result, BatchLostError) and broker.calls == 0


@pytest.mark.parametrize("reading", ["", f".{'0' * 32}.{'0' * 16}"])
async def test_what_a_tag_says_is_no_qr(fallback: Fallback, broker: Broker, reading: str) -> None:
    """Who touched one is not told that it is no QR: the phone sends it again with its receipt."""
    text = TagKeys(SECRETS).text(ids.new_id(), ids.new_id())
    [result] = await fallback.take([an_attempt(text + reading, method=pb.METHOD_NFC)], 1.0)

    assert isinstance(result, BatchLostError) and broker.calls == 0


async def test_what_people_show_to_staff_is_no_qr(fallback: Fallback, broker: Broker) -> None:
    """It is neither refused as one nor kept: staff send it again with its receipt."""
    attempt = an_attempt("QDP1" + "A" * 54, method=pb.METHOD_STAFF, actor_id=ids.new_id())
    [result] = await fallback.take([attempt], 1.0)

    assert isinstance(result, BatchLostError) and broker.calls == 0


async def test_without_a_broker_nobody_is_answered(fallback: Fallback, broker: Broker) -> None:
    """Nothing durable holds the batch, refusals included; after two failures the broker is left alone."""
    broker.is_gone = True
    for _ in range(3):
        with pytest.raises(BatchLostError):
            await fallback.take([an_attempt(a_token()), an_attempt("x")], 1.0)

    assert broker.calls == 2


async def test_refusals_of_one_person_are_kept_up_to_a_number(fallback: Fallback, broker: Broker) -> None:
    """The others are told, and good scans go on; without checkin each gateway counts for itself."""
    person = ids.new_id()
    bad = [an_attempt("x" * 40, user_id=person) for _ in range(63)]

    results = await fallback.take([*bad, an_attempt(a_token(), user_id=person)], 1.0)

    assert [getattr(result, "reason", "kept") for result in results] == ["kept"] * 60 + ["TOO_MANY_REFUSALS"] * 3 + [
        "kept"
    ]
    assert len(broker.batches[0].copies) == 61
