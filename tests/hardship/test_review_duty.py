"""C-3.1 as a duty: what the engine lists, who is told, and that nobody's name is said."""

import datetime as dt
import uuid
from collections.abc import Iterator
from random import Random

import pytest
from django.utils import timezone

from carehub.approvals.models import Application
from carehub.calendar import year_window
from carehub.duties.actions import excuse
from carehub.duties.duty import parse_key
from carehub.duties.models import RuleSetting
from carehub.duties.rule import Ask
from hardship.duties.reviews import CaseReviews
from hardship.models import Case, Review
from members.actions import affiliate, leave
from members.models import Person, Post
from tests.hardship.making import closed, recognised
from tests.hardship.recurring import (
    command,
    days_asked,
    dues_of,
    entered,
    name_free,
    needs_as_many_queries,
    settled,
    told,
)  # fmt: skip
from tests.hardship.test_review_rule import INVENTED, invented, oracle

pytestmark = pytest.mark.django_db
RULE = CaseReviews()
JUNE = dt.date(2026, 6, 1)  # recognised then, to be reviewed by 1 December
LOOKS = ((dt.date(2026, 8, 31), 6), (dt.date(2025, 12, 31), 3))
BRANCHES = ("first", "maths_branch", "direct")


def ask(on: dt.date):
    return list(RULE.list(Ask(on=on), year_window(on.year)))


def reviewed(case: Case, user, on: dt.date, **fields) -> Review:
    plain = {"by": user, "by_name": "支部书记", "result": "still", "once_key": uuid.uuid4()}
    return Review.objects.create(case=case, on=on, **(plain | fields))


class Invented:
    """Invented cases as rows, and what the slow oracle says of them."""

    def __init__(self, school, monkeypatch, number: int) -> None:
        chance, head = Random(31), school.user("head")
        self.lives = [invented(chance) for _ in range(number)]
        places = [school.organizations[name] for name in BRANCHES]
        people = Person.objects.bulk_create(
            Person(name=f"甲{n}", category="full", organization=places[n % 3], path=places[n % 3].path)
            for n in range(number)
        )
        forms = Application.objects.bulk_create(
            Application(
                kind="hardship", applicant_id=person.pk, author=head, author_person_id=0, path=person.path, way=[],
                state="approved", stage=3, stage_path="", since_on=JUNE, version=4, form_hash="", submitted_on=JUNE,
                closed_on=JUNE, once_key=uuid.uuid4(),
            )
            for person in people
        )  # fmt: skip
        self.cases = Case.objects.bulk_create(
            self._case(*parts, head) for parts in zip(self.lives, people, forms, strict=True)
        )
        self.entered = [{day: entered(chance, day) for day in set(life[1])} for life in self.lives]
        monkeypatch.setattr(Review._meta.get_field("entered_at"), "auto_now_add", False)
        Review.objects.bulk_create(
            Review(case=case, on=day, by=head, by_name="", result="still", once_key=uuid.uuid4(),
                   entered_at=timezone.make_aware(dt.datetime.combine(when, dt.time(9))))
            for case, days in zip(self.cases, self.entered, strict=True) for day, when in days.items()
        )  # fmt: skip

    def _case(self, life: tuple, person: Person, form: Application, head) -> Case:
        recognised_on, _reviews, agreed, over, *_rest = life
        ended = {"is_open": False, "closed_on": over, "closed_by": head, "outcome": "other"} if over else {}
        known = {"recognised_on": recognised_on, "recognised_by": head} if recognised_on else {}
        return Case(
            application=form, person=person, degree="hard", cause="other", cause_words="x", consent_on=JUNE,
            next_review_on=agreed, **known, **ended,
        )  # fmt: skip

    def expected(self, on: dt.date, months: int) -> Iterator[tuple]:
        for case, life, days in zip(self.cases, self.lives, self.entered, strict=True):
            recognised_on, _reviews, agreed, over, *_rest = life
            place = BRANCHES[(case.pk - self.cases[0].pk) % 3]
            now = oracle(recognised_on, days, agreed, over, months, 30, on)
            if now and now[1] and days_asked(now[0], over, on):
                yield case.pk, place, *now
            for day in sorted(day for day in days if recognised_on and recognised_on < day <= on):
                before = [one for one in days if one < day]
                since, due, _state = oracle(recognised_on, before, None, None, months, 30, day - dt.timedelta(1))
                if days_asked(since, day, on):
                    yield case.pk, place, since, due, settled(day, due, days[day])

    def found(self, school, on: dt.date, months: int) -> list[tuple]:
        RuleSetting.objects.all().delete()
        RuleSetting.objects.create(name="C-3.1-review-months", value=str(months), from_on=dt.date(2020, 1, 1))
        names = {school.organizations[name].pk: name for name in BRANCHES}
        return sorted(
            (duty.subject_id, names[duty.owner_id], duty.opens_on, duty.due_on, str(duty.state)) for duty in ask(on)
        )


