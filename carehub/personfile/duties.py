"""What is to be done about one person now, as far as the viewer answers for it."""

import datetime as dt

from carehub.access.viewer import Reach, Viewer
from carehub.catalog import RULES
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, list_owed
from members.models import Person

EVERYWHERE = Reach(everything=True)
OWED = (State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING, State.EXCUSED)


def duties_about(person: Person, viewer: Viewer, on: dt.date) -> list[tuple[str, Duty]]:
    """Return (the rule's title, duty) of everything still owed to this person, the nearest deadline first."""
    reach = viewer.reach("duty", "v")
    if not reach or person.pk == viewer.person_id:
        return []
    over = reach.over_others()
    scope = reach.over_organizations() if over.paths and person.occupation not in over.occupations else EVERYWHERE
    of_one_branch = set(viewer.personas) <= {"M", "GL", "BS", "BO"}
    rules = [rule for rule in RULES if not (of_one_branch and rule.above_branches)]
    found = list_owed(rules, Ask(on=on, scope=scope, people=frozenset({person.pk}), states=frozenset(OWED)))
    shown = [duty for duty in found if over or duty.obligor_id == viewer.person_id]
    titles = {rule.code: str(rule.title) for rule in RULES}
    return [(titles[duty.rule], duty) for duty in sorted(shown, key=lambda duty: (duty.due_on, duty.rule))]
