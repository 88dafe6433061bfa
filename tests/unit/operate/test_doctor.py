"""The doctor's judgement and what it shows."""

from datetime import timedelta

from prometheus_client.samples import Sample

from deploy.operate.checks import processes, records, targets
from deploy.operate.doctor import is_well, render, to_json
from deploy.operate.finding import Finding, Scene, Verdict, note, ok, unseen, wrong
from deploy.operate.ops import Visit
from deploy.operate.surroundings import Surroundings
from servicekit.clock import SECOND_US, now_us, to_datetime

_LOCAL = Surroundings("the local stack", True, {"checkin": {}})
_ABOUT = {"process": "checkin", "version": "1.0", "started_at": 0, "now": 60 * SECOND_US}


def _verdicts(findings: list[Finding]) -> list[tuple[str, Verdict]]:
    return [(finding.what, finding.verdict) for finding in findings]


def test_every_line_that_is_wrong_has_its_next_command() -> None:
    """On the line below, under what it is about."""
    lines = [*render(_LOCAL, [ok("redis", "fine"), wrong("recorder", "is gone", "make up")], coloured=False)]
    assert lines[2:5] == [
        "  ok      redis     fine",
        "  wrong   recorder  is gone",
        "                    -> make up",
    ]
    assert lines[-1] == "Wrong: recorder."


def test_what_cannot_be_seen_is_not_wrong() -> None:
    """But it is counted, so that nobody takes silence for health."""
    findings = [ok("redis", ""), note("switch", "on"), unseen("mysql", "not from here")]
    assert is_well(findings)
    assert [*render(_LOCAL, findings, coloured=False)][-1] == "All is well. 1 thing cannot be seen from here."


def test_programs_read_the_same() -> None:
    """Verdicts as words."""
    told = to_json(_LOCAL, [wrong("redis", "is gone", "make up")])
    assert told["is_well"] is False
    assert told["findings"] == [{"verdict": "wrong", "what": "redis", "says": "is gone", "advice": "make up"}]


async def test_a_process_that_is_gone_is_named() -> None:
    """With where it should be, and how to bring it back."""
    scene = Scene(_LOCAL, [Visit("recorder", "127.0.0.1:9106", error="nobody listens there")])
    [finding] = await processes.readiness(scene)
    assert finding.verdict is Verdict.WRONG
    assert "127.0.0.1:9106" in finding.says
    assert "make up" in finding.advice
    assert "make logs s=recorder" in finding.advice


async def test_another_copy_on_our_ports_is_told_apart() -> None:
    """It answers, but nothing of it was started here."""
    seen = Surroundings("the local stack", True, {"checkin": {}}, absent=frozenset({"checkin"}))
    [finding] = await processes.readiness(Scene(seen, [Visit("checkin", "127.0.0.1:9103", is_ready=True)]))
    assert finding.verdict is Verdict.WRONG
    assert "another copy of this system answers on 127.0.0.1:9103" in finding.says


async def test_a_process_that_is_up_but_not_ready_is_wrong() -> None:
    """It says for how long."""
    [finding] = await processes.readiness(Scene(_LOCAL, [Visit("checkin", "", about=_ABOUT)]))
    assert (finding.verdict, finding.says[:15]) == (Verdict.WRONG, "is up for 1 min")


async def test_an_open_breaker_is_wrong_and_a_half_open_one_worth_a_note() -> None:
    """Closed ones are only counted."""
    metrics = [
        Sample("breaker_state", {"dependency": "antifraud"}, 2),
        Sample("breaker_state", {"dependency": "rabbitmq"}, 1),
        Sample("breaker_state", {"dependency": "mysql_inbox"}, 0),
    ]
    found = await processes.breakers(Scene(_LOCAL, [Visit("checkin", "", about=_ABOUT, metrics=metrics)]))
    assert _verdicts(found) == [("breaker checkin", Verdict.WRONG), ("breaker checkin", Verdict.NOTE)]


async def test_a_clock_that_is_off_by_seconds_is_wrong() -> None:
    """What the question itself took is forgiven."""
    visits = [
        Visit("checkin", "", about=_ABOUT, ahead_us=-3 * SECOND_US),
        Visit("gateway", "", about=_ABOUT, ahead_us=3 * SECOND_US, took_us=4 * SECOND_US),
    ]
    found = await processes.clocks(Scene(_LOCAL, visits))
    assert _verdicts(found) == [("clock checkin", Verdict.WRONG)]


async def test_two_releases_at_once_are_worth_a_note() -> None:
    """A rollout, or half of one."""
    visits = [Visit("checkin", "", about=_ABOUT), Visit("checkin.1", "", about={**_ABOUT, "version": "1.1"})]
    [finding] = await processes.versions(Scene(_LOCAL, visits))
    assert finding.says == "1.0: checkin; 1.1: checkin.1"


def _waiting(**since_s: float) -> list[tuple[str, Verdict]]:
    now = now_us()
    answer: dict[str, object] = {}
    for what in ("inbox", "outbox", "undecided"):
        is_there = what in since_s
        answer[what] = int(is_there)
        answer[f"{what}_since"] = to_datetime(now) - timedelta(seconds=since_s[what]) if is_there else None
    return _verdicts([*records.judge(answer, now)])  # type: ignore[arg-type]


def test_nothing_waiting_is_well() -> None:
    """Three lines."""
    assert {verdict for _, verdict in _waiting()} == {Verdict.OK}


def test_what_waits_a_moment_is_on_its_way() -> None:
    """Notes, for it will go on by itself."""
    expected = [("inbox", Verdict.NOTE), ("outbox", Verdict.OK), ("provisional", Verdict.NOTE)]
    assert _waiting(inbox=2, outbox=2, undecided=60) == expected


def test_what_waits_too_long_is_wrong() -> None:
    """Half a minute for batches and effects, a quarter of an hour for provisional attempts."""
    found = _waiting(inbox=40, outbox=40, undecided=16 * 60)
    assert {verdict for _, verdict in found} == {Verdict.WRONG}


def test_every_form_of_a_target_gives_its_addresses() -> None:
    """As gRPC reads them."""
    assert targets.addresses("127.0.0.1:50053") == ["127.0.0.1:50053"]
    assert targets.addresses("dns:///checkin:50053") == ["checkin:50053"]
    assert targets.addresses("dns://resolver/checkin:50053") == ["checkin:50053"]
    assert targets.addresses("ipv4:10.0.0.1:1,10.0.0.2:2") == ["10.0.0.1:1", "10.0.0.2:2"]
