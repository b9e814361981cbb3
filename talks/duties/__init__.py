"""The duties that talks settle: C-2.1, C-2.2, C-2.3, and C-2.4 and the five musts after an event of life."""

from django.utils.translation import gettext_lazy as _

from carehub.duties.rule import Rule
from members.models.life_event import KINDS_OF
from talks.duties.branch import BranchTalks
from talks.duties.events import EventTalks
from talks.duties.general import GeneralBranchTalks
from talks.duties.leader import LeaderTalks

FIVE = tuple(code for code in KINDS_OF if code.startswith("C-2.5"))
WORK = EventTalks("C-2.4", _("入职退休谈话"), _("党组织负责人与新入职、退休的党员"), clauses=("C-2.4",))
MUSTS = EventTalks("C-2.5", _("五必谈"), _("党组织负责人与遇到五类情况的同志"), clauses=FIVE)
CADENCES: list[Rule] = [LeaderTalks(), GeneralBranchTalks(), BranchTalks()]
EVENTS = [WORK, MUSTS]
RULES: list[Rule] = [*CADENCES, *EVENTS]
# The five clauses apart, for the command line: a page that counted them apart would tell whose talk is about what.
EACH_MUST: list[Rule] = [
    EventTalks(code, title, MUSTS.explains, clauses=(code,))
    for code, title in (
        ("C-2.5a", _("发展和转接谈话")),
        ("C-2.5b", _("职务岗位变动谈话")),
        ("C-2.5c", _("获得表彰谈话")),
        ("C-2.5d", _("处分和苗头谈话")),
        ("C-2.5e", _("群众反映谈话")),
    )
]
