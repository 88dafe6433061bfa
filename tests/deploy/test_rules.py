"""Rules: what is committed is what is generated, every alert fires when it should and only then, and names exist."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.observe import rules
from deploy.observe.alerts import ALERTS, Alert
from tests.deploy.metrics_registry import names, unknown_in

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "deploy" / "runbooks"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not here; apt-get install prometheus brings it"
)

_REQUESTS = 'http_requests_total{job="gateway",route="/v1/checkins",method="POST",code="%s"}'
_ANSWERED = "http_request_duration_seconds_%s"
_SHOWN = "checkin_end_to_end_seconds_%s"


def _histogram(name: str, job: str, bound: str, in_time: str, all_of_them: str) -> dict[str, str]:
    labels = f'job="{job}",route="/v1/checkins"' if job == "gateway" else f'job="{job}"'
    return {
        f'{name % "bucket"}{{{labels},le="{bound}"}}': in_time,
        f"{name % 'count'}{{{labels}}}": all_of_them,
    }


# By alert of an objective: what burns its budget, and what does not.
BURNING: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "CheckinsFailing": (
        {_REQUESTS % 503: "0+10x90", _REQUESTS % 201: "0+90x90"},
        {_REQUESTS % 503: "0+0x90", _REQUESTS % 201: "0+90x90"},
    ),
    "CheckinsSlow": (
        _histogram(_ANSWERED, "gateway", "0.3", "0+50x90", "0+100x90"),
        _histogram(_ANSWERED, "gateway", "0.3", "0+100x90", "0+100x90"),
    ),
    "LiveNumbersLate": (
        _histogram(_SHOWN, "projector", "3.0", "0+50x90", "0+100x90"),
        _histogram(_SHOWN, "projector", "3.0", "0+100x90", "0+100x90"),
    ),
}


def every_rule() -> list[dict[str, Any]]:
    """All rules of all files."""
    found = rules.documents().values()
    return [rule for document in found for group in document["groups"] for rule in group["rules"]]


def test_what_is_committed_is_what_is_generated() -> None:
    """Nobody edits a generated file: `python -m deploy.observe.rules` makes them."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in rules.FOLDER.glob("*.yaml")}
    assert committed == rules.texts()


def test_every_name_in_a_rule_exists() -> None:
    """A metric or a label that nobody has would keep an alert silent for ever."""
    wrong = {rule.get("alert", rule.get("record")): unknown_in(str(rule["expr"])) for rule in every_rule()}
    assert not {name: unknown for name, unknown in wrong.items() if unknown}


def test_a_name_that_does_not_exist_is_found() -> None:
    """The check above can fail."""
    assert unknown_in('sum(rate(checkin_atempts_total{job="checkin"}[5m]))') == ["checkin_atempts_total"]
    assert unknown_in('checkin_attempts_total{job="checkin",resaon="X"}') == ["checkin_attempts_total has no resaon"]


def test_the_contract_is_kept() -> None:
    """Every metric that others build dashboards on is there."""
    promised = re.findall(
        r"\w+",
        "http_requests_total http_request_duration_seconds grpc_server_handled_total grpc_server_handling_seconds"
        " checkin_attempts_total checkin_batch_size checkin_published_total checkin_persisted_total"
        " checkin_end_to_end_seconds checkin_oldest_pending_seconds checkin_provisional_open breaker_state amqp_blocked"
        " db_pool_wait_seconds event_loop_lag_seconds qr_scan_slot_age_seconds fence_distance_ratio",
    )
    assert [name for name in promised if name not in names()] == []


@pytest.mark.parametrize("name", rules.alert_names())
def test_every_alert_has_a_runbook_that_begins_with_our_own_tool(name: str) -> None:
    """Whoever is woken needs the first command, not an essay."""
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    commands = re.findall(r"```sh\n(.+?)\n```", text, re.DOTALL)
    assert commands[0].startswith("kubectl exec deploy/"), text
    assert "-- qiandao " in commands[0]
    assert text.startswith(f"# {name}\n")


def test_no_runbook_is_left_without_its_alert() -> None:
    """A page that nothing leads to goes stale."""
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == set(rules.alert_names())


