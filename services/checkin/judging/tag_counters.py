"""To which attempts readings of SUN tags belong, in Redis: a hash for each tag, until a day after the close.

Key `checkin:nfc:{activity}:tag`. A hash without `from` remembers nothing for sure: a reading of its tag is nobody's, or
was forgotten. A tag that is younger than what this Redis remembers is trusted at once; any other one when the recorder
says up to which counter readings may have been used (`recording/tag_trust.py`). A hash that was over before its
activity was, because that was put off, was forgotten too: what is recorded of its tag may have been used.
"""

import logging
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from servicekit.clock import SECOND_US
from servicekit.errors import UnavailableError
from servicekit.redis.cache import Redis, Script, run_scripts, trip
from services.checkin.judging.taps import Reading, Verdict
from services.checkin.rules.occurrence import is_born_after
from services.checkin.seats.seats import KEPT_AFTER_CLOSE_S, SINCE

log = logging.getLogger(__name__)

# How far behind the highest reading another one may come: phones that are slow to sign in, in a rush at one tag.
WINDOW = 512

_ITEM = struct.Struct(">I16s")
_TAKE = Script(__file__, "tag_counters", ITEM_BYTES=_ITEM.size, WINDOW=WINDOW)


class TagCounters:
    """Readings, and who has them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(self, readings: Sequence[Reading]) -> list[Verdict] | None:
        """To whom each belongs from now on, in order; one trip, and two more at the first touches of new tags.

        Returns:
            None when Redis is gone.
        """
        try:
            verdicts = await self._run(readings, "take")
            told = zip(readings, verdicts, strict=True)
            forgotten = {reading.tag_id: reading for reading, each in told if each is Verdict.FORGOTTEN}
            if forgotten and await self._trust_young(forgotten.values()):
                verdicts = await self._run(readings, "take")
        except UnavailableError as error:
            log.warning("readings of tags go to humans until Redis is back: %s", error)
            return None
        return verdicts

    async def note(self, readings: Sequence[Reading]) -> None:
        """Remembers readings that nobody could check: no other attempt may have them. Idempotent.

        Raises:
            UnavailableError: Redis is gone.
        """
        await self._run(readings, "note")

    async def keep(self, readings: Sequence[Reading]) -> None:
        """Takes readings for attempts that nobody could judge yet; notes those of which nobody can tell. Idempotent.

        Raises:
            UnavailableError: Redis is gone.
        """
        await self._run(readings, "keep")

    async def trust(self, activity_id: bytes, used: Mapping[bytes, int], closes_at: int) -> None:
        """Says up to which counter readings of tags may have been used; does nothing where that is known. Idempotent.

        Raises:
            UnavailableError: Redis is gone.
        """
        pipeline = self._redis.pipeline(transaction=True)
        for tag_id, counter in used.items():
            key = _key(activity_id, tag_id)
            pipeline.hsetnx(key, "from", counter)
            pipeline.hsetnx(key, "high", counter)
            pipeline.expireat(key, _expire_at(closes_at))
        async with trip(self._redis):
            await pipeline.execute()

    async def _trust_young(self, forgotten: Iterable[Reading]) -> bool:
        """Trusts tags that were made after this Redis began to remember; returns whether there are any."""
        async with trip(self._redis):
            since = await self._redis.get(SINCE)
        young = [each for each in forgotten if since is not None and is_born_after(each.tag_id, int(since))]
        for each in young:
            await self.trust(each.activity_id, {each.tag_id: each.recorded}, each.closes_at)
        return bool(young)

    async def _run(self, readings: Sequence[Reading], what: str) -> list[Verdict]:
        """One call for each activity of the batch: its tags share a slot of a cluster."""
        order: defaultdict[bytes, defaultdict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, reading in enumerate(readings):
            order[reading.activity_id][reading.tag_id].append(index)
        pipeline = self._redis.pipeline(transaction=False)
        for activity_id, tags in order.items():
            blobs = [b"".join(_item(readings[index]) for index in indices) for indices in tags.values()]
            closes_at = max(readings[index].closes_at for indices in tags.values() for index in indices)
            keys = [_key(activity_id, tag_id) for tag_id in tags]
            _TAKE.add_to(pipeline, keys, [_expire_at(closes_at), what, *blobs])
        async with trip(self._redis):
            replies = await run_scripts(self._redis, pipeline, _TAKE)
        verdicts = [Verdict.UNSURE] * len(readings)
        for tags, reply in zip(order.values(), replies, strict=True):
            assert isinstance(reply, list)
            for indices, of_tag in zip(tags.values(), reply, strict=True):
                for index, verdict in zip(indices, of_tag, strict=True):
                    verdicts[index] = Verdict(verdict)
        return verdicts


def _item(reading: Reading) -> bytes:
    return _ITEM.pack(reading.counter, reading.owner)


def _key(activity_id: bytes, tag_id: bytes) -> bytes:
    return b"checkin:nfc:{%s}:" % activity_id.hex().encode() + tag_id


def _expire_at(closes_at: int) -> int:
    return closes_at // SECOND_US + KEPT_AFTER_CLOSE_S
