"""What organisers read of rows and files that could not be taken: cause and cure, in Chinese and English."""

from typing import Literal, NamedTuple

Language = Literal["zh-CN", "en"]


class Words(NamedTuple):
    """Why, and what to do."""

    cause: str
    cure: str


_UNKNOWN: dict[Language, Words] = {
    "zh-CN": Words("无法识别", "请检查后重新导入"),
    "en": Words("This cannot be taken", "Look at it and import it again"),
}
_WORDS: dict[str, dict[Language, Words]] = {
    # Of a row.
    "NAME_MISSING": {
        "zh-CN": Words("没有姓名", "请填写姓名；#N/A 等错误值视为空"),
        "en": Words("There is no name", "Write one; an error such as #N/A counts as empty"),
    },
    "PHONE_MALFORMED": {
        "zh-CN": Words("手机号不是 11 位大陆手机号", "请改为 13800000000 这样的号码，或留空"),
        "en": Words(
            "The phone is no mobile number of eleven digits", "Write one such as 13800000000, or leave it empty"
        ),
    },
    "NUMBER_TWICE": {
        "zh-CN": Words("学号/工号与前面的行重复", "请改正其中一个，或删去这一行"),
        "en": Words("A row above has the same number", "Mend one of them, or delete this row"),
    },
    "PERSON_TWICE": {
        "zh-CN": Words("姓名和手机号与前面的行相同", "请删去这一行，或填写不同的学号/工号"),
        "en": Words("A row above has the same name and phone", "Delete this row, or give both a number"),
    },
    "CELL_TOO_LONG": {
        "zh-CN": Words("内容超过 64 个字符", "请缩短"),
        "en": Words("It has more than 64 characters", "Make it shorter"),
    },
    "CELL_UNPLAIN": {
        "zh-CN": Words("含有控制字符或看不见的字符", "请删去后重新输入"),
        "en": Words("It has control characters, or such as nobody sees", "Delete it and type it anew"),
    },
    "HEADING_MISSING": {
        "zh-CN": Words("这一列没有标题", "请在第一行写上标题，或删去多余的内容"),
        "en": Words("Nothing heads this column", "Write a heading, or delete what is too much"),
    },
    # Of a file.
    "FILE_TOO_LARGE": {
        "zh-CN": Words("文件太大，或解压后太大", "请拆成几个文件，每个不超过 10 MB"),
        "en": Words("The file is too large, or becomes so when it is opened", "Split it into files of at most 10 MB"),
    },
    "FILE_TOO_WIDE": {
        "zh-CN": Words("超过 64 列", "请删去不需要的列"),
        "en": Words("There are more than 64 columns", "Delete those that nobody needs"),
    },
    "FILE_MERGED": {
        "zh-CN": Words("合并的单元格超过 1000 处", "请取消合并单元格，并填满每一行"),
        "en": Words("There are more than 1,000 merged cells", "Unmerge them and fill each row"),
    },
    "FILE_TOO_LONG": {
        "zh-CN": Words("超过 50000 行", "请拆成几个文件"),
        "en": Words("There are more than 50,000 rows", "Split the file"),
    },
    "FILE_EMPTY": {
        "zh-CN": Words("没有内容", "名单是否在第一个工作表？"),
        "en": Words("There is nothing in it", "Is the list on the first sheet?"),
    },
    "FILE_DAMAGED": {
        "zh-CN": Words("文件打不开", "请重新另存为 .xlsx 或 .csv"),
        "en": Words("The file cannot be opened", "Save it once more as .xlsx or .csv"),
    },
    "FILE_UNREADABLE": {
        "zh-CN": Words("文件无法读取", "请重新另存为 .csv 再试"),
        "en": Words("The file cannot be read", "Save it as .csv and try again"),
    },
    "FILE_XLS": {
        "zh-CN": Words("这是旧的 .xls 格式", "请另存为 .xlsx"),
        "en": Words("This is an old .xls", "Save it as .xlsx"),
    },
    "FILE_HTML": {
        "zh-CN": Words("这其实是一个网页", "请打开后另存为 .xlsx"),
        "en": Words("This is a web page under another name", "Open it and save it as .xlsx"),
    },
    "FILE_ENCODING": {
        "zh-CN": Words("文字编码既不是 UTF-8 也不是 GB18030", "请另存为 UTF-8"),
        "en": Words("The text is neither UTF-8 nor GB18030", "Save it as UTF-8"),
    },
    "FILE_HEADINGS": {
        "zh-CN": Words("没有“姓名”这一列", "请在姓名上方写“姓名”，标题不超过 64 个字符"),
        "en": Words("No column is headed by a name", "Write name above the names, headings of at most 64 characters"),
    },
    "FILE_EXTRA": {
        "zh-CN": Words("附加的列（含名单已有的）超过 8 个", "请删去几列"),
        "en": Words("With those of the roster there are more than eight extra columns", "Delete some"),
    },
    "ROSTER_FULL": {
        "zh-CN": Words("导入后名单将超过 50000 人", "请先移除不再需要的人，或另建名单"),
        "en": Words("More than 50,000 people would be on the roster", "Remove some first, or make another roster"),
    },
    "IMPORT_LOST": {
        "zh-CN": Words("读取时中断了", "请重新上传"),
        "en": Words("Reading was cut short", "Send the file again"),
    },
}


def words(reason: str, language: Language) -> Words:
    """Cause and cure of a reason; of one that this release does not know, something true."""
    return _WORDS.get(reason, _UNKNOWN)[language]


def language(accepted: str) -> Language:
    """That of an Accept-Language header: Chinese unless English comes first.

    Source: RFC 9110, section 12.5.4; what it prefers stands first in every browser.
    """
    return "en" if accepted.strip().lower().startswith("en") else "zh-CN"
