"""The image: its Dockerfile copies what processes need, and its bill of materials names every wheel."""

import re
from pathlib import Path

from deploy.docker.image import sbom
from deploy.local.processes import PROCESSES

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
    assert {process.module.partition(".")[0] for process in PROCESSES.values()} | {"protos", "servicekit"} <= copied


def test_nobody_is_root_in_it_and_nothing_installs() -> None:
    """The last stage adds labels only; the one before it ends as our own user, without pip."""
    code = DOCKERFILE[DOCKERFILE.index("AS code") : DOCKERFILE.index("AS local")]
    assert code.rindex("USER 10001:10001") > code.rindex("RUN ")
    assert "pip uninstall" in code
    assert "apt-get" not in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
