"""Both kinds of storage."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.contract.reporting.exports.storing import Storage
from tests.ports import reserved_port


class Bucket(Storage):
    """A bucket of a server that speaks S3, which can be gone for a while, with all that is in it."""

    def __init__(self, port: int) -> None:
        super().__init__("s3://exports-of-ours/files", f"http://127.0.0.1:{port}")
        self._port = port
        self._server: ThreadedMotoServer | None = None

    def start(self) -> None:
        """It is there."""
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self._port)
        self._server.start()
        self.client().create_bucket(Bucket="exports-of-ours")

    def stop(self) -> None:
        """It is gone."""
        if self._server:
            self._server.stop()
            self._server = None

    def client(self) -> "boto3.client":
        """What looks into it beside us."""
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", **keys)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """An empty bucket."""
    bucket = Bucket(reserved_port())
    bucket.start()
    yield bucket
    bucket.stop()


@pytest.fixture(params=["directory", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each kind."""
    if request.param == "directory":
        return Storage(str(tmp_path / "files"))
    found: Storage = request.getfixturevalue("bucket")
    return found
