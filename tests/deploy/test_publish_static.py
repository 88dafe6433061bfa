"""The console into a bucket, over HTTP to a server that speaks S3."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from deploy.publish_static import Bucket, PublishError, publish

_SCRIPT, _OLDER = "assets/main-BzwZbUsM.js", "assets/main-OLDOLDOL.js"


def a_build(folder: Path, script: str = _SCRIPT) -> Path:
    """A page and its script, as `make console` leaves them."""
    listed = {}
    for name, kind in ((script, "text/javascript; charset=utf-8"), ("index.html", "text/html; charset=utf-8")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name} of {script}")
        listed[name] = {"type": kind, "etag": name, "is_immutable": name == script, "sizes": {"identity": 1}}
    (folder / "files.json").write_text(json.dumps(listed))
    return folder


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket of a server of its own."""
    server = ThreadedMotoServer(port=0)
    server.start()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    host, port = server.get_host_and_port()
    found = Bucket("console-of-ours", f"http://{host}:{port}", is_path=True)
    found.client().create_bucket(Bucket=found.name)
    yield found
    server.stop()


def _object(bucket: Bucket, name: str) -> dict[str, Any]:
    found: dict[str, Any] = bucket.client().get_object(Bucket=bucket.name, Key=f"console/{name}")
    return found


def test_files_are_kept_for_good_and_the_page_stays_ours(bucket: Bucket, tmp_path: Path) -> None:
    """What is named after its content may be kept by anybody; the page comes with its policy, from the gateway."""
    told = [*publish(bucket, a_build(tmp_path))]

    script = _object(bucket, _SCRIPT)
    assert script["CacheControl"] == "public, max-age=31536000, immutable"
    assert script["ContentType"] == "text/javascript; charset=utf-8"
    assert script["Body"].read().decode() == f"{_SCRIPT} of {_SCRIPT}"
    assert [line.split() for line in told] == [["put", f"console/{_SCRIPT}"]]


def test_files_of_earlier_releases_stay(bucket: Bucket, tmp_path: Path) -> None:
    """Whoever has the page before open finds its script; what is there is not sent again."""
    old, new = a_build(tmp_path / "old", _OLDER), a_build(tmp_path / "new")
    for folder in (old, new):
        list(publish(bucket, folder))

    assert _object(bucket, _OLDER)["ContentLength"] and _object(bucket, _SCRIPT)["ContentLength"]
    assert [line.split() for line in publish(bucket, new)] == [["is", "there", f"console/{_SCRIPT}"]]


def test_what_cannot_be_published_is_told(bucket: Bucket, tmp_path: Path) -> None:
    """Nothing built, or no such bucket, in words that say what to do."""
    with pytest.raises(PublishError, match="make console"):
        list(publish(bucket, tmp_path / "none"))
    with pytest.raises(PublishError, match="nowhere"):
        list(publish(Bucket("nowhere", bucket.endpoint, is_path=True), a_build(tmp_path)))