def cases() -> list[tuple[str, str, dict[str, str], bool, str]]:
    """(alert, what, series, whether it fires, when promtool looks)."""
    found = []
    for alert in ALERTS:
        found += [(alert.name, "fires", alert.fires, True, alert.after)]
        found += [(alert.name, "is quiet", alert.quiet, False, alert.after)]
        found += [(alert.name, "has no data", {}, not alert.needs_data, alert.after)]
    for name, (fires, quiet) in BURNING.items():
        found += [(name, "fires", fires, True, "70m"), (name, "is quiet", quiet, False, "70m")]
        found += [(name, "has no data", {}, False, "70m")]
    return found


def test_every_alert_has_all_three_cases() -> None:
    """A positive, a negative and one without data."""
    tried = {(name, what) for name, what, *_ in cases()}
    assert tried == {(name, what) for name in rules.alert_names() for what in ("fires", "is quiet", "has no data")}


@needs_promtool
def test_rules_are_what_prometheus_reads() -> None:
    """promtool check rules."""
    paths = [str(path) for path in sorted(rules.FOLDER.glob("*.yaml"))]
    done = subprocess.run(["promtool", "check", "rules", *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_what_one_event_must_tell_is_told_by_a_counter_born_at_two(tmp_path: Path) -> None:
    """A process may begin and fail between two looks of Prometheus, which then sees no increase and no zero."""
    born = {
        "AttemptsMissing": 'checkin_audited_total{job="checkin",instance="new",result="missing"}',
        "DeadLetters": 'amqp_dead_letters_total{job="recorder",instance="new",queue="checkin.record.v1"}',
        "UnreadableItems": 'unreadable_items_total{job="recorder",instance="new",what="evidence"}',
    }
    assert {alert.name for alert in ALERTS if " unless " in alert.expr} == set(born)
    tests = [_quiet(name, {series: "_x14 2x16"}, "20m") for name, series in born.items()]
    assert _firing(tmp_path, tests) == set(born)


@needs_promtool
@pytest.mark.parametrize("what", ["fires", "is quiet", "has no data"])
def test_alerts_fire_when_they_should_and_only_then(what: str, tmp_path: Path) -> None:
    """Every alert of every file, evaluated by Prometheus's own code."""
    chosen = [case for case in cases() if case[1] == what]
    should = {name for name, _, _, fires, _ in chosen if fires}
    assert _firing(tmp_path, [_quiet(name, series, after) for name, _, series, _, after in chosen]) == should


def _quiet(name: str, series: dict[str, str], after: str) -> dict[str, Any]:
    """A test that expects nothing to fire; it fails exactly when the alert does."""
    return {
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "alert_rule_test": [{"eval_time": after, "alertname": name, "exp_alerts": []}],
    }


def _firing(folder: Path, tests: list[dict[str, Any]]) -> set[str]:
    """The alerts that fire."""
    paths = [_alone(folder, test["alert_rule_test"][0]["alertname"], test) for test in tests]
    done = subprocess.run(["promtool", "test", "rules", *paths], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    found = set(re.findall(r"alertname: (\w+), time:", said))
    assert found or done.returncode == 0, said
    return found


def _alone(folder: Path, name: str, test: dict[str, Any]) -> str:
    """A test of an alert with what its group records: each minute of a test evaluates every rule that is there."""
    groups = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("alert", name) == name]}
        for group in _groups()
        if name in {rule.get("alert") for rule in group["rules"]}
    ]
    (folder / f"{name}.rules.yaml").write_text(yaml.safe_dump({"groups": groups}))
    path = folder / f"{name}.yaml"
    path.write_text(
        yaml.safe_dump({"rule_files": [f"{name}.rules.yaml"], "evaluation_interval": "1m", "tests": [test]})
    )
    return str(path)


@cache
def _groups() -> list[dict[str, Any]]:
    committed = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in rules.FOLDER.glob("*.yaml")]
    return [group for document in committed for group in document["groups"]]


def test_an_alert_is_what_its_table_says() -> None:
    """Severities are two, and summaries are sentences about people or processes."""
    for alert in ALERTS:
        assert isinstance(alert, Alert)
        assert alert.severity in ("page", "ticket")
        assert len(alert.summary) > 20
