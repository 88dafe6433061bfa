"""How many files come in at a moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from servicekit.errors import RateLimitedError


class Uploads:
    """Files that come in at this moment: so many in all, and one of each person."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._senders: set[bytes] = set()

    @contextmanager
    def of(self, user_id: bytes) -> Iterator[None]:
        """Has one come in.

        Raises:
            TooManyUploadsError: There is no room for it.
        """
        if user_id in self._senders:
            raise TooManyUploadsError("you are sending a file already; send the next one when it has come")
        if len(self._senders) >= self._most:
            raise TooManyUploadsError("too many files come in at this moment; send it again in a while")
        self._senders.add(user_id)
        try:
            yield
        finally:
            self._senders.remove(user_id)


class TooManyUploadsError(RateLimitedError):
    """No file can come in now."""

    reason = "TOO_MANY_UPLOADS"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after_s=5)
