"""Who dies or leaves holds no post from the next day on: the vacancy shows at once."""

import datetime as dt

import pytest

from carehub.access.viewer import viewer_of
from carehub.catalog import RULES
from carehub.duties.rule import Ask, list_duties
from members.actions import leave
from members.models import Affiliation

ON = dt.date(2026, 11, 22)


@pytest.mark.parametrize("ending", ["died", "left", "left-party"])
def test_the_branch_of_a_secretary_who_is_gone_is_vacant_the_next_day(school, ending):
    leave(person=school.owner, on=ON, ending=Affiliation.Ending(ending))
    assert not school.first.posts.secretaries().in_force(ON + dt.timedelta(days=1)).exists()
    ask = Ask(on=ON + dt.timedelta(days=1), owners=frozenset({school.first.pk}))
    assert {duty.vacant for duty in list_duties(RULES, ask) if duty.rule == "C-2.3"} == {True}


def test_the_rights_of_the_post_end_with_it(school):
    leave(person=school.owner, on=dt.date(2026, 1, 1), ending=Affiliation.Ending.LEFT_SCHOOL)
    assert viewer_of(school.user("owner")).personas == ()
