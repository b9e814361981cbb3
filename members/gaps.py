"""What the roster still lacks, person by person, as a list to work through."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.viewer import Viewer, viewer_of
from carehub.calendar import Precision
from members.models import Person
from members.models.person import PersonQuerySet
from members.rules import NO_PROBATION

CATEGORY = Person.Category
MEMBERS = Q(category__in=Person.MEMBER_CATEGORIES, left_party_on=None)


@dataclass(frozen=True)
class Gap:
    """One kind of gap: its name in the address, what it is called, what it hinders and how it is filled."""

    name: str
    title: Any
    how: Any


GAPS = (
    Gap(
        "verify",
        _("名册里没有的人"),
        _("上次导入的名册里没有这些人。人还在的，打开“更正”勾选已核实；不在的，办理转接，或登记去世。"),
    ),
    Gap("standing", _("党龄算不出"), _("正式党员缺转正日期，政治生日和五十年纪念章算不准。查阅档案后补上。")),
    Gap("dates", _("日期只到年月"), _("入党、转正日期只有年月。查到日子的补上；确实查不到的，可以就这样。")),
    Gap("phone", _("没有联系电话"), _("没有手机号码，提醒和走访联系不上。问到以后补上。")),
)


def conditions(viewer: Viewer) -> dict[str, Q]:
    """Return {gap: condition}; who lacks a phone is told only where the viewer may see whether there is one."""
    first, last = NO_PROBATION
    plain = Q(joined_on__isnull=False, joined_on__gte=first, joined_on__lte=last)
    imprecise = (Precision.MONTH, Precision.YEAR)
    months = Q(joined_on__isnull=False, joined_precision__in=imprecise)
    months |= Q(confirmed_on__isnull=False, confirmed_precision__in=imprecise)
    unknown = Q(confirmed_on=None) & (~plain | Q(joined_precision=Precision.YEAR))
    unknown |= Q(confirmed_on__isnull=False, confirmed_precision=Precision.YEAR)
    return {
        "verify": Q(verify_since_on__isnull=False),
        "standing": Q(category=CATEGORY.FULL, left_party_on=None) & unknown,
        "dates": MEMBERS & months,
        "phone": MEMBERS & Q(phone="") & viewer.reach("contact", "m", "r", "v").over_others().q(),
    }


def people_kept_by(user: Any) -> PersonQuerySet:
    """Return the people whose roster the account keeps or answers for."""
    reach = viewer_of(user).reach("person", "e", "x").over_others()
    people: PersonQuerySet = Person.objects.visible_to(user).in_school().filter(reach.q())
    return people


def counts_of(user: Any) -> dict[str, int]:
    """Return how many people lack what, in one query."""
    found = conditions(viewer_of(user))
    return people_kept_by(user).aggregate(**{name: Count("pk", filter=found[name]) for name in found})
