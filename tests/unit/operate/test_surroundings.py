"""Finding out where everything is."""

from pathlib import Path

import pytest

from deploy.operate import surroundings
from deploy.operate.surroundings import OutOfReachError, Surroundings, find, named_ops


def test_the_environment_of_a_process_comes_before_the_local_stack() -> None:
    """In a container there is one process to be, with what it may know."""
    seen = find({"CHECKIN_OPS_ADDRESS": "0.0.0.0:9103", "CHECKIN_DATABASE_URL": "mysql://x"})
    assert not seen.is_local
    assert list(seen.environments) == ["checkin"]
    assert seen.ops == {"checkin": "127.0.0.1:9103"}
    assert seen.secret("checkin", "DATABASE_URL") == "mysql://x"


def test_a_shell_that_only_chooses_a_port_is_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is the local stack, and where there is none, that is said."""
    monkeypatch.setattr(surroundings, "SECRETS", tmp_path / "none")
    with pytest.raises(OutOfReachError, match="make up"):
        find({"QIANDAO_HTTP_PORT": "8081"})


def test_a_secret_comes_from_its_file(tmp_path: Path) -> None:
    """Without the line end that editors add."""
    file = tmp_path / "url"
    file.write_text("redis://here\n")
    seen = Surroundings("", False, {"checkin": {"CHECKIN_REDIS_URL_FILE": str(file)}})
    assert seen.first_secret("REDIS_URL", "recorder", "checkin") == ("checkin", "redis://here")


def test_a_file_that_cannot_be_read_is_named() -> None:
    """With the variable, and why."""
    seen = Surroundings("", False, {"checkin": {"CHECKIN_REDIS_URL_FILE": "/nowhere/url"}})
    with pytest.raises(OutOfReachError, match=r"CHECKIN_REDIS_URL_FILE: No such file or directory: /nowhere/url"):
        seen.secret("checkin", "REDIS_URL")


def test_what_is_not_known_here_says_where_it_is() -> None:
    """The same command in the right container."""
    seen = Surroundings("", False, {"checkin": {}})
    with pytest.raises(OutOfReachError, match=r"ACTIVITY_DATABASE_URL is not known here; .*deploy/activity"):
        seen.first_secret("DATABASE_URL", "activity")


def test_ops_targets_may_have_names() -> None:
    """Or are called by their address."""
    assert named_ops("checkin=10.0.0.1:9103, 10.0.0.2:9103,") == {
        "checkin": "10.0.0.1:9103",
        "10.0.0.2:9103": "10.0.0.2:9103",
    }
    with pytest.raises(OutOfReachError, match="'checkin' is not host:port"):
        named_ops("checkin")


def test_a_file_of_several_processes_is_looked_at_once() -> None:
    """The authority's certificate is everybody's."""
    one = {"QIANDAO_TLS_CA_FILE": "/ca", "X_URL_FILE": "/x"}
    seen = Surroundings("", True, {"checkin": one, "gateway": {"QIANDAO_TLS_CA_FILE": "/ca"}})
    assert list(seen.files()) == [("QIANDAO_TLS_CA_FILE", Path("/ca")), ("X_URL_FILE", Path("/x"))]
