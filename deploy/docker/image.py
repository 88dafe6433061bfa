"""Builds the image with docker, podman or buildah: `python -m deploy.docker.image build --tag qiandao:dev`.

Where no registry can be reached the base is made here, with debootstrap, and kept in the cache. The Python of either
base, Docker's and Debian's, was built with profile-guided and link-time optimisation; one without costs a fifth more in
every process. `sbom` writes what is in the image, `audit` asks for known vulnerabilities of it.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from servicekit import VERSION

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("QIANDAO_CACHE", "~/.cache/qiandao")).expanduser() / "image"
PUBLISHED_BASE, OWN_BASE = "docker.io/library/python:3.11-slim-bookworm", "localhost/qiandao-base:bookworm"

_DOCKERFILE = "deploy/docker/Dockerfile"
_PACKAGES = "python3,python3-venv,ca-certificates"
_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)(?P<hashes>(?:.*\\\n)*.*)", re.MULTILINE
)
_DEBIAN = "http://deb.debian.org/debian"
# Lines of `pip config list`, of which the later sections count more; then what says whom to ask and how patiently.
_SECTIONS = ("global", "install", ":env:")
_TOLD = re.compile(rf"^({'|'.join(_SECTIONS)})\.([a-z-]+)=(.*)$", re.MULTILINE)
_ASKED = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout")
_NPM_TOLD = re.compile(r"^registry = ", re.MULTILINE)
# What debootstrap can fetch from.
_FETCHED = ("http:", "https:", "file:")


class BuildError(Exception):
    """Something did not build; the text says what and what to do."""


def engine() -> list[str]:
    """The command of the first engine that works.

    Raises:
        BuildError: None does.
    """
    for command in (["docker"], ["podman"], ["buildah", "--storage-driver", "vfs"]):
        if shutil.which(command[0]) and _succeeds([*command, "info"]):
            return command
    raise BuildError("neither docker nor podman nor buildah works here; `apt-get install buildah` gives one, for root")


def build(tag: str, base: str, output: Path | None) -> None:
    """Builds the image, and writes it as an archive if asked to.

    Args:
        base: An image; found or made if empty.

    Raises:
        BuildError: The engine refused; its last lines are in the text.
    """
    command = engine()
    with _step(f"image {tag}"), TemporaryDirectory() as folder:
        arguments = [f"BASE={base or _base(command)}", f"VERSION={VERSION}", f"REVISION={_revision()}"]
        options = [option for argument in arguments for option in ("--build-arg", argument)]
        what = ["--target", "runtime", "-t", tag, "-f", _DOCKERFILE, "."]
        _run([*command, *_verb(command), *secrets(Path(folder)), *options, *what])
    if output is not None:
        with _step(f"archive {output}"):
            output.parent.mkdir(parents=True, exist_ok=True)
            output.unlink(missing_ok=True)
            _save(command, tag, output)


def _verb(command: Sequence[str]) -> list[str]:
    if command[0] == "buildah":
        # Without a user namespace of its own, a root that may not mount builds in a chroot.
        return ["bud", "--isolation", "chroot", "--ignorefile", f"{_DOCKERFILE}.dockerignore"]
    return ["build"]


def secrets(folder: Path) -> list[str]:
    """Whom pip and npm ask on this machine and whom they trust, as they say themselves, for the time of the build.

    Args:
        folder: Holds what is made for it; to be removed after the build, for there may be passwords in URLs.
    """
    told = _pip_settings()
    asked = [f"{name} = {' '.join(told[name].split())}\n" for name in _ASKED if name in told]
    found = []
    if asked:
        (folder / "pip.conf").write_text("[global]\n" + "".join(asked))
        found += ["--secret", f"id=pip,src={folder}/pip.conf"]
    if registry := _npm_registry():
        (folder / "npmrc").write_text(f"registry={registry}\n")
        found += ["--secret", f"id=npm,src={folder}/npmrc"]
    if authority := told.get("cert"):
        found += ["--secret", f"id=ca,src={authority}"]
    return found


def _pip_settings() -> dict[str, str]:
    """What holds for `pip install` here, of all of its files and the environment."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told = [(_SECTIONS.index(section), name, value) for section, name, value in _TOLD.findall(said)]
    return {name: ast.literal_eval(value) for _, name, value in sorted(told)}


def _npm_registry() -> str:
    """Where npm was told to fetch from here; empty where it asks its own, or there is none to ask."""
    npm = shutil.which("npm", path=f"{ROOT}/.venv/bin:{os.environ.get('PATH', '')}")
    if npm is None:
        return ""
    found = {**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ.get('PATH', '')}"}

    def config(*words: str) -> str:
        asked = [npm, "config", *words]
        return subprocess.run(asked, env=found, capture_output=True, text=True, check=True).stdout.strip()

    return config("get", "registry") if _NPM_TOLD.search(config("list")) else ""


