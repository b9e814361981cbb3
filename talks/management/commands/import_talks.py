"""Bring in the ledger of talks that a branch already keeps."""

from members.importing.command import ImportCommand


class Command(ImportCommand):
    """manage.py import_talks FILE.xlsx [--dry-run] [--report OUT.json] [--on DATE]"""

    help = "导入谈心谈话台账"
    kind = "talks"
