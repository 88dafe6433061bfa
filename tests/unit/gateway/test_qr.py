"""Pictures of a QR."""

import struct

import pytest

from gateway import qr

TEXT = "https://example.cn/q/" + "T" * 75


@pytest.mark.parametrize("size", [64, 480, 2048])
def test_a_png_is_at_least_as_large_as_asked(size: int) -> None:
    """Modules are whole pixels, so a picture may be a little larger."""
    picture = qr.draw(TEXT, "png", size, "M")
    width, height = struct.unpack(">II", picture[16:24])

    assert picture.startswith(b"\x89PNG") and width == height >= size


def test_an_svg_is_an_svg() -> None:
    """The other form is a document of its own."""
    assert b"<svg" in qr.draw(TEXT, "svg", 480, "H")[:200]
