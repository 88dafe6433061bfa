"""What becomes of what waits for a human when nobody decides in time: what the activity's policy says, and when.

Pure; rule 30 of the law. `reviewing/ended.py` carries it out, `records.py` asks the same of rows.
"""

from collections.abc import Sequence
from enum import IntEnum

from services.checkin.rules.merge import Copy, Decision, DecisionKind, Judgement, words_on


class Undecided(IntEnum):
    """The policy, with the numbers of activity.v1."""

    WAITS_ON = 0
    PRESENT = 1
    ABSENT = 2


def verdict(policy: Undecided, winner: Copy, decisions: Sequence[Decision]) -> DecisionKind | None:
    """What a policy says of an attempt that waits judged; None: nothing, it waits on.

    A no stands, whoever said it: an appeal that nobody answers changes nothing, nor does coming again after an annul.

    Args:
        winner: Its winning copy.
        decisions: Every decision on its seat.
    """
    if policy is Undecided.WAITS_ON:
        return None
    is_open = winner.judgement is Judgement.PENDING_REVIEW and not words_on(winner.attempt_id, decisions)
    return DecisionKind.APPROVE if policy is Undecided.PRESENT and is_open else DecisionKind.REFUSE


def lapses_at(closes_at: int, listed_at: int, decided_at: int, after_us: int) -> int:
    """When the policy decides on what waits.

    Args:
        listed_at: When it came on the reviewers' list, which is also when it arrived.
        decided_at: When a human last decided anything of its person at the occurrence; 0 for never.
        after_us: How long humans have, since the last of these.
    """
    return max(closes_at, listed_at, decided_at) + after_us
