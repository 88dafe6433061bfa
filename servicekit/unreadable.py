"""What is stored and cannot be read: it is named and counted where it is met, and its neighbours go on.

Nothing here repairs or removes anything. The item stays where it is, for whoever mends it; the alert `UnreadableItems`
and `qiandao doctor` lead there.
"""

import logging

from prometheus_client import Counter

log = logging.getLogger(__name__)

_MET = Counter("unreadable_items_total", "Times that something stored could not be opened or parsed.", ["what"])


class Unreadable:
    """One kind of stored item; its count is there at 0 before the first one, so that an increase is seen."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._met = _MET.labels(what)

    def note(self, which: bytes | str, cause: object) -> None:
        """Names an item that was met.

        Args:
            which: Its id or key; bytes are logged in hexadecimal.
            cause: Why it cannot be read; says nothing of its content.
        """
        self._met.inc()
        name = which.hex() if isinstance(which, bytes) else which
        log.error("%s %s cannot be read: %s", self._what, name, cause)
