"""The rules of the house, an explicit list: what is not here is no duty."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from carehub.duties.rule import Rule
from carehub.policy import CLAUSES
from hardship.duties import RULES as HARDSHIP_RULES
from talks.duties import EACH_MUST, MUSTS
from talks.duties import RULES as TALK_RULES

RULES: list[Rule] = [*TALK_RULES]
# What is owed on a case: it stands on the pages of the cases, in the reminders and on the command line.
CASE_RULES: list[Rule] = [*HARDSHIP_RULES]
# What the command line counts: the five musts one by one instead of together (talks/duties/events.py says why).
CLAUSE_RULES: list[Rule] = [
    *(one for rule in RULES for one in (EACH_MUST if rule is MUSTS else [rule])),
    *CASE_RULES,
]


@register()
def every_rule_is_listed(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Report an app's rule that the list above leaves out, and a rule that cites no clause of the policy."""
    forgotten = [
        rule.code for app in apps.get_app_configs() for rule in _rules_of(app.name) if rule not in (*RULES, *CASE_RULES)
    ]
    nameless = [rule.code for rule in (*RULES, *CASE_RULES) if rule.code not in CLAUSES]
    return [
        *(Error(f"{code} is in no list of carehub/catalog.py.", id="carehub.E101") for code in forgotten),
        *(Error(f"{code} is no clause of carehub/policy.py.", id="carehub.E102") for code in nameless),
    ]


def _rules_of(app: str) -> list[Rule]:
    name = f"{app}.duties"
    return list(getattr(import_module(name), "RULES", [])) if find_spec(name) else []
