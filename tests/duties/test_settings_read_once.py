"""A page reads the dated settings once, and never an old one after a change."""

import datetime as dt

import pytest

from carehub.duties.actions import set_rule
from carehub.duties.settings import ENTRY_GRACE, Settings, read_once

pytestmark = pytest.mark.django_db
MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


def test_any_number_of_days_is_one_question(django_assert_num_queries):
    set_rule(ENTRY_GRACE.name, "9", by=None, on=JUNE)
    with read_once(), django_assert_num_queries(1):
        assert [Settings(day)[ENTRY_GRACE] for day in (MAY, JUNE, MAY)] == ["7", "9", "7"]


def test_an_empty_table_is_read_once_too(django_assert_num_queries):
    with read_once(), django_assert_num_queries(1):
        assert Settings(MAY)[ENTRY_GRACE] == Settings(JUNE)[ENTRY_GRACE] == "7"


def test_what_is_set_meanwhile_is_seen_at_once():
    with read_once():
        assert Settings(JUNE)[ENTRY_GRACE] == "7"
        set_rule(ENTRY_GRACE.name, "9", by=None, on=JUNE)
        assert Settings(JUNE)[ENTRY_GRACE] == "9"


def test_the_next_page_reads_anew(django_assert_num_queries):
    with django_assert_num_queries(2):
        for _page in range(2):
            with read_once():
                Settings(MAY)


def test_without_a_page_each_look_reads_for_itself(django_assert_num_queries):
    with django_assert_num_queries(2):
        Settings(MAY)
        Settings(JUNE)
