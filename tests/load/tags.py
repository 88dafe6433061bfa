"""NFC tags at a rush: SUN ones, made over the public API, and what phones read at them."""

import random
from math import ceil

from services.checkin.judging.tag_counters import WINDOW
from tests.fakes.nfc_chip import Chip
from tests.load.organiser import Activity, Organiser

# In whatever order they come, none is too far behind the highest.
_TOUCHES = WINDOW


async def touches(organiser: Organiser, activity: Activity, count: int) -> list[str]:
    """What phones present of so many touches, in no order, at as many tags as they need."""
    said: list[str] = []
    for number in range(ceil(count / _TOUCHES)):
        body = {"kind": "sun", "label": f"标签 {number + 1}"}
        made = await organiser.ask("POST", f"/v1/activities/{activity.activity_id}/nfc-tags", body)
        text = made["url"].partition("/n/")[2].partition("?")[0]
        meta_read, file_read = (bytes.fromhex(made["sun"][name]) for name in ("meta_read_key", "file_read_key"))
        chip = Chip(random.randbytes(7), meta_read, file_read)
        said += [".".join((text, *chip.touch())) for _ in range(min(_TOUCHES, count - len(said)))]
    random.shuffle(said)
    return said
