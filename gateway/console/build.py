"""A built console in memory: what a request names is looked up among names, and never reaches the file system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

_LIST = "files.json"
_SUFFIXES = {"identity": "", "br": ".br", "gzip": ".gz"}

Encodings = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class File:
    """One file of the build, by how it may be encoded."""

    type: str
    etag: str
    is_immutable: bool
    bodies: Encodings


class _Listed(msgspec.Struct):
    """A file as the build lists it."""

    type: str
    etag: str
    is_immutable: bool
    sizes: dict[str, int]


@dataclass(slots=True)
class Build:
    """The build in a folder, read again when another one was put in its place.

    Attributes:
        folder: What `make console` writes; it need not be there.
    """

    folder: Path
    _files: Mapping[str, File] = field(default_factory=dict)
    _read_at: int = 0

    def __post_init__(self) -> None:
        self.files()

    def files(self) -> Mapping[str, File]:
        """Every file by its name; none where nothing was built."""
        try:
            written_at = (self.folder / _LIST).stat().st_mtime_ns
            if written_at != self._read_at:
                self._files, self._read_at = self._read(), written_at
        except FileNotFoundError:
            # Nothing is there, or it is being replaced: what was read still serves.
            pass
        return self._files

    def _read(self) -> dict[str, File]:
        listed = msgspec.json.decode((self.folder / _LIST).read_bytes(), type=dict[str, _Listed])
        return {name: self._file(name, one) for name, one in listed.items()}

    def _file(self, name: str, listed: _Listed) -> File:
        bodies = {each: (self.folder / f"{name}{_SUFFIXES[each]}").read_bytes() for each in listed.sizes}
        return File(listed.type, listed.etag, listed.is_immutable, bodies)
