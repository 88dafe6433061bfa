"""Tables as xlsx: read back as a spreadsheet reads them, and as a printer prints them."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import python_calamine

from services.reporting.exports import xlsx_book
from services.reporting.exports.book import Counts
from services.reporting.exports.columns import REPORT_COLUMNS, Cell, Column, Kind, columns_of
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.kinds import Report
from services.reporting.exports.xlsx_book import Imprint, XlsxBook
from tests.unit.reporting.exports.tables import AT, COLUMNS, NASTY

IMPRINT = Imprint("R&D 九月安全培训 人员名单", "生成于 2026-09-07 10:00（Asia/Shanghai）")
WORDS = [Column("姓名", is_name=True), Column("状态", Kind.WORD)]


class Made:
    """A book that is made, as a zip of XML."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "file"
        self.book = XlsxBook(self.path, folder, IMPRINT)

    def table(self, columns: Sequence[Column], *rows: Sequence[Cell], nothing: str = "") -> str:
        """The XML of the only sheet, with these rows."""
        self.book.sheet("表", columns, nothing).write(rows)
        self.book.close()
        return self.part("worksheets/sheet1.xml")

    def part(self, name: str) -> str:
        """One of its files."""
        with zipfile.ZipFile(self.path) as parts:
            return parts.read(f"xl/{name}").decode()

    def rows(self, name: str) -> list[list[object]]:
        """The rows of a sheet, as a spreadsheet reads them."""
        read = python_calamine.CalamineWorkbook.from_path(str(self.path))
        return [[*row] for row in read.get_sheet_by_name(name).to_python()]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """An empty one."""
    return Made(tmp_path)


def test_an_xlsx_has_typed_cells_and_texts_that_stay_texts(made: Made) -> None:
    """Tables may be written in turn; formulas and links are text, and the head stays with its filters."""
    first, second = made.book.sheet("表", COLUMNS), made.book.sheet("另", COLUMNS[:1])
    for number, text in enumerate([*NASTY, "https://example.com"]):
        first.write([[text, AT, number, 0.25]])
        second.write([[text]])
    made.book.chart(Counts("统计", "状态", "人数", [("到", 2), ("未到", 1)]))
    made.book.close()
    rows = made.rows("表")
    texts = [str(row[0]).replace("\r", "\n") for row in rows[1:]]
    assert texts == [*(text.replace("\r", "\n") for text in NASTY), "https://example.com"]
    assert rows[1][1:] == [AT, 0, 0.25]
    assert len(made.rows("另")) == len(rows)
    sheet = made.part("worksheets/sheet1.xml")
    assert "<f>" not in sheet and "hyperlink" not in sheet
    assert 'state="frozen"' in sheet and f'<autoFilter ref="A1:D{len(rows)}"/>' in sheet
    assert "<c:barChart>" in made.part("charts/chart1.xml") and made.part("chartsheets/sheet1.xml")


def test_every_list_prints_on_the_width_of_a4_with_its_head_on_each_page(made: Made) -> None:
    """Laid where it has many columns; over and under it stands what it is, of when, and which page."""
    sheet = made.table(columns_of(REPORT_COLUMNS[Report.PEOPLE]), ["甲"] + [None] * 14)
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in sheet
    assert '<pageSetUpPr fitToPage="1"/>' in sheet and '<printOptions gridLines="1"/>' in sheet
    assert "<oddHeader>&amp;LR&amp;&amp;D 九月安全培训 人员名单&amp;R&amp;A</oddHeader>" in sheet
    assert "第 &amp;P 页，共 &amp;N 页</oddFooter>" in sheet
    assert "_xlnm.Print_Titles" in made.part("workbook.xml") and "表!$1:$1</definedName>" in made.part("workbook.xml")


def test_what_has_few_columns_prints_upright(made: Made) -> None:
    """On A4 as well."""
    assert 'paperSize="9" fitToHeight="0" orientation="portrait"' in made.table(COLUMNS, ["甲", AT, 1, 0.5])


