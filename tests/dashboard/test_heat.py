"""Folding tallies: pure functions."""

import pytest

from carehub.dashboard.heat import Sum, by_rule, by_unit, deepest, total
from carehub.duties.duty import Tally


def tally(path: str = "/1/2/3/", rule: str = "C-2.3", *, vacant: bool = False, **counts: int) -> Tally:
    return Tally(rule, 3, "06", "支部", path, "2026", vacant, **counts)


def test_the_parts_add_up_to_what_is_due():
    found = total([tally(done=3, late_entry=1, open=2, excused=1), tally(overdue=1, vacant=True, upcoming=4)])
    assert found == Sum(finished=4, late_entry=1, pending=2, overdue=1, excused=1, unknown=4)
    assert found.due == 12
    assert found.missing == 8


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "不适用"),
        ({"done": 8}, "齐"),
        ({"done": 8, "overdue": 2, "open": 1, "excused": 1}, "逾期 2"),
        ({"done": 8, "excused": 2}, "已说明 2"),
        ({"done": 8, "excused": 2, "due_soon": 3}, "差 3"),
    ],
)
def test_a_cell_says_the_first_word_that_holds(counts, words):
    assert total([tally(**counts)]).words == words


def test_what_an_empty_post_owes_is_missing_data_before_it_is_due():
    assert total([tally(done=5, open=2, vacant=True)]).words == "缺数据 2"
    assert total([tally(done=5, overdue=2, vacant=True)]).words == "逾期 2"


@pytest.mark.parametrize(("finished", "due", "percent"), [(1999, 2000, "99.9%"), (2, 3, "66.6%"), (3, 3, "100.0%")])
def test_the_share_is_never_rounded_up(finished, due, percent):
    assert Sum(finished=finished, pending=due - finished).percent == percent


def test_nothing_due_has_no_share():
    assert Sum().percent == "—"


def test_a_tally_counts_in_the_deepest_unit_that_holds_it():
    units = {1: "/1/", 2: "/1/2/", 20: "/1/20/"}
    assert deepest("/1/2/3/", units) == 2
    assert deepest("/1/20/3/", units) == 20
    assert deepest("/1/", units) == 1
    assert deepest("/9/", units) is None


def test_sums_by_rule_and_by_unit():
    rows = [tally("/1/2/3/", open=1), tally("/1/2/4/", open=2), tally("/1/2/", "C-2.2", done=1), tally("/1/5/", open=4)]
    assert by_rule(rows)["C-2.3"].pending == 7
    folded = by_unit(rows, {2: "/1/2/", 5: "/1/5/"})
    assert folded[2, "C-2.3"].pending == 3
    assert folded[2, "C-2.2"].finished == 1
    assert folded[5, "C-2.3"].pending == 4


def test_the_sentence_names_only_what_is_there():
    assert Sum(finished=18, overdue=2, excused=1, pending=2).sentence == (
        "应办 23，已办 18。还有 5 项：逾期 2，已说明 1，未到期 2。"
    )
    assert Sum(finished=3).sentence == "应办 3，已办 3。都办完了。"
