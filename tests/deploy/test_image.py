"""The image: its Dockerfile copies what processes need, and its bill of materials names every wheel."""

import hashlib
import os
import re
from pathlib import Path

import pytest

from deploy.docker.image import BuildError, mirror, sbom, secrets
from deploy.fleet import PROCESSES

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text(encoding="utf-8")


def test_every_wheel_of_the_lock_is_in_the_bill() -> None:
    """With its version and the digests that an installation checks."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    parts = sbom(lock)["components"]
    assert {f"{part['name']}=={part['version']}" for part in parts} == set(
        re.findall(
            r"^([a-z0-9._-]+(?:==)[^ ]+)", re.sub(r"\[[^]]*\]", "", lock.lower().replace("_", "-")), re.MULTILINE
        )
    )
    assert all(part["hashes"] for part in parts)


def test_the_code_of_every_process_is_copied() -> None:
    """A package that is left out shows only when its process starts."""
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    shared = {"protos", "servicekit", "domainkit"}
    assert {process.module.partition(".")[0] for process in PROCESSES.values()} | shared <= copied


def test_nobody_is_root_in_it_and_nothing_installs() -> None:
    """The last stage adds labels only; the one before it ends as our own user, without pip."""
    code = DOCKERFILE[DOCKERFILE.index("AS code") : DOCKERFILE.index("AS local")]
    assert code.rindex("USER 10001:10001") > code.rindex("RUN ")
    assert "pip uninstall" in code
    fonts = DOCKERFILE[DOCKERFILE.index("AS fonts") : DOCKERFILE.index("AS code")]
    assert DOCKERFILE.count("apt-get") == fonts.count("apt-get")
    copied = re.findall(r"^COPY --from=fonts (.+) \S+$", code, re.MULTILINE)
    assert copied and all(path.startswith("/usr/share/fonts/") for paths in copied for path in paths.split())
    assert all(
        f"Noto{letters}-Regular" in code for letters in ("SansCJK", "SansArabic", "SerifTibetan", "SansMongolian")
    )
    assert "--require-hashes" in DOCKERFILE


_PACKAGES = "Package: hello\nVersion: 1\nArchitecture: amd64\nFilename: hello.deb\nSize: 1\n"


class Machine:
    """The sources and lists of a machine's apt, in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.sources = root / "etc" / "apt" / "sources.list.d"
        self._lists = root / "var" / "lib" / "apt" / "lists"
        for folder in (self.sources, self._lists / "partial", root / "etc" / "apt" / "preferences.d"):
            folder.mkdir(parents=True)

    def mirror(self) -> str:
        """What the image would be made from here."""
        return mirror("-o", f"Dir={self._root}", "-o", "Dir::State::status=/dev/null", "-o", "APT::Architecture=amd64")

    def archive(self, origin: str, codename: str = "bookworm") -> Path:
        """An archive with one list of packages."""
        folder = self._root / "archives" / origin
        packages = folder / "dists" / codename / "main" / "binary-amd64" / "Packages"
        packages.parent.mkdir(parents=True)
        packages.write_text(_PACKAGES)
        (folder / "dists" / codename / "Release").write_text(_release(origin, codename))
        return folder

    def fetch(self, archive: str, origin: str, codename: str = "bookworm") -> None:
        """Puts the lists of an archive where apt has them after an update."""
        stem = archive.partition("//")[2].strip("/").replace("/", "_") + f"_dists_{codename}_"
        (self._lists / f"{stem}Release").write_text(_release(origin, codename))
        (self._lists / f"{stem}main_binary-amd64_Packages").write_text(_PACKAGES)


