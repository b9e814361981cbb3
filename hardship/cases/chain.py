"""The steps of C-3.1: 支部评议 → 总支审核 → 组织部审核. A directly attached branch has no general branch."""

from django.utils.translation import gettext_lazy as _

from carehub.approvals.chain import Chain, Step
from carehub.duties.settings import HARDSHIP_STEP

CASES = Chain(
    kind="hardship",
    title=_("困难党员认定"),
    steps=(
        Step(
            "branch", "branch", _("支部评议"), _("支部"), _("无支部"),
            personas=("BS",), deputies=("BO",), days=HARDSHIP_STEP,
        ),
        Step(
            "general", "general", _("总支审核"), _("总支"), _("无总支"),
            personas=("GS",), deputies=("GO",), days=HARDSHIP_STEP,
        ),
        Step(
            "department", "committee", _("组织部审核"), _("组织部"), _("无组织部"),
            personas=("OH",), deputies=("OD",), days=HARDSHIP_STEP,
        ),
    ),
)  # fmt: skip
MEETINGS = {"branch": _("支部委员会"), "general": _("总支委员会")}  # the department decides without a meeting
