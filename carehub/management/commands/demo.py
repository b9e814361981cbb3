"""manage.py demo: fill an empty database with the invented university, and print who can sign in."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from carehub.calendar import today
from carehub.demo.authority import lend_authority
from carehub.demo.conversations import converse
from carehub.demo.events import let_happen
from carehub.demo.hardships import fill_ledger
from carehub.demo.invention import PASSWORD, SCHOOL
from carehub.demo.logins import demo_logins
from carehub.demo.matters import ask_for_help
from carehub.demo.pairings import pair_up
from carehub.demo.periods import close_periods
from carehub.demo.records import put_right
from carehub.demo.university import University, appoint, found, settle
from carehub.demo.waivers import ask_for_waivers
from members.models import Organization, Person
from talks.models import Talk


class Command(BaseCommand):
    help = "在空数据库里建一所虚构的大学供试用；已经建过则只列出可用的账号"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=3000, help="多少人（不少于 1600）")
        parser.add_argument("--on", type=dt.date.fromisoformat, default=None, help="以哪一天为今天")
        parser.add_argument("--if-empty", action="store_true", help="数据库里已有真实数据时什么也不做")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Organization.objects.filter(parent=None).first()
        if options["if_empty"] and (settings.PRODUCTION or (root and root.name != SCHOOL)):
            return
        if settings.PRODUCTION:
            raise CommandError("正式环境不写入演示数据。")
        if root is None:
            self._invent(max(options["people"], 1600), options["on"] or today())
        elif root.name != SCHOOL:
            raise CommandError("数据库里已有真实的党组织，演示数据没有写入。")
        self._print_logins()

    @transaction.atomic
    def _invent(self, people: int, on: dt.date) -> None:
        university = University(on=on, people_wanted=people)
        found(university)
        settle(university)
        appoint(university)
        converse(university)
        ask_for_help(university)
        lend_authority(university)
        let_happen(university)
        put_right(university)
        ask_for_waivers(university)
        fill_ledger(university)
        pair_up(university)
        close_periods(university)
        self.stdout.write(f"已建成虚构的大学：{Person.objects.count()} 人，{Talk.objects.count()} 次谈话。")

    def _print_logins(self) -> None:
        self.stdout.write(f"\n演示账号（人员、单位均为虚构），密码都是 {PASSWORD}\n")
        for words, number, name in demo_logins():
            self.stdout.write(f"  {number}  {words}  {name}")
        self.stdout.write("")
