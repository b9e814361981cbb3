"""Terms of the committees, some of them about to end, and the periods that have closed since the portal is in use."""

import datetime as dt

from carehub.catalog import RULES
from carehub.demo.university import University
from carehub.duties.actions import set_rule
from carehub.duties.closing import close_ended
from carehub.duties.settings import IN_USE_SINCE
from members.models import Organization
from members.terms import USUAL_YEARS, WITH_TERM


def close_periods(university: University) -> None:
    """Say since when the portal is in use and when each committee was elected, and close what has ended."""
    set_rule(IN_USE_SINCE.name, str(university.begins_on), by=None, on=university.begins_on)
    rows = list(Organization.objects.filter(kind__in=WITH_TERM).in_official_order())
    for n, row in enumerate(rows):
        row.term_years = USUAL_YEARS[row.kind]
        row.elected_on = dt.date(university.on.year - n % 3, 3 + n % 5, 6 + n % 17)
    about_to_end = next(row for row in rows if row.kind == Organization.Kind.BRANCH)
    about_to_end.elected_on = dt.date(university.on.year - 2, 1, 15)
    Organization.objects.bulk_update(rows, ["elected_on", "term_years"])
    close_ended(on=university.on, rules=RULES)
