"""The keys with which a person's own phone draws their personal codes, for as long as it may have no network."""

from base64 import urlsafe_b64encode
from typing import Annotated

import msgspec
from msgspec import Meta

from domainkit.person_codes import LIFE_S, PersonKey
from gateway.http.fields import IdText, Time
from gateway.routes.dependencies import Call, Routes
from servicekit.clock import SECOND_US, now_us, to_rfc3339
from servicekit.errors import RateLimitedError
from servicekit.ids import to_text

routes = Routes("identity")

_A_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


class CodeKey(msgspec.Struct):
    """What codes are drawn with that are issued in its time."""

    key: Annotated[
        str, Meta(description="32 bytes, base64url.", examples=["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"])
    ]
    valid_from: Time
    valid_until: Time


class OwnCode(msgspec.Struct):
    """The keys of this period and the next; a new code is drawn every `period_s` seconds of the server's time."""

    user_id: IdText
    keys: list[CodeKey]
    period_s: Annotated[int, Meta(examples=[LIFE_S])]
    server_time: Time


@routes.on("GET", "/v1/me/code")
async def get_own_code(call: Call) -> OwnCode:
    """The caller's keys for personal codes; whoever has them can show themselves as the caller."""
    user_id = call.person.user_id
    if wait_s := call.parts.codes.take(user_id):
        raise RateLimitedError("keep the keys; they are good for a month", retry_after_s=wait_s)
    now = now_us()
    keys = call.parts.keys.of(user_id, now // SECOND_US)
    return OwnCode(to_text(user_id), [_key(each) for each in keys], LIFE_S, to_rfc3339(now))


def _key(key: PersonKey) -> CodeKey:
    valid_from, valid_until = (to_rfc3339(at * SECOND_US) for at in (key.valid_from, key.valid_until))
    return CodeKey(urlsafe_b64encode(key.key).rstrip(b"=").decode(), valid_from, valid_until)
