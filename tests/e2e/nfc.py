"""NFC tags as tests make and touch them, over the public API."""

import asyncio
import random
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.checkin.seats.seats import SINCE
from tests.e2e.api import Activity, Api, Json, Person, by_nfc, expect, outcome
from tests.e2e.stack import eventually, remembered
from tests.fakes.nfc_chip import Chip

T = TypeVar("T")


@dataclass
class Sun:
    """A SUN tag that was written as the API says."""

    tag: Json
    text: str
    chip: Chip

    def touch(self) -> str:
        """What a phone presents of the next touch."""
        return ".".join((self.text, *self.chip.touch()))


async def opened(api: Api, owner: Person, organisation_id: str, **changes: Any) -> Activity:
    """Another one."""
    policy = {"fence": "off"}
    return await api.open_activity(
        owner, organisation_id, methods=["qr", "nfc"], gates=["东门", "西门"], policy=policy, **changes
    )


async def made(activity: Activity, kind: str, **changes: str) -> Json:
    """A new tag, as it is told once."""
    body = {"kind": kind, "label": "前门左侧", **changes}
    return expect(await activity.owner.post(f"{activity.path}/nfc-tags", body), 201)


async def static(activity: Activity, **changes: str) -> str:
    """The text of a new static tag."""
    return text_of(await made(activity, "static", **changes))


async def sun(activity: Activity, **changes: str) -> Sun:
    """A new SUN tag; a Redis that was just started must remember before it is made, or its readings go to humans."""
    await eventually(lambda: remembered().exists(SINCE))
    told = await made(activity, "sun", **changes)
    meta_read_key, file_read_key = (bytes.fromhex(told["sun"][name]) for name in ("meta_read_key", "file_read_key"))
    return Sun(told["tag"], text_of(told), Chip(random.randbytes(7), meta_read_key, file_read_key))  # noqa: S311


def text_of(told: Json) -> str:
    """What follows /n/ in a URL."""
    text: str = told["url"].partition("/n/")[2].partition("?")[0]
    return text


async def tags_of(activity: Activity) -> list[Json]:
    """The activity's, as its staff see them."""
    found: list[Json] = expect(await activity.owner.get(f"{activity.path}/nfc-tags"))["tags"]
    return found


async def told(person: Person, token: str, **changes: Any) -> tuple[str, list[str]]:
    """How an attempt ends, and why."""
    checkin = expect(await person.check_in(by_nfc(token, **changes)), 200, 201, 202, 422)["checkin"]
    return checkin["outcome"], [each["reason"] for each in checkin["reasons"]]


async def accepted(person: Person, token: str) -> bool:
    """Whether somebody is let in by it."""
    return (await told(person, token))[0] == "accepted"


async def at_once(most: int, deeds: Sequence[Awaitable[T]]) -> list[T]:
    """What all of them give, so many at a time: one client has no more connections."""
    free = asyncio.Semaphore(most)

    async def done(deed: Awaitable[T]) -> T:
        async with free:
            return await deed

    return await asyncio.gather(*map(done, deeds))


async def insisted(person: Person, attempt: Json) -> str:
    """How an attempt ends of a phone that sends it again while nobody could take it."""
    receipt: dict[str, str] = {}

    async def taken() -> str:
        answer = await person.check_in(attempt | receipt)
        if answer.status_code not in (202, 429, 503):
            return outcome(answer)
        receipt.update({name: text for name, text in answer.json().items() if name == "receipt"})
        return ""

    return str(await eventually(taken))
