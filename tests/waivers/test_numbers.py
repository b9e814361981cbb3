"""Who does not keep the cases reads no number below five."""

import pytest

from hardship.numbers import helped, told
from tests.cast import School
from tests.hardship.making import recognised
from tests.waivers.making import ON, approved

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("n", "said"), [(0, "0"), (1, "不足 5"), (4, "不足 5"), (5, "5"), (12, "12")])
def test_a_small_number_is_not_told_to_who_does_not_keep_the_cases(n: int, said: str):
    assert told(n, keeps=False) == said
    assert told(n, keeps=True) == str(n)


def test_the_overview_tells_the_committee_less_than_the_department(school: School, as_):
    approved(school, first_month=ON.replace(day=1))
    recognised(school, "member", by="officer")
    assert helped(school.user("clerk"), ON) == [("困难台账", "1"), ("党费减免中", "1")]
    assert helped(school.user("approver"), ON) == [("困难台账", "不足 5"), ("党费减免中", "不足 5")]
    assert helped(school.user("personnel"), ON) == []
    assert "不足 5 人" in as_("approver").get("/overview/").content.decode()
    assert "不足 5" not in as_("clerk").get("/overview/").content.decode()
