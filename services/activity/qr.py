"""The dynamic QR: one token per occurrence, epoch and slot, the same on every screen.

Whoever asks first in a slot seals the token and shares it through Redis. Without Redis each replica shows its own: they
differ, and all of them are good, for a token proves itself.
"""

import logging

from domainkit.credentials import QrFaultError, open_qr
from domainkit.qr import QrToken
from domainkit.sealed import Sealer
from protos.credential.v1 import credential_pb2
from servicekit.errors import UnavailableError
from servicekit.redis.cache import Redis, trip
from servicekit.timed_cache import TimedCache
from services.activity.definition import QR_PERIOD_S
from services.activity.domain import Slot
from services.activity.errors import QrMalformedError, QrSignatureError

log = logging.getLogger(__name__)

_Key = tuple[bytes, int, Slot]

# Screens whose clocks lag still ask for the slot that has just ended.
_SHARED_BEYOND_SLOT_S = 10


class QrCodes:
    """Seals, shares and opens tokens."""

    def __init__(self, sealer: Sealer[credential_pb2.QrToken], redis: Redis) -> None:
        self._sealer = sealer
        self._redis = redis
        self._tokens: TimedCache[_Key, str] = TimedCache(self._share, QR_PERIOD_S[1], capacity=1000)

    async def current(self, occurrence_id: bytes, epoch: int, slot: Slot) -> str:
        """The token of a slot."""
        return await self._tokens.get((occurrence_id, epoch, slot))

    def open(self, text: str) -> QrToken:
        """What a token says; whether it is good now is for `domain.check_qr`.

        Raises:
            QrMalformedError: It is something else.
            QrSignatureError: Somebody else made or changed it.
        """
        try:
            return open_qr(self._sealer, text)
        except QrFaultError as error:
            if error.reason == "QR_MALFORMED":
                raise QrMalformedError("this is no check-in QR; scan the one on the screen") from None
            raise QrSignatureError("this QR was not made here; scan the one on the screen") from None

    async def _share(self, key: _Key) -> str:
        occurrence_id, epoch, slot = key
        token = self._sealer.seal_text(
            credential_pb2.QrToken(
                occurrence_id=occurrence_id, issued_at=slot.issued_at, life_s=slot.period_s, epoch=epoch
            )
        )
        name = f"activity:qr:{occurrence_id.hex()}:{epoch}:{slot.number}"
        try:
            async with trip(self._redis):
                if await self._redis.set(name, token, nx=True, ex=slot.period_s + _SHARED_BEYOND_SLOT_S):
                    return token
                shared = await self._redis.get(name)
        except UnavailableError as error:
            log.warning("screens may show different codes until Redis is back: %s", error)
            return token
        return shared.decode() if isinstance(shared, bytes) else token
