"""manage.py import_posts: bring in 任职和分管 from a workbook."""

from members.importing.command import ImportCommand


class Command(ImportCommand):
    help = "从工作簿导入任职和分管；0 已读取，2 文件未能读取"
    kind = "posts"