def test_a_table_wider_than_a_page_says_on_each_whose_row_it_is(made: Made) -> None:
    """Letters stay large enough to be read, and the first name stays while people scroll."""
    occurrences = [Column(f"2026-09-{day:02d} 08:30", Kind.WORD, 11) for day in range(1, 31)]
    names = columns_of(["name", "number", "group"])
    sheet = made.table([*names, *occurrences], ["甲", "1", "一班", *["到"] * 30])
    [pages] = re.findall(r'fitToWidth="(\d+)"', sheet)
    assert int(pages) == 2
    assert "表!$A:$C,表!$1:$1</definedName>" in made.part("workbook.xml")
    assert '<pane xSplit="1" ySplit="1"' in sheet


def test_long_texts_wrap_and_none_is_cut_off(made: Made) -> None:
    """A row is as high as its longest text, whatever opens it; a short one as any."""
    sheet = made.table([Column("姓名", width=14)], ["长" * 64], ["王小明"])
    [style] = re.findall(r'<c r="A2" s="(\d+)"', sheet)
    formats = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", made.part("styles.xml").partition("<cellXfs")[2])
    assert 'wrapText="1"' in formats[int(style)]
    heights = dict(re.findall(r'<row r="(\d)"[^>]*? ht="(\d+)"', sheet))
    assert heights["2"] == str(10 * 15 + 3) and heights.get("3", "18") == "18"
    assert "numberStoredAsText" in sheet


def test_words_that_are_looked_for_stand_out(made: Made) -> None:
    """Whatever is wrong does in black and white too; what is as it should be does not."""
    words = ("到", "未到", "迟到", "准时、早退", "请假")
    sheet = made.table(WORDS, *([str(number), word] for number, word in enumerate(words)))
    styles = dict(re.findall(r'<c r="B(\d)" s="(\d+)"', sheet))
    assert styles["4"] == styles["5"] and len({*styles.values()} - {styles["1"]}) == 4
    formats = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", made.part("styles.xml").partition("<cellXfs")[2])
    fonts = re.findall(r"<font>.*?</font>", made.part("styles.xml"))
    is_bold = {
        number: "<b/>" in fonts[int(found[1])]
        for number, style in styles.items()
        if (found := re.search(r'fontId="(\d+)"', formats[int(style)]))
    }
    assert [is_bold[number] for number in "2346"] == [False, True, False, False]


def test_a_table_without_rows_says_so(made: Made) -> None:
    """In words, and there is no picture of nothing."""
    made.book.chart(Counts("统计", "状态", "人数", []))
    made.table(WORDS, nothing="没有人")
    assert made.rows("表") == [["姓名", "状态"], ["没有人", ""]]


def test_what_rows_come_to_is_out_of_the_way_of_filters(made: Made) -> None:
    """It is the last row, and stays there whatever is sorted."""
    sheet = made.book.sheet("表", COLUMNS)
    sheet.write([["甲", AT, 1, 0.5], ["乙", AT, 2, 1.0]])
    sheet.sum_up(["合计", "", 3, 0.75])
    made.book.close()
    assert made.rows("表")[-1] == ["合计", "", 3, 0.75]
    assert '<autoFilter ref="A1:D3"/>' in made.part("worksheets/sheet1.xml")


def test_shares_are_a_line_over_columns(made: Made) -> None:
    """On an axis of their own up to one; a share that nobody knows is a gap, and where there is none is no line."""
    counts = [("09-07", 3), ("09-14", 4)]
    made.book.chart(Counts("各场", "场次", "实到", counts, "签到率", [0.75, None]))
    made.book.chart(Counts("无名单", "场次", "实到", counts, "签到率", [None, None]))
    made.book.close()
    assert made.rows("各场") == [["场次", "实到", "签到率"], ["09-07", 3, 0.75], ["09-14", 4, ""]]
    chart, without = made.part("charts/chart1.xml"), made.part("charts/chart2.xml")
    assert "<c:barChart>" in chart and "<c:lineChart>" in chart and '<c:max val="1"/>' in chart
    assert "<c:lineChart>" not in without


def test_more_than_a_sheet_holds_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than cut off."""
    monkeypatch.setattr(xlsx_book, "MOST_ROWS", 3)
    sheet = made.book.sheet("表", COLUMNS[:1])
    sheet.write([["甲"], ["乙"]])
    with pytest.raises(WishNotMadeError, match="TOO_MANY_ROWS"):
        sheet.write([["丙"]])
    with pytest.raises(WishNotMadeError, match="TOO_MANY_COLUMNS"):
        made.book.sheet("宽", [Column("x")] * (xlsx_book.MOST_COLUMNS + 1))
    made.book.close()
