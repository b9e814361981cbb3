"""manage.py import_organizations: bring in 党组织 from a workbook."""

from members.importing.command import ImportCommand


class Command(ImportCommand):
    help = "从工作簿导入党组织；0 已读取，2 文件未能读取"
    kind = "organizations"
