"""manage.py first_passwords: first passwords for the accounts that a roster opened, as a sheet to hand out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from carehub.accounts.actions import FirstPassword, first_password_for, set_first_passwords
from carehub.calendar import today
from carehub.management.commands.export_inspection import REFUSED, write_whole
from carehub.sheets.writing import Column, Ledger, write_ledger
from members.models import Organization, Person

STEP = 100
COLUMNS = (Column("党组织", 36), Column("姓名", 14), Column("工号或学号", 18, "id"), Column("初始密码", 24, "id"))
NOTE = "请发给本人，首次登录须修改。发完请删除本文件。"


class Command(BaseCommand):
    help = "给还没有密码的账号设初始密码，写成一份工作簿；0 已写好或没有要发的，2 参数不对或文件写不了"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, type=Path, help="写到哪个文件（.xlsx），不能是已有的文件")
        parser.add_argument("--organization", default="", help="党组织编码，含其下级；不写为全校")
        parser.add_argument("--all", action="store_true", help="从未改过初始密码的账号也重新设")

    def handle(self, *args: Any, **options: Any) -> None:
        organization, out = organization_of(options["organization"]), new_file(options["out"])
        people = list(waiting(organization, again=options["all"]))
        if not people:
            self.stdout.write("没有要发初始密码的账号，没有写文件。")
            return
        made = list(self.made_for(people))
        count = hand_out(people, made, organization, out)
        self.stdout.write(f"已设 {count} 个初始密码，写在 {out}。请发给本人，发完删除。")

    def made_for(self, people: list[Person]) -> Iterator[FirstPassword]:
        """Make the passwords, and tell how far it is: hashing takes its time."""
        for number, person in enumerate(people, 1):
            assert person.user is not None  # nosec B101 # the query asks for people with an account; this tells mypy
            yield first_password_for(person.user)
            if number % STEP == 0 or number == len(people):
                self.stdout.write(f"{number}/{len(people)}")


def organization_of(code: str) -> Organization | None:
    """Return the organisation with a code, None for the whole school."""
    if not code:
        return None
    found = Organization.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"没有编码为“{code}”的党组织。", returncode=REFUSED)
    return found


def new_file(out: Path) -> Path:
    """Return the file to write; one that is there may hold passwords that are still to be handed out."""
    if out.suffix.lower() != ".xlsx":
        raise CommandError(f"文件名要以 .xlsx 结尾：{out.name}", returncode=REFUSED)
    if not out.parent.is_dir():
        raise CommandError(f"没有这个文件夹：{out.parent}", returncode=REFUSED)
    if out.exists() or out.is_symlink():
        raise CommandError(f"已经有这个文件：{out}。请换一个文件名。", returncode=REFUSED)
    return out


def waiting(organization: Organization | None, *, again: bool) -> Iterator[Person]:
    """Yield the people whose account waits for a first password, in official order."""
    within = Person.objects.at_or_below(organization.path or "") if organization else Person.objects.all()
    people = within.filter(user__is_active=True, died_on=None).select_related("user", "organization")
    for person in people.order_by("organization__code", "pinyin", "pk"):
        assert person.user is not None  # nosec B101 # the query asks for people with an account; this tells mypy
        if not person.user.has_usable_password() or (again and person.user.must_change_password):
            yield person


def hand_out(people: list[Person], made: list[FirstPassword], organization: Organization | None, out: Path) -> int:
    """Set the passwords and write the file, both or neither; return how many."""
    try:
        with transaction.atomic():
            done = set_first_passwords(made, path=organization.path or "" if organization else "")
            rows = [row_of(person, done[person.user_id]) for person in people if person.user_id in done]
            ledger = ledger_of(rows, str(organization or "全校"))
            write_whole(out, write_ledger(ledger, by="系统管理员", at=timezone.now()))
    except CommandError:
        raise
    except BaseException:
        out.unlink(missing_ok=True)  # the commit failed after the file stood there: its passwords hold nowhere
        raise
    return len(done)


def row_of(person: Person, password: str) -> tuple[str, ...]:
    assert person.user is not None  # nosec B101 # the query asks for people with an account; this tells mypy
    return str(person.organization or ""), person.name, person.user.number, password


def ledger_of(rows: list[tuple[str, ...]], unit: str) -> Ledger:
    """Return the sheet that is cut into strips."""
    return Ledger(
        name="初始密码",
        title="初始密码发放表",
        unit=unit,
        on=today(),
        note=NOTE,
        columns=COLUMNS,
        rows=rows,
        signed=False,
    )
