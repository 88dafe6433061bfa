"""Drawing a QR: pure Python and slow (some milliseconds), so in a thread and once per token."""

import asyncio
import io
from typing import Literal

import segno
from starlette.responses import Response

from gateway.openapi import Media
from protos.activity.v1 import activity_pb2 as pb
from servicekit.timed_cache import TimedCache

Kind = Literal["svg", "png"]
Ecc = Literal["L", "M", "Q", "H"]

SVG = Media("image/svg+xml", {"type": "string", "format": "binary"}, "<svg/>")
PNG = Media("image/png", {"type": "string", "format": "binary"}, "\x89PNG")

_QUIET_ZONE = 4
_REMEMBERED_S = 60.0
_INLINE_PIXELS = 240
_MEDIA: dict[Kind, Media] = {"svg": SVG, "png": PNG}

Drawing = tuple[str, Kind, int, Ecc]


async def image(current: pb.Qr, kind: Kind, size: int, ecc: Ecc) -> Response:
    """The picture of a QR: its URL, so that WeChat's own scanner opens the mini-program, or the bare token."""
    picture = await _drawings.get((current.url or current.token, kind, size, ecc))
    headers = {"cache-control": f"private, max-age={current.refresh_in_s}"}
    return Response(picture, media_type=_MEDIA[kind].type, headers=headers)


async def inline(text: str) -> str:
    """The picture of a QR as part of a page."""
    picture = await _drawings.get((text, "svg", _INLINE_PIXELS, "M"))
    return "<svg" + picture.decode().partition("<svg")[2]


async def _draw_in_thread(drawing: Drawing) -> bytes:
    return await asyncio.to_thread(draw, *drawing)


def draw(text: str, kind: Kind, size: int, ecc: Ecc) -> bytes:
    """Draws a QR of at least `size` pixels with whole-pixel modules and the quiet zone of ISO/IEC 18004."""
    code = segno.make_qr(text, error=ecc, boost_error=False)
    modules, _ = code.symbol_size(border=_QUIET_ZONE)
    out = io.BytesIO()
    code.save(out, kind=kind, scale=-(-size // modules), border=_QUIET_ZONE)
    return out.getvalue()


_drawings: TimedCache[Drawing, bytes] = TimedCache(_draw_in_thread, _REMEMBERED_S, capacity=256)
