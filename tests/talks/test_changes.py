"""Correction and withdrawal: with a reason, never over somebody else's, and the duties follow at once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.test import Client

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY
from carehub.catalog import RULES
from carehub.duties.rule import Ask, list_duties
from members.models import Person, Post
from talks.actions import Overtaken, correct_talk, withdraw_talk
from talks.drafting import prefilled
from talks.models import Correction, Talk
from talks.offices import talkers_for
from tests.cast import School
from tests.talks.writing import ON, form_of, talk_of

As = Callable[[str], Client]


def state(person: Person, on: dt.date = ON, rule: str = "C-2.3") -> str:
    """Return the state of the duty to talk with a person."""
    rules = [one for one in RULES if one.code == rule]
    return next(d.state for d in list_duties(rules, Ask(on=on, people=frozenset({person.pk}))))


def correction_of(talk: Talk, *people: Person, **fields: Any) -> dict[str, Any]:
    plain = {"version": talk.version, "because": "记错了日期", "held": "other", "held_on": talk.held_on.isoformat()}
    return {**form_of(*people), **plain, **fields}


def test_a_talk_settles_its_duty_at_once_and_withdrawing_it_takes_that_back(school: School) -> None:
    assert state(school.member) == "open"
    talk = talk_of(school.owner, school.member)
    assert state(school.member) == "done"
    withdraw_talk(talk=talk, version=1, because="记错了人", by=school.user("owner"))
    assert state(school.member) == "open"


def test_a_talk_entered_long_after_its_year_is_a_late_entry(school: School) -> None:
    Talk.objects.all().delete()
    talk_of(school.owner, school.member, held_on=dt.date(2025, 12, 31), on=dt.date(2026, 1, 9))
    rules = [rule for rule in RULES if rule.code == "C-2.3"]
    window = rules[0].windows(dt.date(2025, 12, 31))[0]
    found = list_duties(rules, Ask(on=ON, people=frozenset({school.member.pk})), window)
    assert [duty.state for duty in found] == ["late_entry"]
    assert state(school.member) == "open"


def test_correcting_the_people_moves_the_duty_from_one_to_the_other(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    answer = as_("owner").post(f"/talks/{talk.pk}/correct/", correction_of(talk, school.officer, held="today"))
    assert answer.status_code == 302
    assert (state(school.member), state(school.officer)) == ("open", "done")


def test_correcting_the_day_into_last_year_opens_this_year_again(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    as_("owner").post(f"/talks/{talk.pk}/correct/", correction_of(talk, school.member, held_on="2025-11-23"))
    talk.refresh_from_db()
    assert (talk.held_on, talk.entered_on, talk.version) == (dt.date(2025, 11, 23), ON, 2)
    assert state(school.member) == "open"


def test_a_correction_says_what_changed_and_why_but_not_the_words(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    changed = correction_of(talk, school.member, channel="phone", place="电话")
    as_("owner").post(f"/talks/{talk.pk}/correct/", changed)
    kept = Correction.objects.get()
    assert kept.changed == {"channel": ["in-person", "phone"], "place": ["", "电话"]}
    page = as_("general_secretary").get(f"/talks/{talk.pk}/").content.decode()
    assert "当面 改为 电话" in page
    assert "记错了日期" in page
    assert AuditEvent.objects.filter(detail__what="correct-talk").count() == 1


@pytest.mark.parametrize("page", ["correct", "withdraw"])
def test_no_change_without_a_reason(school: School, as_: As, page: str) -> None:
    talk = talk_of(school.owner, school.member)
    answer = as_("owner").post(f"/talks/{talk.pk}/{page}/", correction_of(talk, school.member, because="  "))
    assert "还没有写原因" in answer.content.decode()
    talk.refresh_from_db()
    assert (talk.version, talk.withdrawn_at) == (1, None)


def test_the_actions_too_want_a_reason_and_a_right(school: School) -> None:
    talk = talk_of(school.owner, school.member)
    with pytest.raises(ValidationError):
        withdraw_talk(talk=talk, version=1, because=" ", by=school.user("owner"))
    with pytest.raises(PermissionDenied):
        withdraw_talk(talk=talk, version=1, because="记错了", by=school.user("general_secretary"))


def test_of_two_corrections_the_second_is_told_and_nothing_is_lost(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    as_("officer").post(f"/talks/{talk.pk}/correct/", correction_of(talk, school.member, channel="phone"))
    answer = as_("owner").post(f"/talks/{talk.pk}/correct/", correction_of(talk, school.officer, because="我的原因"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "已被王志远更正" in text
    assert "我的原因" in text
    assert list(talk.people.all()) == [school.member]


def test_who_withdraws_a_corrected_talk_from_an_old_page_is_told(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    as_("officer").post(f"/talks/{talk.pk}/correct/", correction_of(talk, school.member, channel="phone"))
    answer = as_("owner").post(f"/talks/{talk.pk}/withdraw/", {"version": 1, "because": "记错了"})
    assert answer.status_code == 409
    assert Talk.objects.standing().count() == 1


def test_a_form_sent_twice_is_one_change_and_no_conflict(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    browser = as_("owner")
    change, gone = correction_of(talk, school.officer, channel="phone"), {"version": 2, "because": "记错了人"}
    assert [browser.post(f"/talks/{talk.pk}/correct/", change).status_code for _ in range(3)] == [302] * 3
    assert [browser.post(f"/talks/{talk.pk}/withdraw/", gone).status_code for _ in range(2)] == [302, 302]
    late = as_("officer").post(f"/talks/{talk.pk}/correct/", correction_of(talk, school.member, version=2))
    assert late.status_code == 409
    assert "已被林晓岚撤回" in late.content.decode()
    assert Correction.objects.count() == 2


def test_an_overtaken_correction_leaves_the_people_alone(school: School) -> None:
    talk = talk_of(school.owner, school.member)
    same = {"held_on": ON, "form": "single", "channel": "phone", "reasons": [], "place": ""}
    with pytest.raises(Overtaken):
        correct_talk(talk=talk, version=7, because="x", people=[school.officer], by=None, on=ON, **same)
    assert list(talk.people.all()) == [school.member]


def test_a_withdrawn_talk_stays_with_its_reason_and_can_not_be_changed_again(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    browser = as_("owner")
    browser.post(f"/talks/{talk.pk}/withdraw/", {"version": 1, "because": "记错了人"})
    assert "记错了人" in browser.get(f"/talks/{talk.pk}/").content.decode()
    assert browser.get("/talks/").context["lines"] == []
    assert len(browser.get("/talks/", {"withdrawn": "on"}).context["lines"]) == 1
    for page in ("correct", "withdraw"):
        assert browser.get(f"/talks/{talk.pk}/{page}/").status_code == 403


def test_talker_recorder_and_the_ledgers_keepers_may_change_a_talk(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    for key, status in {"owner": 200, "officer": 200, "general_secretary": 403, "general_officer": 403}.items():
        assert as_(key).get(f"/talks/{talk.pk}/correct/").status_code == status, key


def test_a_successor_may_correct_the_ledger_of_the_branch(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 1))
    Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
    Post.objects.create(person=school.group_leader, organization=school.first, role="secretary", started_on=ON)
    assert as_("group_leader").get(f"/talks/{talk.pk}/correct/").status_code == 200
    changed = correction_of(talk, school.member, channel="phone")
    assert as_("group_leader").post(f"/talks/{talk.pk}/correct/", changed).status_code == 302


def test_no_correction_brings_in_somebody_out_of_scope(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    for key in ("outsider", "colleague_member", "owner"):
        changed = correction_of(talk, school.member, school.people[key])
        assert as_("owner").post(f"/talks/{talk.pk}/correct/", changed).status_code == 200
    assert list(talk.people.all()) == [school.member]


def test_the_panel_says_what_the_form_would_settle_and_what_is_left(school: School, as_: As) -> None:
    browser = as_("owner")
    text = browser.post("/talks/settles/", {"people": [school.member.pk], "held": "today"}).content.decode()
    assert "此记录将完成 <b>1</b> 项任务" in text
    assert "2026年度谈话" in text
    assert 'data-suggested="annual"' in text
    browser.post("/talks/new/", form_of(school.member))
    text = browser.post("/talks/settles/", {"people": [school.member.pk], "held": "today"}).content.decode()
    assert "此记录不完成任务" in text


def test_the_panel_and_the_message_after_saving_say_the_same_numbers(school: School, as_: As) -> None:
    browser = as_("owner")
    asked = {"people": [school.member.pk, school.officer.pk], "held": "today"}
    before = browser.post("/talks/settles/", asked).context["settling"]
    text = browser.post("/talks/new/", form_of(school.member, school.officer), follow=True).content.decode()
    assert f"已保存，完成 {len(before.duties)} 项任务。" in text
    assert f"年度谈话还剩 {len(before.left)} 人" in text


def test_a_quarterly_talk_names_the_branch_secretaries_still_owed(school: School, as_: As) -> None:
    settling = as_("general_secretary").post("/talks/settles/", {"people": [school.owner.pk], "held": "today"})
    text = settling.content.decode()
    assert "2026年第四季度谈话" in text
    assert 'data-suggested="quarterly"' in text
    assert len(settling.context["settling"].left) == 1


def test_the_page_of_a_talk_says_which_duties_rest_on_it(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    assert "2026年度谈话" in as_("owner").get(f"/talks/{talk.pk}/").content.decode()
    second = talk_of(school.owner, school.member)
    assert "没有任务以这次谈话为凭" in as_("owner").get(f"/talks/{second.pk}/").content.decode()


def test_a_duty_opens_the_form_with_its_person_and_reason(school: School, as_: As) -> None:
    rules = [rule for rule in RULES if rule.code == "C-2.3"]
    duty = list_duties(rules, Ask(on=ON, people=frozenset({school.member.pk})))[0]
    form = as_("owner").get("/talks/new/", {"duty": duty.key}).context["form"]
    assert form.picked == [school.member]
    assert form.initial["reasons"] == ["annual"]


def test_a_duty_of_a_year_that_is_over_asks_for_the_day(school: School, as_: As) -> None:
    rules = [rule for rule in RULES if rule.code == "C-2.3"]
    window = rules[0].windows(dt.date(2025, 1, 1))[0]
    duty = list_duties(rules, Ask(on=ON, people=frozenset({school.member.pk})), window)[0]
    assert as_("owner").get("/talks/new/", {"duty": duty.key}).context["form"].initial["held"] == "other"


def test_who_left_office_is_offered_no_correction_of_the_own_talk(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    correct = f"/talks/{talk.pk}/correct/"
    assert correct in as_("owner").get(talk.get_absolute_url()).content.decode()
    Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
    answer = as_("owner").get(talk.get_absolute_url())
    assert answer.status_code == 200
    assert correct not in answer.content.decode()
    with pytest.raises(PermissionDenied):
        withdraw_talk(talk=talk, version=1, because="记错了人", by=school.user("owner"))


def test_an_address_about_somebody_out_of_reach_tells_nothing_of_what_is_owed_there(school: School) -> None:
    asked = QueryDict(f"duty=C-2.3:2025:{school.maths_branch.pk}:{school.outsider_member.pk}")
    found = prefilled(school.user("owner"), asked, ON)
    assert (found["held"], found["reasons"]) == ("today", [])
    near = QueryDict(f"duty=C-2.3:2025:{school.first.pk}:{school.member.pk}")
    found = prefilled(school.user("owner"), near, ON)
    assert (found["held"], found["reasons"]) == ("other", ["annual"])


def test_who_holds_no_office_is_nobodys_talker(school: School) -> None:
    assert talkers_for(school.user("owner"), ON) == [school.owner]
    assert talkers_for(school.user("member"), ON) == []
