"""What a PDF says, as a reader of it selects and finds it."""

import io

import pypdfium2


def text_of(content: bytes) -> str:
    """All text of all pages, line by line."""
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        pages: list[str] = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    return "\n".join(pages).replace("\r\n", "\n")
