"""The steps of C-2.12: 支部讨论 → 总支意见 → 党委审批. A directly attached branch has no general branch."""

from django.utils.translation import gettext_lazy as _

from carehub.approvals.chain import Chain, Step
from carehub.duties.settings import WAIVER_COMMITTEE, WAIVER_STEP

WAIVERS = Chain(
    kind="waiver",
    title=_("党费减免"),
    steps=(
        Step(
            "branch", "branch", _("支部讨论"), _("支部"), _("无支部"),
            personas=("BS",), deputies=("BO",), days=WAIVER_STEP,
        ),
        Step(
            "general", "general", _("总支意见"), _("总支"), _("无总支"),
            personas=("GS",), deputies=("GO",), days=WAIVER_STEP, advises=True, declines=False,
        ),
        Step(
            "committee", "committee", _("党委审批"), _("党委"), _("无党委"),
            personas=("PC",), days=WAIVER_COMMITTEE,
        ),
    ),
)  # fmt: skip
COMMITTEE = len(WAIVERS.steps) - 1  # its place among the steps
