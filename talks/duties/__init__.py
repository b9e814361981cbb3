"""The duties that talks settle: C-2.1, C-2.2, C-2.3."""

from carehub.duties.rule import Rule
from talks.duties.branch import BranchTalks
from talks.duties.general import GeneralBranchTalks
from talks.duties.leader import LeaderTalks

RULES: list[Rule] = [LeaderTalks(), GeneralBranchTalks(), BranchTalks()]