def test_the_list_is_what_the_oracle_says_of_ten_thousand_cases(school, figure, monkeypatch):
    many, (on, months) = Invented(school, monkeypatch, INVENTED), LOOKS[0]
    expected, found = set(many.expected(on, months)), many.found(school, on, months)
    compared, wrong = len(expected), len(expected ^ set(found)) + len(found) - len(set(found))
    figure("C-3.1 cases in the engine", INVENTED)
    figure("C-3.1 duties compared", compared)
    figure("C-3.1 duties that differ", wrong)
    assert wrong == 0
    assert compared > INVENTED


def test_an_engine_with_another_number_of_months_would_be_seen(school, monkeypatch):
    """Negative control."""
    some = Invented(school, monkeypatch, 300)
    for on, months in LOOKS:
        assert set(some.expected(on, months)) == set(some.found(school, on, months))
        assert set(some.expected(on, months)) != set(some.found(school, on, months + 1))


def test_an_engine_that_forgets_the_last_review_would_be_seen(school, monkeypatch):
    """Negative control."""
    some, (on, months) = Invented(school, monkeypatch, 300), LOOKS[0]
    monkeypatch.setattr("hardship.duties.reviews.deeds_of", lambda rows: {})
    assert set(some.expected(on, months)) != set(some.found(school, on, months))


def test_the_secretary_owes_it_and_the_list_names_nobody(school):
    case = recognised(school, "member", by="officer", on=JUNE)
    [duty] = ask(dt.date(2026, 11, 23))
    assert (duty.subject_id, duty.organization, duty.obligor) == (case.pk, school.first.code, "林晓岚")
    assert (duty.opens_on, duty.due_on, duty.state) == (JUNE, dt.date(2026, 12, 1), "due_soon")
    assert (duty.subject, duty.person) == ("一份登记", "")


def test_a_group_counts_in_its_branch(school):
    recognised(school, "group_leader", by="officer", on=JUNE)
    assert dues_of(RULE, JUNE) == [(school.first.code, "林晓岚", "open")]


def test_nobody_owes_the_review_of_his_own_case(school):
    recognised(school, "owner", by="officer", on=JUNE)
    recognised(school, "direct_member", by="librarian", on=JUNE)
    recognised(school, "librarian", by="clerk", on=JUNE)
    assert set(dues_of(RULE, JUNE)) == {
        (school.languages.code, "程立新", "open"),
        (school.direct.code, "沈若兰", "open"),
        (school.committee.code, "唐婉清", "open"),
    }


def test_who_moves_takes_the_review_along(school):
    case = recognised(school, "member", by="officer", on=JUNE)
    affiliate(person=case.person, organization=school.second, on=dt.date(2026, 11, 1))
    assert dues_of(RULE, dt.date(2026, 11, 23)) == [(school.second.code, "谭明", "due_soon")]


def test_a_review_ends_one_turn_and_begins_the_next(school):
    case, by = recognised(school, "member", by="officer", on=JUNE), school.user("owner")
    reviewed(case, by, dt.date(2026, 11, 2))
    states = {(duty.opens_on, duty.state, duty.done_on) for duty in ask(dt.date(2026, 11, 23))}
    assert states == {(JUNE, "done", dt.date(2026, 11, 2)), (dt.date(2026, 11, 2), "open", None)}
    assert len({duty.key for duty in ask(dt.date(2026, 11, 23))}) == 2