def _save(command: Sequence[str], tag: str, output: Path) -> None:
    if command[0] == "buildah":
        _run([*command, "push", "--quiet", tag, f"docker-archive:{output}:{tag}"])
    else:
        _run([*command, "save", "--output", str(output), tag])


def _base(command: Sequence[str]) -> str:
    """The published base where it can be had, else one made here."""
    if _has(command, PUBLISHED_BASE) or _succeeds([*command, "pull", PUBLISHED_BASE]):
        return PUBLISHED_BASE
    if not _has(command, OWN_BASE):
        _make_base(command)
    return OWN_BASE


def _has(command: Sequence[str], image: str) -> bool:
    return _succeeds([*command, "inspect", *(["--type", "image"] if command[0] != "docker" else []), image])


def _make_base(command: Sequence[str]) -> None:
    if not shutil.which("debootstrap"):
        raise BuildError(f"{PUBLISHED_BASE} cannot be fetched; `apt-get install debootstrap` lets it be made here")
    folder = CACHE / "bookworm"
    with _step("base image"):
        if not (folder / "usr" / "bin" / "python3").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _run(["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", "bookworm", str(folder), mirror()])
        shutil.rmtree(folder / "var" / "cache" / "apt", ignore_errors=True)
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        dockerfile = CACHE / "Dockerfile"
        dockerfile.write_text(f"FROM scratch\nCOPY bookworm /\nENV PATH={path}\n")
        verb = ["bud", "--isolation", "chroot"] if command[0] == "buildah" else ["build"]
        _run([*command, *verb, "-t", OWN_BASE, "-f", str(dockerfile), str(CACHE)])


def mirror(*options: str) -> str:
    """The archive of Debian bookworm that apt fetches from here; Debian's own where apt has none, as on Ubuntu.

    Args:
        options: Apt's, such as `-o Dir=<another root>`.

    Raises:
        BuildError: No archive at all answers; its text is apt's.
    """
    if not shutil.which("apt-get"):
        return _DEBIAN
    with TemporaryDirectory() as lists:
        # Only from an archive's lists does apt know whose it is, and images are often made without them.
        if not _indexes(*options):
            options = (*options, "-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={lists}")
            done = subprocess.run(["apt-get", *options, "update", "-q"], capture_output=True, text=True, check=False)
            if not _indexes(*options):
                raise BuildError(f"apt finds no archive, so no base can be made:\n{done.stdout}{done.stderr}")
        found = _indexes(*options, "Origin: Debian", "Codename: bookworm", "Component: main")
    return next((uri for uri in found if uri.startswith(_FETCHED)), _DEBIAN)


def _indexes(*arguments: str) -> list[str]:
    """Where the lists of packages that apt has here came from; of these, what some fields are may be named."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def sbom(lock: str) -> dict[str, Any]:
    """The bill of materials of the wheels that a lock file names.

    Source: CycloneDX 1.5; package-url/purl-spec, type pypi.
    """
    found = []
    for pinned in _PINNED.finditer(lock):
        digests = re.findall(r"sha256:([0-9a-f]{64})", pinned["hashes"])
        name, version = pinned["name"].lower().replace("_", "-"), pinned["version"]
        purl = f"pkg:pypi/{name}@{version}"
        hashes = [{"alg": "SHA-256", "content": digest} for digest in digests]
        part = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": hashes}
        found.append(part)
    about = {"component": {"type": "application", "name": "qiandao", "version": VERSION}}
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": about, "components": found}


def audit() -> None:
    """Asks for known vulnerabilities of every wheel.

    Raises:
        BuildError: There are some, or the service cannot be asked about one of them.
    """
    lock = ["--strict", "--require-hashes", "--disable-pip", "-r", "requirements.lock"]
    _run([sys.executable, "-m", "pip_audit", "--progress-spinner", "off", *lock])


def _revision() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise BuildError(f"`{' '.join(command)}` failed:\n{tail}")


@contextmanager
def _step(what: str) -> Iterator[None]:
    print(f"  {what} ...", flush=True)
    began = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - began:.0f} s", flush=True)


def main() -> int:
    """Obeys the command line; a failure is told in words."""
    parser = argparse.ArgumentParser(prog="python -m deploy.docker.image", description=__doc__)
    parser.add_argument("command", choices=("build", "sbom", "audit"))
    parser.add_argument("--tag", default=f"qiandao:{VERSION}")
    parser.add_argument("--base", default="", help="a Debian-based image with Python 3.11 or newer")
    parser.add_argument("--output", type=Path, help="an archive to write, or the bill of materials")
    options = parser.parse_args()
    try:
        if options.command == "build":
            build(options.tag, options.base, options.output)
        elif options.command == "sbom":
            parts = sbom((ROOT / "requirements.lock").read_text(encoding="utf-8"))
            output = options.output or Path("sbom.json")
            output.write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")
            print(f"{len(parts['components'])} wheels in {output}")
        else:
            audit()
            print("no known vulnerability")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
