"""Every setting of every process: a wrong value ends it with one line that names the variable and shows no value."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from deploy.fleet import PROCESSES, Place, environment, ports
from deploy.local.credentials import Authority, Vault
from deploy.settings_table import CLASSES
from servicekit.settings import load, variables
from services.checkin.settings import RecorderSettings

_STRANGE = "strange-7f3a-签到"
_HEX = bytes(range(32)).hex()
# Any text will do for these, save none.
_TEXTS = {"IDENTITY_WECHAT_APP_ID", "QIANDAO_HTTP_HOST"}
_BY_FORM = {
    "_SECRET": [_HEX, f"1:{_HEX}zz", f"1:{'0' * 64}", f"1:{_HEX},", f"300:{_HEX}", f"1:{_HEX},{_HEX[::-1]}"],
    "_DATABASE_URL": ["mysql://u:p-7f3a@h/s", "mysql+aiomysql://u:p-7f3a@h", "mysql+aiomysql://u:p-7f3a@h:port-7f3a/s"],
    "_REDIS_URL": ["http://u:p-7f3a@h", "redis://u:p-7f3a@h:port-7f3a", "redis://u:p-7f3a@"],
    "_AMQP_URL": ["redis://u:p-7f3a@h", "amqp://h-7f3a", "amqp://u:p-7f3a@h:99999"],
    "_ADDRESS": ["h-7f3a", "h-7f3a:99999", ":7331", "u:p-7f3a@h:1"],
    "_TARGET": ["h-7f3a", "dns:///h-7f3a", "ipv4:1.2.3.4:1,h-7f3a"],
    "_URL": ["ftp://h-7f3a", "https:///h-7f3a"],
    "_RATIO": ["7.331", "-7.331", "nan"],
    "_RATE": ["7.331", "nan"],
    "_PORT": ["0", "73310", "7.331"],
    "_TEMPLATES": ['{"a-7f3a": 1}', '["a-7f3a"]', "{7f3a"],
    "_FILE": [__file__, "/nonexistent-7f3a"],
}


def _wrong_values() -> Iterator[tuple[type[BaseSettings], str, str]]:
    for settings in CLASSES:
        for variable in variables(settings).values():
            strange = "" if variable in _TEXTS else _STRANGE
            forms = [form for form in _BY_FORM if variable.endswith(form) and not variable.endswith("APP_SECRET")]
            longest = max(forms, key=len, default="")
            for value in [strange, *_BY_FORM.get(longest, ())]:
                yield settings, variable, value


_WRONG = list(_wrong_values())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By process, an environment with which it would start, were its servers there."""
    secrets, tls = tmp_path_factory.mktemp("secrets"), tmp_path_factory.mktemp("tls")
    place = Place(secrets=str(secrets), tls=str(tls))
    Vault(secrets).fill(place)
    Authority(tls).issue(PROCESSES)
    return {name: environment(process, ports(process, 0), place) for name, process in PROCESSES.items()}


@pytest.fixture
def environ(whole: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All of them at once."""
    for known in whole.values():
        for name, value in known.items():
            monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("settings", CLASSES, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_a_whole_environment_is_taken(settings: type[BaseSettings], environ: pytest.MonkeyPatch) -> None:
    """What the other tests change is the only thing wrong with it."""
    load(settings)


@pytest.mark.parametrize(("settings", "variable", "value"), _WRONG, ids=[f"{each[1]}={each[2]}" for each in _WRONG])
def test_a_wrong_value_is_named_and_not_shown(
    settings: type[BaseSettings],
    variable: str,
    value: str,
    environ: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line, exit code 1, and nothing of the value, which may be a secret in the wrong place."""
    environ.setenv(variable, value)
    environ.delenv(f"{variable}_FILE", raising=False)
    _assert_refused(settings, variable, value, capsys)


@pytest.mark.parametrize("content", [None, b"\xff\xfe7f3a"], ids=["absent", "no text"])
@pytest.mark.parametrize("settings", CLASSES, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_a_file_that_cannot_be_read_is_named(
    settings: type[BaseSettings],
    content: bytes | None,
    environ: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every variable may come from a file; its path is not shown either, for it may be the secret itself."""
    file = tmp_path / "strange-7f3a"
    if content is not None:
        file.write_bytes(content)
    for variable in variables(settings).values():
        if not variable.endswith("_FILE"):
            with environ.context() as changed:
                changed.setenv(f"{variable}_FILE", str(file))
                _assert_refused(settings, f"{variable}_FILE", str(file), capsys)


def test_several_wrong_values_are_a_line_each(environ: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever mends one need not start anew to hear of the next."""
    environ.delenv("RECORDER_REDIS_URL_FILE")
    environ.setenv("RECORDER_OPS_ADDRESS", "nowhere")
    with pytest.raises(SystemExit):
        load(RecorderSettings)
    assert capsys.readouterr().err.splitlines() == [
        "RECORDER_OPS_ADDRESS: must be host:port. Set RECORDER_OPS_ADDRESS, or RECORDER_OPS_ADDRESS_FILE for a secret.",
        "RECORDER_REDIS_URL: Field required. Set RECORDER_REDIS_URL, or RECORDER_REDIS_URL_FILE for a secret.",
    ]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_ends_before_it_starts(name: str, whole: dict[str, dict[str, str]]) -> None:
    """For a wrong value of what it shares, and for a secret without its key id, which was printed whole."""
    known = whole[name]
    secret = {"identity": "IDENTITY_PII_SECRET"}.get(name, "QIANDAO_CREDENTIAL_SECRET")
    variable, value = (secret, _HEX) if f"{secret}_FILE" in known else ("QIANDAO_REDIS_CA_FILE", "/nonexistent-7f3a")
    changed = {key: each for key, each in known.items() if key != f"{variable}_FILE"} | {variable: value}
    ended = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-m", PROCESSES[name].module],
        env={"PATH": os.environ["PATH"], **changed},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"{variable}: ")
    assert value not in ended.stderr


def _assert_refused(
    settings: type[BaseSettings], variable: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        load(settings)
    told = capsys.readouterr()
    assert (caught.value.code, told.out) == (1, "")
    [line] = told.err.splitlines()
    assert line.startswith(f"{variable}: ")
    assert not value or value not in line
    assert "7f3a" not in line and _HEX not in line and "7331" not in line.removeprefix(variable)
