"""Closed periods: put down once as they stood, opened again only with a reason, late entries shown apart."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from carehub.access.viewer import viewer_of
from carehub.calendar import quarter_window, year_window
from carehub.catalog import RULES
from carehub.dashboard.closed import AsClosed, as_closed
from carehub.duties.actions import excuse, set_rule
from carehub.duties.closing import NotOpened, close, close_ended, ended_windows, reopen
from carehub.duties.duty import DutyKey, State
from carehub.duties.models import ClosedPeriod, PeriodRecord
from carehub.duties.rule import Ask, list_duties, tally_duties
from members.models import Person
from tests.dashboard.crowd import crowd
from tests.talks.writing import talk_of

pytestmark = pytest.mark.django_db
YEAR, ENDED = year_window(2026), dt.date(2027, 1, 8)
YEARLY = next(rule for rule in RULES if rule.code == "C-2.3")


@pytest.fixture
def in_use(school):
    """Return the school with a portal that is in use since the beginning of 2026."""
    set_rule("in-use-since", "2026-01-01", by=None, on=dt.date(2026, 1, 1))
    return school


def kept(state: str = "") -> list[str]:
    rows = PeriodRecord.objects.filter(period__rule="C-2.3", period__window="2026")
    return list((rows.filter(state=state) if state else rows).values_list("subject", flat=True))


def test_a_window_closes_when_the_days_of_entering_have_passed(in_use):
    assert list(ended_windows(YEARLY, dt.date(2027, 1, 7))) == []
    assert list(ended_windows(YEARLY, dt.date(2027, 1, 8))) == [YEAR]


def test_nothing_is_closed_that_ended_before_the_portal_was_in_use(in_use):
    close_ended(on=ENDED, rules=RULES)
    assert set(ClosedPeriod.objects.values_list("window", flat=True)) == {
        "2026",
        "2026Q1",
        "2026Q2",
        "2026Q3",
        "2026Q4",
    }


def test_before_the_first_roster_nothing_is_closed(school):
    assert close_ended(on=ENDED, rules=RULES) == 0


def test_what_happened_by_event_has_no_period(in_use):
    close_ended(on=ENDED, rules=RULES)
    assert set(ClosedPeriod.objects.values_list("rule", flat=True)) == {"C-2.1", "C-2.2", "C-2.3"}


def test_a_second_sweep_closes_nothing_more(in_use):
    assert close_ended(on=ENDED, rules=RULES) > 0
    assert close_ended(on=ENDED, rules=RULES) == 0


def test_the_records_say_what_the_rule_said_that_day(in_use):
    talk_of(in_use.owner, in_use.member)
    close_ended(on=ENDED, rules=RULES)
    duties = list_duties([YEARLY], Ask(on=ENDED), YEAR)
    frozen = list_duties(as_closed([YEARLY]), Ask(on=ENDED), YEAR)
    assert [(d.key, d.state, d.obligor, d.done_on) for d in frozen] == [
        (d.key, d.state, d.obligor, d.done_on) for d in duties
    ]
    assert tally_duties(as_closed([YEARLY]), Ask(on=ENDED), YEAR) == tally_duties([YEARLY], Ask(on=ENDED), YEAR)


def test_what_is_entered_or_renamed_later_changes_nothing_that_was_put_down(in_use):
    close_ended(on=ENDED, rules=RULES)
    Person.objects.filter(pk=in_use.member.pk).update(name="改名后")
    talk_of(in_use.owner, in_use.member, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 2, 1))
    assert "黎小满" in kept(State.OVERDUE)
    assert "改名后" not in kept()


def test_why_somebody_was_excused_is_not_put_down(in_use):
    key = DutyKey("C-2.3", "2026", in_use.first.pk, in_use.member.pk)
    excuse(key, reason="住院", until_on=dt.date(2027, 3, 1), by=in_use.user("owner"), on=dt.date(2026, 12, 1))
    close_ended(on=ENDED, rules=RULES)
    row = PeriodRecord.objects.get(period__rule="C-2.3", subject="黎小满")
    assert (row.state, row.why) == (State.EXCUSED, "")


def test_a_period_that_is_open_again_is_worked_out_live_and_closes_anew(in_use):
    close_ended(on=ENDED, rules=RULES)
    first = ClosedPeriod.objects.get(rule="C-2.3", window="2026")
    reopen(period=first, reason="补正", until_on=dt.date(2027, 1, 20), by=in_use.user("clerk"), on=dt.date(2027, 1, 10))
    talk_of(in_use.owner, in_use.member, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 1, 12))
    assert as_closed([YEARLY]) == [YEARLY]
    assert close_ended(on=dt.date(2027, 1, 20), rules=RULES) == 0
    assert close_ended(on=dt.date(2027, 1, 21), rules=RULES) == 1
    again = ClosedPeriod.objects.standing().get(rule="C-2.3", window="2026")
    assert again.number == 2
    assert [p.records.get(subject="黎小满").state for p in (first, again)] == [State.OVERDUE, State.LATE_ENTRY]


REFUSED = [(" ", dt.date(2027, 1, 20)), ("补正", dt.date(2027, 1, 9)), ("补正", dt.date(2027, 6, 1))]


@pytest.mark.parametrize(("reason", "until"), REFUSED)
def test_a_period_is_opened_only_with_a_reason_and_for_sixty_days(in_use, reason, until):
    period = close(YEARLY, YEAR, on=ENDED)
    with pytest.raises(NotOpened):
        reopen(period=period, reason=reason, until_on=until, by=in_use.user("clerk"), on=dt.date(2027, 1, 10))
    assert ClosedPeriod.objects.standing().filter(pk=period.pk).exists()


def test_the_second_of_two_who_open_it_is_told(in_use):
    period, day = close(YEARLY, YEAR, on=ENDED), dt.date(2027, 1, 10)
    reopen(period=period, reason="补正", until_on=day, by=in_use.user("clerk"), on=day)
    with pytest.raises(NotOpened, match="没有重复"):
        reopen(period=period, reason="补正", until_on=day, by=in_use.user("head"), on=day)


def test_the_database_keeps_one_standing_closing(in_use):
    close(YEARLY, YEAR, on=ENDED)
    assert close(YEARLY, YEAR, on=ENDED) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedPeriod.objects.create(rule="C-2.3", window="2026", number=9, closed_on=ENDED)


def test_the_database_refuses_an_opening_without_a_reason(in_use):
    period = close(YEARLY, YEAR, on=ENDED)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedPeriod.objects.filter(pk=period.pk).update(reopened_by=in_use.user("clerk"), open_until_on=ENDED)


def test_a_general_branch_sees_its_own_rows_only(in_use):
    period = close(YEARLY, YEAR, on=ENDED)
    frozen = AsClosed(YEARLY, {"2026": period})
    reach = viewer_of(in_use.user("maths_secretary")).reach("duty", "v").over_others()
    assert {duty.organization for duty in frozen.list(Ask(on=ENDED, scope=reach), YEAR)} == {"0600000201"}


def test_closing_asks_as_much_for_few_as_for_many(in_use, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        close(YEARLY, YEAR, on=ENDED)
    crowd(in_use, 5)
    with django_assert_num_queries(len(few)):
        close(YEARLY, year_window(2025), on=ENDED)


def test_a_quarter_closes_on_its_own(in_use):
    assert close_ended(on=dt.date(2026, 4, 8), rules=RULES) == 1
    assert ClosedPeriod.objects.get().window == quarter_window(2026, 1).label
