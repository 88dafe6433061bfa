"""The bootstrap's decisions."""

from pathlib import Path

import pytest

from deploy.local import up


def test_without_root_it_prints_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly what to type, and a failing exit code."""
    monkeypatch.setattr(up, "_become_root", lambda: None)
    monkeypatch.setattr(up, "has_program", lambda program: program == "apt-get")
    with pytest.raises(SystemExit) as caught:
        up.install_packages(["redis-server", "python3-venv"])
    assert "\n    sudo apt-get install -y redis-server python3-venv\n" in str(caught.value.code)


def test_missing_servers_are_named_by_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each program stands for Debian's package of it."""
    monkeypatch.setattr(up, "has_program", lambda program: program != "mariadbd")
    monkeypatch.setattr(up, "_RABBITMQ", Path("/nowhere"))
    assert up.missing_packages() == ["mariadb-server", "rabbitmq-server"]


def test_tests_need_a_browser_that_writes_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only tests and checks need is not asked for by `make up`."""
    monkeypatch.setattr(up, "has_program", lambda program: program != "chromium")
    monkeypatch.setattr(up, "_RABBITMQ", Path("/"))
    monkeypatch.setattr(up, "_CHINESE_FONT", Path("/nowhere"))
    assert up.missing_packages() == []
    assert up.missing_packages(dev=True) == ["chromium", "fonts-noto-cjk"]


@pytest.mark.parametrize(("found", "named"), [("v18.19.0\n", "v18.19.0"), ("", "none")])
def test_an_old_node_is_told_in_words(monkeypatch: pytest.MonkeyPatch, found: str, named: str) -> None:
    """What is needed, what is there, and where a newer one is."""
    monkeypatch.setattr(up, "has_program", lambda program: True)
    monkeypatch.setattr(up, "_output", lambda *command: found)
    with pytest.raises(SystemExit) as caught:
        up.check_node()
    assert f"Node 20 or newer with npm, and there is {named}. Install it" in str(caught.value.code)


def test_a_new_node_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any from 20 on."""
    monkeypatch.setattr(up, "has_program", lambda program: True)
    monkeypatch.setattr(up, "_output", lambda *command: "v22.1.0\n")
    up.check_node()


def test_wheels_are_left_alone_while_the_lock_is_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp holds the lock's digest; a changed lock installs again."""
    ran: list[list[str]] = []
    monkeypatch.setattr(up, "ROOT", tmp_path)
    monkeypatch.setattr(up, "LOCAL", tmp_path)
    monkeypatch.setattr(up, "VENV", tmp_path)
    monkeypatch.setattr(up, "_runs", lambda python: True)
    monkeypatch.setattr(up, "_run", lambda command, log: ran.append(command))
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1")
    up.install_wheels("requirements.lock")
    up.install_wheels("requirements.lock")
    assert len(ran) == 1
    lock.write_text("a==2")
    up.install_wheels("requirements.lock")
    assert len(ran) == 2
    assert "--require-hashes" in ran[0]


def test_the_policy_is_put_back() -> None:
    """The script restores a policy that was there, and removes its own, however it ends."""
    assert "trap restore EXIT" in up._INSTALL
    assert up._INSTALL.index("trap restore EXIT") < up._INSTALL.index("exit 101")