@pytest.mark.parametrize("ending", ["died", "left-party", "left"])
def test_who_is_gone_asks_for_nothing_and_what_was_told_falls_silent(school, ending):
    recognised(school, "member", by="officer", on=JUNE)
    assert len(told(RULE, dt.date(2026, 11, 23))) == 1
    leave(person=school.member, on=dt.date(2026, 11, 24), ending=ending)
    assert ask(dt.date(2026, 12, 20)) == []
    assert told(RULE, dt.date(2026, 12, 20)) == []


def test_a_closed_case_asks_for_nothing(school):
    closed(school, "member", by="officer", on=JUNE)
    [duty] = ask(dt.date(2026, 12, 20))
    assert (duty.state, duty.why) == ("not_applicable", "已结束")
    assert told(RULE, dt.date(2026, 12, 20)) == []
    assert list(RULE.tally(Ask(on=dt.date(2026, 12, 20)), year_window(2026))) == []


def test_each_stage_is_told_once_and_names_nobody(school, as_):
    case = recognised(school, "member", by="officer", on=JUNE)
    for on in ("2026-10-31", "2026-11-23", "2026-11-24", "2026-12-02", "2026-12-03", "2027-01-04"):
        rows = told(RULE, dt.date.fromisoformat(on))
    assert [(row.stage, str(row.day_on)) for row in rows] == [("due_soon", "2026-11-23"), ("overdue", "2026-12-02")]
    assert {row.recipient for row in rows} == {school.user("owner")}
    assert {row.link for row in rows} == {"/hardship/"}
    assert name_free(case.person, as_("owner"))


def test_the_second_review_of_a_year_is_told_of_as_well(school):
    case = recognised(school, "member", by="officer", on=dt.date(2026, 1, 5))
    assert len(told(RULE, dt.date(2026, 6, 10))) == 1
    reviewed(case, school.user("owner"), dt.date(2026, 6, 20))
    assert len(told(RULE, dt.date(2026, 12, 1))) == 2


def test_a_vacant_office_moves_the_reminder_up(school):
    recognised(school, "member", by="officer", on=JUNE)
    Post.objects.filter(person=school.owner).update(ended_on=JUNE)
    [duty] = ask(dt.date(2026, 11, 23))
    assert (duty.vacant, duty.obligor) == (True, "")
    [row] = told(RULE, dt.date(2026, 11, 23))
    assert (row.recipient, row.vacant) == (school.user("general_secretary"), True)


def test_an_excuse_lies_over_one_turn(school):
    case, on = recognised(school, "member", by="officer", on=JUNE), dt.date(2026, 12, 20)
    [duty] = ask(on)
    excuse(parse_key(duty.key), reason="住院", until_on=dt.date(2027, 3, 1), by=None, on=on, path="")
    assert [(one.state, one.why) for one in ask(on)] == [("excused", "住院")]
    reviewed(case, school.user("owner"), dt.date(2026, 12, 21))
    assert {one.state for one in ask(dt.date(2026, 12, 22))} == {"done_late", "open"}


def test_without_a_number_of_months_only_an_agreed_day_is_due(school):
    case = recognised(school, "member", by="officer", on=JUNE)
    RuleSetting.objects.create(name="C-3.1-review-months", value="", from_on=JUNE)
    assert ask(dt.date(2026, 12, 20)) == []
    Case.objects.filter(pk=case.pk).update(next_review_on=dt.date(2026, 12, 10))
    assert [duty.due_on for duty in ask(dt.date(2026, 12, 20))] == [dt.date(2026, 12, 10)]


def test_twenty_cases_ask_no_more_than_two(school):
    def more(person: Person) -> None:
        school.people[person.name] = person
        case = recognised(school, person.name, by="officer", on=JUNE)
        reviewed(case, school.user("owner"), dt.date(2026, 11, 2))

    assert needs_as_many_queries(RULE, school, more) <= 10


def test_the_command_lists_it_without_a_name(school):
    case = recognised(school, "member", by="officer", on=JUNE)
    text = command("C-3.1")
    assert "一份登记" in text
    assert case.person.name not in text
    assert case.person.name not in command("C-3.1", "--json")
    assert "一份登记" not in command("C-3.1", "--organization", school.maths.code)
