"""Drawing a QR: pure Python and slow (some milliseconds), so in a thread and once per token."""

import asyncio
import io
from typing import Annotated, Any, Literal

import segno
from fastapi import Query, Response

from protos.activity.v1 import activity_pb2 as pb
from servicekit.timed_cache import TimedCache

Kind = Literal["svg", "png"]
Ecc = Literal["L", "M", "Q", "H"]
Size = Annotated[int, Query(ge=64, le=2048, description="Least width and height in pixels.")]

_QUIET_ZONE = 4
_REMEMBERED_S = 60.0
_MEDIA_TYPES: dict[Kind, str] = {"svg": "image/svg+xml", "png": "image/png"}

Drawing = tuple[str, Kind, int, Ecc]


async def image(current: pb.Qr, kind: Kind, size: int, ecc: Ecc) -> Response:
    """The picture of a QR: its URL, so that WeChat's own scanner opens the mini-program, or the bare token."""
    picture = await _drawings.get((current.url or current.token, kind, size, ecc))
    headers = {"cache-control": f"private, max-age={current.refresh_in_s}"}
    return Response(picture, media_type=_MEDIA_TYPES[kind], headers=headers)


def response(media_type: str) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI describes a picture."""
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


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
