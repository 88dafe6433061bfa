"""The limit on what can be guessed: five wrong codes in ten minutes, whatever carries them, wherever they are typed."""

from servicekit.redis.allowance import Allowance
from servicekit.redis.cache import Redis


def guess_limit(redis: Redis) -> Allowance:
    """Wrong codes of each person; a right one spends nothing, and is refused like a wrong one when all is spent."""
    return Allowance(redis, b"guess:", limit=5, window_s=600)


def kiosk_guess_limit(redis: Redis) -> Allowance:
    """Wrong printed codes at each kiosk, whoever stands before it."""
    return Allowance(redis, b"guess:kiosk:", limit=5, window_s=60)


def roster_guess_limit(redis: Redis) -> Allowance:
    """Numbers that are on no list and invites that lead to nobody, of each person."""
    return Allowance(redis, b"guess:roster:", limit=5, window_s=600)
