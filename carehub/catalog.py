"""The rules of the house, an explicit list: what is not here is no duty."""

from carehub.duties.rule import Rule
from talks.duties import RULES as TALK_RULES

RULES: list[Rule] = [*TALK_RULES]
