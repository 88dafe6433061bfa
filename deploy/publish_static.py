"""Puts the built console into a bucket, for a CDN in front of it: `python -m deploy.publish_static <bucket>`.

Any S3 will do, Tencent's COS too (`--endpoint https://cos.<region>.myqcloud.com`); who may write there is told as to
every tool of S3, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The CDN serves `/console/assets/` of our own host from
it, so that pages load nothing foreign; the pages, with their policy, stay the gateway's. Nothing is ever taken
away: who has an older page open finds its files.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy.fleet import ROOT
from gateway.console.build import Build, File
from gateway.console.serving import keeping

DIST = ROOT / "console" / "dist"
# Where the gateway has them, so a CDN need not rewrite paths.
_PREFIX = "console/"


class PublishError(Exception):
    """Nothing was published, or not everything; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3; buckets are part of the host, as COS wants it, or of the path."""

    name: str
    endpoint: str | None = None
    is_path: bool = False

    def client(self) -> Any:
        """What speaks to it."""
        style = "path" if self.is_path else "virtual"
        config = Config(s3={"addressing_style": style}, request_checksum_calculation="when_required")
        return boto3.client("s3", endpoint_url=self.endpoint, config=config)


def publish(bucket: Bucket, folder: Path = DIST) -> Iterator[str]:
    """Puts every file that is named after its content there, unless it is; yields a line for each.

    Raises:
        PublishError: Nothing is built, or the bucket refused.
    """
    files = Build(folder).files()
    if not files:
        raise PublishError("nothing is built; run make console")
    try:
        client = bucket.client()
        there = _keys(client, bucket.name)
        for name, file in sorted(files.items()):
            if not file.is_immutable:
                continue
            is_there = _PREFIX + name in there
            if not is_there:
                _put(client, bucket.name, name, file)
            yield f"  {'is there' if is_there else 'put':<10} {_PREFIX}{name}"
    except (BotoCoreError, ClientError) as error:
        raise PublishError(f"{bucket.name}: {error}") from error


def _keys(client: Any, bucket: str) -> set[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX)
    return {each["Key"] for page in pages for each in page.get("Contents", ())}


def _put(client: Any, bucket: str, name: str, file: File) -> None:
    client.put_object(
        Bucket=bucket,
        Key=_PREFIX + name,
        Body=file.bodies["identity"],
        ContentType=file.type,
        CacheControl=keeping(file),
    )


def main() -> int:
    """Publishes, a line for each file; a failure is told in words."""
    parser = argparse.ArgumentParser(prog="python -m deploy.publish_static", description=__doc__)
    parser.add_argument("bucket")
    parser.add_argument("--endpoint", help="of an S3 that is not Amazon's")
    parser.add_argument("--path-style", action="store_true", help="the bucket is no part of the host's name")
    options = parser.parse_args()
    try:
        for line in publish(Bucket(options.bucket, options.endpoint, options.path_style)):
            print(line, flush=True)
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
