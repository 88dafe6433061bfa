"""Where files lie: a directory, or a bucket of S3 or COS, through one API; a folder for each export.

Whatever is put is there whole or not at all: a directory has it under another name first, a bucket shows it when it is
complete. Nothing here needs conditional puts, which not every bucket knows.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from servicekit.errors import ConflictError, UnavailableError

# A piece of a bucket's upload must have 5 MiB at least, save the last one.
_PART_BYTES = 5 * 1024 * 1024
_PARTS_AT_ONCE = 2
_FULL = ("No space left", "os error 28", "os error 122", "InsufficientStorage", "StorageFull", "507 ", "QuotaExceeded")
_AGAIN_S = 5
_CONNECTED_WITHIN, _ANSWERED_WITHIN = timedelta(seconds=5), timedelta(seconds=30)


class StorageGoneError(UnavailableError):
    """Files cannot be written or read now."""

    reason = "STORAGE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the storage of files is not reachable; try again", retry_after_s=_AGAIN_S)


class StorageFullError(UnavailableError):
    """There is no room for another file now."""

    reason = "STORAGE_FULL"

    def __init__(self) -> None:
        super().__init__("the storage of files is full; free some, or give it more", retry_after_s=_AGAIN_S)


class FileMissingError(ConflictError):
    """Somebody took the file away before its time."""

    reason = "FILE_MISSING"

    def __init__(self) -> None:
        super().__init__("the file is not in the storage any more; export it again")


class Bucket(Protocol):
    """Where a bucket is; see `services.reporting.settings.BucketSettings`."""

    @property
    def endpoint(self) -> str:
        """URL of S3; empty: that of AWS in the region."""

    @property
    def region(self) -> str:
        """Of the bucket."""

    @property
    def virtual_host(self) -> bool:
        """Whether the bucket is part of the host's name."""

    @property
    def access_key(self) -> str:
        """Who asks."""

    @property
    def secret_key(self) -> str:
        """What proves it."""


class _Given(Iterator[bytes]):
    """Pieces on their way, and how many bytes they were."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.file_bytes = 0

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self.file_bytes += len(piece)
        return piece


class Vault:
    """Puts, gets and erases.

    Args:
        store: A directory, or s3://bucket/folder.
        bucket: Asked for a bucket alone: where it is.
    """

    def __init__(self, store: str, bucket: Callable[[], Bucket]) -> None:
        self._store: LocalStore | S3Store = _in_bucket(store, bucket()) if is_bucket(store) else _in_directory(store)

    async def put(self, path: str, pieces: Iterator[bytes]) -> None:
        """Writes a file, whole or not at all.

        Raises:
            StorageFullError: There is no room.
            StorageGoneError: It is not there, takes too long, lets nobody in, or keeps less than it was given.
        """
        given = _Given(pieces)
        try:
            with _errors():
                await obstore.put_async(
                    self._store, path, given, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE, use_multipart=True
                )
                kept = await obstore.head_async(self._store, path)
        except FileMissingError as error:
            raise StorageGoneError from error
        if kept["size"] != given.file_bytes:
            raise StorageGoneError from ValueError(f"{kept['size']} bytes of {given.file_bytes} were kept")

    async def get(self, path: str) -> AsyncIterator[bytes]:
        """The content of a file, in pieces of any length.

        Raises:
            FileMissingError: There is none.
            StorageGoneError: It is not there, takes too long, or lets nobody in.
        """
        with _errors():
            found = await obstore.get_async(self._store, path)
            async for piece in found.stream(min_chunk_size=_PART_BYTES // 5):
                yield bytes(piece)

    async def discard(self, path: str) -> None:
        """Takes away a file, if it is there; raises StorageGoneError."""
        with suppress(FileMissingError), _errors():
            await obstore.delete_async(self._store, path)

    async def erase(self, folder: str) -> None:
        """Takes away a folder with whatever is in it, half-written files too; raises StorageGoneError."""
        with _errors():
            if isinstance(self._store, LocalStore):
                assert self._store.prefix is not None
                await asyncio.to_thread(shutil.rmtree, Path(self._store.prefix) / folder, ignore_errors=True)
                return
            async for found in obstore.list(self._store, folder):
                await obstore.delete_async(self._store, [each["path"] for each in found])


def is_bucket(store: str) -> bool:
    """Whether files go to a bucket, which pods share, and not to a directory."""
    return urlsplit(store).scheme == "s3"


def _in_directory(store: str) -> LocalStore:
    Path(store).mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(store)


def _in_bucket(store: str, bucket: Bucket) -> S3Store:
    parts = urlsplit(store)
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        endpoint=bucket.endpoint or None,
        region=bucket.region,
        access_key_id=bucket.access_key,
        secret_access_key=bucket.secret_key,
        virtual_hosted_style_request=bucket.virtual_host,
        client_options={
            "allow_http": True,
            "connect_timeout": _CONNECTED_WITHIN,
            "timeout": _ANSWERED_WITHIN,
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise FileMissingError from None
    except (BaseError, OSError) as error:
        if any(sign in str(error) for sign in _FULL):
            raise StorageFullError from error
        raise StorageGoneError from error
