"""Files as those see them who open or print them: PNGs of their first pages and of the last."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

_OFFICE = ("soffice", "libreoffice")
# Points of paper to pixels, and how long LibreOffice may take for a file.
_SCALE, _TIME_LIMIT_S = 1.4, 600.0
# Who has seen so many pages of a list has seen them all; tables are long, and their sums come last.
_FIRST, _LAST = 40, 5


def draw(file: Path, folder: Path) -> list[Path]:
    """Pictures of the pages of a PDF or an xlsx; of an xlsx none without LibreOffice."""
    folder.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".pdf":
        return [*_pages(file, folder, file.stem)]
    with tempfile.TemporaryDirectory() as place:
        printed = _printed(file, Path(place))
        return [*_pages(printed, folder, file.stem)] if printed else []


def _printed(file: Path, place: Path) -> Path | None:
    """What LibreOffice would print, with a profile of its own."""
    office = next(filter(None, map(shutil.which, _OFFICE)), None)
    if office is None:
        return None
    own = f"-env:UserInstallation=file://{place}/profile"
    asked = [office, own, "--headless", "--convert-to", "pdf", "--outdir", str(place), str(file)]
    subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, timeout=_TIME_LIMIT_S)
    return place / f"{file.stem}.pdf"


def _pages(file: Path, folder: Path, name: str) -> Iterator[Path]:
    with pypdfium2.PdfDocument(file) as document:
        for number in range(len(document)):
            if _FIRST <= number < len(document) - _LAST:
                continue
            path = folder / f"{name}-{number + 1:03d}.png"
            document[number].render(scale=_SCALE).to_pil().save(path)
            yield path
