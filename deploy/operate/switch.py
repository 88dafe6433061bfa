"""`qiandao switch`: what operators may turn on for a while, kept append-only in schema `activity`.

Every process that judges reads it within 5 s, without Redis or RabbitMQ. The newest row of a switch counts while it has
not expired; so a row that expires as it is set ends it. A row says who, when, until when and why, and is never changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from deploy.operate.connections import Row, mysql, rows
from deploy.operate.screen import span, table
from deploy.operate.surroundings import Surroundings
from protos.activity.v1 import activity_pb2
from servicekit.clock import SECOND_US, from_datetime, now_us, to_datetime, to_rfc3339
from servicekit.ids import new_id

LONGEST_S = 24 * 3600
LONGEST_GRACE_S = 300

# By the word on the command line: the number of activity.v1.Switch.Name.
NAMES: dict[str, int] = {
    "force-id-only": activity_pb2.Switch.NAME_FORCE_ID_ONLY,
    "mute-signal": activity_pb2.Switch.NAME_MUTE_SIGNAL,
    "lengthen-grace": activity_pb2.Switch.NAME_LENGTHEN_GRACE,
}
# What antifraud may be told not to hear; the door's own reasons cannot be muted.
SIGNALS = (
    "FENCE_OUTSIDE",
    "FENCE_UNCERTAIN",
    "LOCATION_MISSING",
    "LOCATION_DENIED",
    "LOCATION_MOCKED",
    "WIFI_MISMATCH",
    "WIFI_MISSING",
    "DEVICE_SHARED",
    "DEVICE_NEW",
    "RELAY_SUSPECTED",
    "SPEED_IMPOSSIBLE",
    "CLOCK_SKEW",
)

_WORDS = {number: word for word, number in NAMES.items()}
_COLUMNS = "name, `signal`, grace_s, set_at, expires_at, set_by, reason"
_NEWEST = f"SELECT {_COLUMNS} FROM switches ORDER BY set_at DESC, switch_id DESC LIMIT :limit"  # noqa: S608  our own names
_INSERT = (
    "INSERT INTO switches (switch_id, name, `signal`, grace_s, set_at, expires_at, set_by, reason)"
    " VALUES (:switch_id, :name, :signal, :grace_s, :set_at, :expires_at, :set_by, :reason)"
)
# Switches live for a day, so what is on is among the newest rows.
_READ = 1000


class WrongUseError(Exception):
    """The command line asks for something that cannot be; the text says what can."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch as it was set once: who, when, until when and why."""

    word: str
    signal: str
    grace_s: int
    set_at: int
    expires_at: int
    set_by: str
    reason: str

    @property
    def title(self) -> str:
        """The switch with what it is about."""
        about = self.signal or (f"{self.grace_s} s" if self.grace_s else "")
        return f"{self.word} {about}".rstrip()


async def history(seen: Surroundings, limit: int) -> list[Switch]:
    """What was set and ended, newest first.

    Raises:
        OutOfReachError: Schema activity cannot be read from here.
    """
    _, url = seen.first_secret("DATABASE_URL", "activity")
    async with mysql(url) as connection:
        return [_switch(row) for row in await rows(connection, _NEWEST, limit=limit)]


async def current(seen: Surroundings) -> list[Switch]:
    """What is on.

    Raises:
        OutOfReachError: Schema activity cannot be read from here.
    """
    return on(await history(seen, _READ), now_us())


def on(newest_first: Sequence[Switch], now: int) -> list[Switch]:
    """The newest row of each switch, where that has not expired."""
    newest: dict[tuple[str, str], Switch] = {}
    for switch in newest_first:
        newest.setdefault((switch.word, switch.signal), switch)
    return [switch for switch in newest.values() if switch.expires_at > now]


def wanted(word: str, value: str, for_s: float, by: str, reason: str) -> Switch:
    """The row to write.

    Args:
        value: A signal for mute-signal, seconds for lengthen-grace, nothing for force-id-only.
        for_s: How long it stays on; 0 ends it.

    Raises:
        WrongUseError: Something is missing or out of bounds.
    """
    if not reason.strip():
        raise WrongUseError("--reason is needed: whoever finds the switch on wants to know why")
    if not by.strip():
        raise WrongUseError("--by is needed: there is no $USER here, and whoever finds the switch on wants to ask you")
    if not 0 <= for_s <= LONGEST_S:
        raise WrongUseError(f"--for is at most {span(LONGEST_S)}; set it again if it is needed longer")
    signal, grace_s = _value(word, value, is_end=for_s == 0)
    now = now_us()
    return Switch(word, signal, grace_s, now, now + int(for_s * SECOND_US), by.strip()[:64], reason.strip()[:500])


async def write(seen: Surroundings, switch: Switch) -> None:
    """Appends the row.

    Raises:
        OutOfReachError: Schema activity cannot be written from here.
    """
    _, url = seen.first_secret("DATABASE_URL", "activity")
    async with mysql(url) as connection:
        await connection.execute(text(_INSERT), _columns(switch))
        await connection.commit()


def render(switches: Sequence[Switch], now: int) -> Iterator[str]:
    """Lines for a terminal, of rows newest first."""
    if not switches:
        yield "No switch is on."
        return
    current_ones = on(switches, now)
    rows_shown = (_line(switch, now if switch in current_ones else None) for switch in switches)
    yield from table(("switch", "on for", "set by", "set at", "reason"), rows_shown)


def to_json(switches: Sequence[Switch]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "switch": switch.word,
            "signal": switch.signal,
            "grace_s": switch.grace_s,
            "set_at": to_rfc3339(switch.set_at),
            "expires_at": to_rfc3339(switch.expires_at),
            "set_by": switch.set_by,
            "reason": switch.reason,
        }
        for switch in switches
    ]


def _value(word: str, value: str, *, is_end: bool) -> tuple[str, int]:
    if word == "mute-signal":
        if value not in SIGNALS:
            raise WrongUseError(f"mute-signal wants one of {', '.join(SIGNALS)}")
        return value, 0
    if word == "lengthen-grace" and not is_end:
        if not value.isdigit() or not 0 < int(value) <= LONGEST_GRACE_S:
            raise WrongUseError(f"lengthen-grace wants seconds, 1 to {LONGEST_GRACE_S}")
        return "", int(value)
    if value:
        raise WrongUseError(f"{word} takes no value, got {value!r}")
    return "", 0


def _columns(switch: Switch) -> Row:
    return {
        "switch_id": new_id(),
        "name": NAMES[switch.word],
        "signal": switch.signal,
        "grace_s": switch.grace_s,
        "set_at": to_datetime(switch.set_at),
        "expires_at": to_datetime(switch.expires_at),
        "set_by": switch.set_by,
        "reason": switch.reason,
    }


def _switch(row: Row) -> Switch:
    return Switch(
        word=_WORDS.get(row["name"], f"unknown {row['name']}"),
        signal=row["signal"],
        grace_s=row["grace_s"],
        set_at=from_datetime(row["set_at"]),
        expires_at=from_datetime(row["expires_at"]),
        set_by=row["set_by"],
        reason=row["reason"],
    )


def _line(switch: Switch, now: int | None) -> list[object]:
    """A row of the table; without a time for one that is on no more."""
    left = span((switch.expires_at - now) / SECOND_US) if now else "over"
    return [switch.title, left, switch.set_by, to_rfc3339(switch.set_at), switch.reason]