def _release(origin: str, codename: str) -> str:
    return (
        f"Origin: {origin}\nSuite: {codename}\nCodename: {codename}\nArchitectures: amd64\nComponents: main\n"
        f"Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
        f"SHA256:\n {hashlib.sha256(_PACKAGES.encode()).hexdigest()} {len(_PACKAGES)} main/binary-amd64/Packages\n"
    )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One whose apt knows nothing yet."""
    return Machine(tmp_path)


_VENDOR, _OURS, _FORMER = "https://node.example/deb", "http://mirror.example/debian", "http://gone.example/debian"


def test_the_base_is_made_from_the_archive_that_apt_uses(machine: Machine) -> None:
    """Not from a vendor's that comes first, nor from one that is switched off, in whichever of apt's two notations."""
    (machine.sources / "a-vendor.list").write_text(f"deb {_VENDOR} bookworm main\n")
    (machine.sources / "b-off.sources").write_text(
        f"Types: deb\nURIs: {_FORMER}\nSuites: bookworm\nComponents: main\nEnabled: no\n"
    )
    (machine.sources / "c-off.list").write_text(f"# deb {_FORMER} bookworm main\n")
    (machine.sources / "d-off.list.disabled").write_text(f"deb {_FORMER} bookworm main\n")
    (machine.sources / "e-later.list").write_text(f"deb {_OURS} bookworm-backports main\n")
    (machine.sources / "z-ours.sources").write_text(f"Types: deb\nURIs: {_OURS}\nSuites: bookworm\nComponents: main\n")
    machine.fetch(_VENDOR, "Vendor")
    machine.fetch(_FORMER, "Debian")
    machine.fetch(_OURS, "Debian", "bookworm-backports")
    machine.fetch(_OURS, "Debian")
    assert machine.mirror().rstrip("/") == _OURS


def test_apt_is_asked_again_where_its_lists_were_thrown_away(machine: Machine) -> None:
    """As images throw them away: whose an archive is stands in its lists only. Another one's failure is no matter."""
    for origin in ("Vendor", "Debian"):
        (machine.sources / f"{origin}.list").write_text(
            f"deb [trusted=yes] file:{machine.archive(origin)} bookworm main\n"
        )
    (machine.sources / "a-gone.list").write_text("deb [trusted=yes] file:/nowhere bookworm main\n")
    assert machine.mirror().rstrip("/").endswith("/archives/Debian")


def test_without_an_archive_of_debian_its_own_is_taken(machine: Machine) -> None:
    """On Ubuntu, for one."""
    (machine.sources / "ubuntu.list").write_text(f"deb {_OURS} noble main\n")
    machine.fetch(_OURS, "Ubuntu", "noble")
    assert machine.mirror() == "http://deb.debian.org/debian"


def test_an_archive_that_does_not_answer_is_named(machine: Machine) -> None:
    """With apt's own words, and nothing is made from another one instead."""
    (machine.sources / "ours.list").write_text("deb [trusted=yes] file:/nowhere bookworm main\n")
    with pytest.raises(BuildError, match="/nowhere"):
        machine.mirror()


@pytest.fixture(autouse=True)
def npm(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose npm is told nothing."""
    nothing = tmp_path_factory.mktemp("npm")
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(nothing / "user"))
    monkeypatch.setenv("NPM_CONFIG_GLOBALCONFIG", str(nothing / "global"))


def test_npm_in_the_image_asks_whom_it_asks_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror is told in a secret, which no layer remembers."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://mirror.example/npm/")
    assert f"id=npm,src={tmp_path}/npmrc" in secrets(tmp_path)
    assert (tmp_path / "npmrc").read_text() == "registry=https://mirror.example/npm/\n"


def test_node_builds_the_console_and_stays_behind() -> None:
    """Its files alone come along, from a stage that takes Node by the lock."""
    stage = DOCKERFILE[DOCKERFILE.index("AS console") : DOCKERFILE.index("AS code")]
    assert "--require-hashes -r /requirements-node.lock" in stage
    assert re.findall(r"^COPY --from=console (.+)$", DOCKERFILE, re.MULTILINE) == ["/console/dist console/dist"]


def test_pip_in_the_image_asks_whom_it_asks_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever pip has that from: a file that one of its variables names is as good as /etc/pip.conf."""
    told = tmp_path / "told.conf"
    told.write_text(
        "[global]\nindex-url = https://a.example/simple\nretries = 9\n[install]\ntrusted-host =\n  a\n  b\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(told))
    monkeypatch.setenv("PIP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("PIP_CERT", "/ca.pem")
    options = secrets(tmp_path)
    assert options == ["--secret", f"id=pip,src={tmp_path}/pip.conf", "--secret", "id=ca,src=/ca.pem"]
    kept = (tmp_path / "pip.conf").read_text().splitlines()
    wanted = ["index-url = https://a.example/simple", "trusted-host = a b", "proxy = http://proxy.example:3128"]
    assert kept[0] == "[global]" and set(wanted) <= set(kept)
    assert not any(line.startswith("retries") for line in kept)


def test_where_pip_is_told_nothing_there_are_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the image takes what PyPI has."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert secrets(tmp_path) == []
