"""What tables are tried with: a column of each kind, and texts that a spreadsheet might take for something else."""

from datetime import datetime

from services.reporting.exports.columns import Column, Kind

COLUMNS = [
    Column("姓名", is_name=True),
    Column("时间", Kind.TIME),
    Column("人数", Kind.NUMBER),
    Column("率", Kind.SHARE),
]
AT = datetime(2026, 9, 1, 8, 30, 5)
FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", " =1", "\n=1", "\u200b=1", "\ufeff@x"]
NASTY = [*FORMULAS, 'a"b,c\nd', "👨\u200d👩\u200d👧", "\u202eabc", "长" * 200]
