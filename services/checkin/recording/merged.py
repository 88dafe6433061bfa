"""What becomes of seats when copies meet: attempts with all their copies, and the seats these make.

`record.py` builds it from what arrived, and anew from that and what is stored; the rules are in `merge.py`.
"""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from protos.checkin.v1 import checkin_pb2 as pb
from services.checkin.recording.store import AttemptRow, has_columns, seat_of, to_merge, told
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, SeatKey

Copies = tuple[merge.Copy, ...]

EMPTY = merge.Seat(merge.SeatState.FREE, None, None, {})
_SEAT = struct.Struct(">B16sq")
_NO_HOLDER = bytes(16)
_NOWHERE: SeatKey = (b"", b"", 0, 0)


@dataclass(frozen=True, slots=True)
class Merged:
    """Attempts and their seats; built once, by `grouped` or `seated`.

    Attributes:
        copies: By attempt.
        messages: The copies as they came, by their canonical bytes.
        decisions: By seat, those of humans.
        winners: The copy that speaks for each attempt.
        by_seat: The winners on each seat, in locking order: two recorders that lock in one order do not deadlock.
        seats: In the same order.
        homes: Activity and organisation by occurrence, also of seats that their last attempt has left.
    """

    copies: Mapping[AttemptKey, Copies]
    messages: dict[bytes, pb.Copy]
    decisions: Mapping[SeatKey, Sequence[merge.Decision]]
    winners: Mapping[AttemptKey, merge.Copy]
    by_seat: Mapping[SeatKey, Sequence[merge.Copy]]
    seats: Mapping[SeatKey, merge.Seat]
    homes: Mapping[bytes, tuple[bytes, bytes]]

    def message(self, copy: merge.Copy) -> pb.Copy:
        """The copy as it came."""
        return self.messages[copy.canonical]

    def told(self, key: SeatKey) -> list[pb.Copy]:
        """What others read of the attempts on a seat."""
        decisions = self.decisions.get(key, ())
        return [told(self.message(winner), decisions) for winner in self.by_seat[key]]

    def mark(self, key: SeatKey) -> merge.Decision | None:
        """What staff say the person of a seat counts as."""
        decisions = self.decisions.get(key)
        return merge.mark_of(decisions) if decisions else None

    def seat_rows(self) -> list[tuple[SeatKey, merge.Seat, bytes]]:
        """Seats with their fingerprints."""
        return [(key, seat, _fingerprint(seat, self.by_seat[key])) for key, seat in self.seats.items()]

    def attempt_rows(self, keys: Iterable[AttemptKey]) -> list[AttemptRow]:
        """Attempts in locking order: by seat, then attempt."""
        rows = [(self.message(self.winners[key]), self._several(key)) for key in keys]
        return sorted(rows, key=lambda row: (seat_of(row[0]) or _NOWHERE, row[0].user_id, row[0].attempt_id))

    def _several(self, key: AttemptKey) -> bytes | None:
        messages = [self.message(copy) for copy in self.copies[key]]
        if len(messages) == 1 and has_columns(messages[0]):
            return None
        return pb.Copies(copies=messages).SerializeToString(deterministic=True)


def grouped(arrived: Iterable[pb.Copy]) -> Merged:
    """What arrived, as if nothing was there before."""
    copies: dict[AttemptKey, Copies] = {}
    messages: dict[bytes, pb.Copy] = {}
    for message in arrived:
        key = (message.user_id, message.attempt_id)
        copy = to_merge(message)
        messages[copy.canonical] = message
        known = copies.get(key)
        copies[key] = merge.add_copies(known, (copy,)) if known else (copy,)
    return seated(copies, messages)


def seated(
    copies: Mapping[AttemptKey, Copies],
    messages: dict[bytes, pb.Copy],
    decisions: Mapping[SeatKey, Sequence[merge.Decision]] = MappingProxyType({}),
    only: Collection[SeatKey] | None = None,
    homes: Mapping[bytes, tuple[bytes, bytes]] = MappingProxyType({}),
) -> Merged:
    """Attempts and the seats they make.

    Args:
        messages: Of all copies, by their canonical bytes.
        only: The seats that are wanted, the empty ones among them; None: those on which an attempt stands.
        homes: Activity and organisation by occurrence, where no copy may say so.
    """
    winners = {key: merge.winning_copy(several) for key, several in copies.items()}
    groups: defaultdict[SeatKey, list[merge.Copy]] = defaultdict(list)
    for winner in winners.values():
        if seat := seat_of(messages[winner.canonical]):
            groups[seat].append(winner)
    keys = groups.keys() if only is None else only
    by_seat = {key: groups.get(key, []) for key in sorted(keys)}
    seats = {
        key: merge.resolve_seat(group, decisions.get(key, ())) if group else EMPTY for key, group in by_seat.items()
    }
    known = _homes((messages[copy.canonical] for several in copies.values() for copy in several), homes)
    return Merged(copies, messages, decisions, winners, by_seat, seats, known)


def viewed(stored: Mapping[AttemptKey, Iterable[pb.Copy]]) -> tuple[dict[AttemptKey, Copies], dict[bytes, pb.Copy]]:
    """The merge law's view of stored copies, by attempt; and these copies by their canonical bytes."""
    copies: dict[AttemptKey, Copies] = {}
    messages: dict[bytes, pb.Copy] = {}
    for key, several in stored.items():
        views = [(to_merge(message), message) for message in several]
        copies[key] = tuple(view for view, _ in views)
        messages |= {view.canonical: message for view, message in views}
    return copies, messages


def _homes(messages: Iterable[pb.Copy], told: Mapping[bytes, tuple[bytes, bytes]]) -> dict[bytes, tuple[bytes, bytes]]:
    homes = dict(told)
    for copy in messages:
        # The gateway does not know where an occurrence belongs.
        if copy.activity_id or copy.occurrence_id not in homes:
            homes[copy.occurrence_id] = copy.activity_id, copy.organisation_id
    return homes


def _fingerprint(seat: merge.Seat, winners: Iterable[merge.Copy]) -> bytes:
    digest = hashlib.blake2b(_SEAT.pack(seat.state, seat.holder or _NO_HOLDER, seat.effective_at or -1), digest_size=8)
    for winner in sorted(winners, key=lambda copy: copy.attempt_id):
        digest.update(winner.canonical)
        digest.update(bytes([seat.outcomes[winner.attempt_id]]))
    return digest.digest()
