"""Logging a talk: who, whom, when, in which office, once."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY
from members.actions import affiliate
from members.models import Oversight, Post
from talks.models import Talk
from tests.cast import School
from tests.talks.writing import ON, talk_of


def test_the_talk_belongs_to_the_branch_of_its_secretary(school: School) -> None:
    talk = talk_of(school.owner, school.member)
    assert (talk.organization, talk.path, talk.talker_title) == (school.first, school.first.path, "支部书记")
    assert talk.entered_on == ON


def test_a_general_branch_secretary_talks_for_the_general_branch(school: School) -> None:
    assert talk_of(school.general_secretary, school.owner).organization == school.languages


def test_a_secretary_of_both_talks_with_branch_secretaries_for_the_general_branch(school: School) -> None:
    post = Post.objects.get(person=school.owner)
    post.ended_on = ON - DAY
    post.save()
    Post.objects.create(person=school.general_secretary, organization=school.first, role="secretary", started_on=ON)
    assert talk_of(school.general_secretary, school.colleague).organization == school.languages
    assert talk_of(school.general_secretary, school.member).organization == school.first


def test_a_leader_talks_for_the_committee(school: School) -> None:
    assert talk_of(school.leader, school.general_secretary).organization == school.committee


def test_the_office_is_that_of_the_day_of_the_talk(school: School) -> None:
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2026, 6, 14))
    Post.objects.create(
        person=school.member, organization=school.first, role="secretary", started_on=dt.date(2026, 6, 15)
    )
    assert talk_of(school.owner, school.officer, held_on=dt.date(2026, 6, 14)).organization == school.first
    with pytest.raises(ValidationError):
        talk_of(school.owner, school.officer, held_on=dt.date(2026, 6, 15))


def test_two_people_make_it_collective(school: School) -> None:
    assert talk_of(school.owner, school.member, school.officer).form == Talk.Form.COLLECTIVE


def test_nobody_talks_with_himself(school: School) -> None:
    with pytest.raises(ValidationError, match="自己"):
        talk_of(school.owner, school.member, school.owner)


def test_no_talk_is_held_tomorrow(school: School) -> None:
    with pytest.raises(ValidationError, match="晚于今天"):
        talk_of(school.owner, school.member, held_on=ON + DAY, on=ON)


def test_somebody_must_be_talked_with(school: School) -> None:
    with pytest.raises(ValidationError, match="选人"):
        talk_of(school.owner)


def test_people_of_another_branch_are_refused(school: School) -> None:
    with pytest.raises(ValidationError, match="不在谈话范围"):
        talk_of(school.owner, school.colleague_member)


def test_who_belonged_to_the_branch_that_day_may_be_logged_after_moving_away(school: School) -> None:
    affiliate(person=school.member, organization=school.second, on=ON)
    assert talk_of(school.owner, school.member, held_on=ON - DAY).organization == school.first
    with pytest.raises(ValidationError):
        talk_of(school.owner, school.member, held_on=ON)


def test_a_leader_talks_only_with_those_under_his_oversight_that_day(school: School) -> None:
    with pytest.raises(ValidationError):
        talk_of(school.leader, school.maths_secretary)
    Oversight.objects.create(leader=school.leader, person=school.maths_secretary, started_on=ON)
    assert talk_of(school.leader, school.maths_secretary)


def test_a_recorder_logs_for_the_secretary_and_nobody_else_does(school: School) -> None:
    assert talk_of(school.owner, school.member, by=school.user("officer"))
    for stranger in ("colleague", "member", "outsider", "clerk", "general_secretary"):
        with pytest.raises(ValidationError, match="替这位"):
            talk_of(school.owner, school.member, by=school.user(stranger))


def test_the_same_key_gives_the_same_talk(school: School) -> None:
    key = uuid.uuid4()
    assert talk_of(school.owner, school.member, once_key=key) == talk_of(school.owner, school.member, once_key=key)
    assert Talk.objects.count() == 1


def test_a_used_key_with_another_person_is_refused_not_lost(school: School) -> None:
    key = uuid.uuid4()
    talk_of(school.owner, school.member, once_key=key)
    with pytest.raises(ValidationError, match="已经保存过"):
        talk_of(school.owner, school.officer, once_key=key)


def test_the_trail_names_the_talk_but_not_its_reasons_or_words(school: School) -> None:
    talk = talk_of(school.owner, school.member, reasons=["sanction"], place="B座203", by=school.user("owner"))
    event = AuditEvent.objects.get(target=f"talks.Talk:{talk.pk}")
    assert event.detail["what"] == "log-talk"
    assert "sanction" not in str(event.detail)
    assert "203" not in str(event.detail)
