"""Small xlsx files, written by hand so that they may be wrong."""

import io
import zipfile
from collections.abc import Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(rows: Sequence[Sequence[str]], *, first: int = 1, padding: int = 0, merged: str = "") -> bytes:
    """A workbook of one sheet whose rows hold these `<c>` elements, with `padding` bytes of nothing beside it.

    Args:
        merged: Ranges of cells that are one, such as A2:A4, parted by spaces.
    """
    body = "".join(f'<row r="{line}">{"".join(cells)}</row>' for line, cells in enumerate(rows, first))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("_rels/.rels", _related("officeDocument", "xl/workbook.xml"))
        file.writestr("xl/_rels/workbook.xml.rels", _related("worksheet", "worksheets/sheet1.xml"))
        sheets = '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets>'
        file.writestr("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{sheets}</workbook>')
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>{_merged(merged)}</worksheet>'
        file.writestr("xl/worksheets/sheet1.xml", sheet)
        if padding:
            file.writestr("xl/padding", bytes(padding))
    return packed.getvalue()


def _merged(ranges: str) -> str:
    cells = [f'<mergeCell ref="{each}"/>' for each in ranges.split()]
    return f'<mergeCells count="{len(cells)}">{"".join(cells)}</mergeCells>' if cells else ""


def _related(kind: str, target: str) -> str:
    relation = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}">{relation}</Relationships>'
