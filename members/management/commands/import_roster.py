"""manage.py import_roster: bring in 党员名册 from a workbook."""

from members.importing.command import ImportCommand


class Command(ImportCommand):
    help = "从工作簿导入党员名册；0 已读取，2 文件未能读取"
    kind = "roster"
