"""The page of one duty: its arithmetic, its proof, and the excuse."""

import datetime as dt
import re
import uuid
from unittest import mock

import pytest
from django.utils import timezone

from carehub.audit.models import AuditEvent
from carehub.duties.models import Excuse
from members.actions import affiliate
from members.models import LifeEvent, Post
from tests.talks.writing import talk_of

ON = dt.date(2026, 11, 23)


def url(key, verb=""):
    return f"/duties/{key}/{verb}"


def filled(**fields):
    return {"reason": "驻村，1月返校后谈", "until_on": "2026-12-20", "once_key": str(uuid.uuid4()), **fields}


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_who_talks_with_whom_by_which_clause_and_how_the_days_add_up(as_, yearly):
    html = text(as_("owner"), url(yearly("member")))
    assert "黎小满　2026年度谈话" in html
    assert "党支部书记每年至少与本支部每一名党员谈心谈话一次。" in html
    assert "期限是 2026年12月31日，今天 2026年11月23日，还有 38 天。" in html
    assert "2027年1月7日及以前录入算按时" in html
    assert "林晓岚" in html


def test_who_owes_a_talk_but_keeps_no_ledger_is_offered_no_form(as_, school):
    event = LifeEvent.objects.create(
        person=school.librarian, kind="retired", happened_on=ON, organization=school.direct, path=school.direct.path,
        source="branch", entered_by=school.user("clerk"),
    )  # fmt: skip
    html = text(as_("head"), url(f"C-2.4:2026:{school.committee.pk}:{event.pk}"))
    assert "唐婉清" in html
    assert "记录谈话" not in html


def test_a_done_duty_links_to_the_talk_that_proves_it(as_, school, yearly):
    talk = talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 12))
    html = text(as_("owner"), url(yearly("member")))
    assert talk.get_absolute_url() in html
    assert "2026年3月12日谈过" in html
    assert "说明原因" not in html
    assert "记录谈话" not in html


def test_a_talk_in_another_branch_proves_it_and_is_not_opened_from_here(as_, school):
    talk = talk_of(school.outsider, school.outsider_member, held_on=dt.date(2026, 3, 12))
    affiliate(person=school.outsider_member, organization=school.first, on=dt.date(2026, 9, 1))
    html = text(as_("owner"), url(f"C-2.3:2026:{school.first.pk}:{school.outsider_member.pk}"))
    assert "2026年3月12日谈过。记录在其他党组织，您看不到详情。" in html
    assert talk.get_absolute_url() not in html


def test_a_vacant_post_is_said_with_who_answers(as_, school, yearly):
    Post.objects.filter(organization=school.first, role=Post.Role.SECRETARY).delete()
    html = text(as_("general_secretary"), url(yearly("member")))
    assert "书记空缺" in html
    assert "责任上移外国语学院党总支书记 程立新" in html


@pytest.mark.parametrize("key", ["outsider", "maths_secretary", "colleague", "librarian", "system_admin"])
def test_a_stranger_finds_nothing(as_, yearly, key):
    client = as_(key)
    assert client.get(url(yearly("member"))).status_code == 404
    assert client.post(url(yearly("member"), "excuse/"), filled()).status_code in (403, 404)
    assert not Excuse.objects.exists()


def test_the_approver_who_sees_numbers_only_is_refused_names(as_, yearly):
    assert as_("approver").get(url(yearly("member"))).status_code in (403, 404)


@pytest.mark.parametrize(
    "key",
    ["x", "C-2.3", "C-2.3:2026:1:2:3", "C-9.9:2026:1:1", "C-2.3:2026Q1:1:1", "C-2.3:2026:0:0", "C-2.3:9999:1:1",
     "C-2.3:2026:999999999999999999:1", "C-2.3:2026:99999999999999999999:1", "%00", "☃", "C-2.2:2026:1:1"],
)  # fmt: skip
def test_nonsense_is_not_found(as_, key):
    client = as_("clerk")
    assert client.get(f"/duties/{key}/").status_code == 404
    assert client.post(f"/duties/{key}/excuse/", filled()).status_code == 404


def test_the_person_concerned_sees_the_duty_and_does_nothing_about_it(as_, yearly):
    client = as_("member")
    html = text(client, url(yearly("member")))
    assert "保存说明" not in html
    assert "/talks/new/" not in html
    assert client.post(url(yearly("member"), "excuse/"), filled()).status_code == 403


def test_a_leader_sees_the_own_duty_and_another_does_not(as_, school):
    key = f"C-2.1:2026:{school.leader.pk}:{school.general_secretary.pk}"
    assert "程立新" in text(as_("leader"), url(key))
    assert as_("outsider").get(url(key)).status_code == 404


def test_the_secretary_says_why_and_the_duty_leaves_the_list(as_, school, yearly):
    client = as_("owner")
    answer = client.post(url(yearly("member"), "excuse/"), filled(), follow=True)
    assert "已保存说明" in answer.content.decode()
    assert "驻村，1月返校后谈" in answer.content.decode()
    desk = text(client, "/")
    assert "今年要谈，还剩 3 人" in desk
    assert "已说明 1 项" in desk
    assert "已说明" in text(client, f"/branch/{school.first.pk}/")


def test_the_same_form_five_times_is_one_excuse_and_one_entry_in_the_trail(as_, yearly):
    client, form = as_("owner"), filled()
    for _ in range(5):
        client.post(url(yearly("member"), "excuse/"), form)
    assert Excuse.objects.count() == 1
    assert AuditEvent.objects.filter(detail__what="excuse").count() == 1


def test_the_trail_holds_no_word_of_the_reason(as_, yearly):
    as_("owner").post(url(yearly("member"), "excuse/"), filled())
    assert "驻村" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "  "}, "还没有写原因"),
        ({"until_on": ""}, "还没有选日期"),
        ({"until_on": "2026-11-22"}, "已经过了"),
        ({"until_on": "2030-01-01"}, "最长一年"),
        ({"until_on": "下周"}, "日期无法识别"),
        ({"reason": "长" * 201}, "200 字以内"),
        ({"once_key": "no"}, "表单不完整"),
    ],
)
def test_a_faulty_form_says_what_to_do_and_keeps_what_was_typed(as_, yearly, fields, words):
    form = filled(**fields)
    answer = as_("owner").post(url(yearly("member"), "excuse/"), form)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert form["reason"].strip()[:50] in html
    assert not Excuse.objects.exists()


def test_an_excuse_is_taken_back(as_, yearly):
    client = as_("owner")
    client.post(url(yearly("member"), "excuse/"), filled())
    answer = client.post(url(yearly("member"), "excuse/withdraw/"), follow=True)
    assert "任务重新列出来了" in answer.content.decode()
    assert "今年要谈，还剩 4 人" in text(client, "/")
    again = client.post(url(yearly("member"), "excuse/withdraw/"), follow=True)
    assert "什么也没有改" in again.content.decode()


def test_the_branch_committee_may_look_and_not_excuse(as_, yearly):
    client = as_("officer")
    assert "保存说明" not in text(client, url(yearly("member")))
    assert client.post(url(yearly("member"), "excuse/"), filled()).status_code == 403


def test_what_is_done_needs_no_excuse(as_, school, yearly):
    talk_of(school.owner, school.member)
    assert as_("owner").post(url(yearly("member"), "excuse/"), filled()).status_code == 403


def test_the_words_of_an_excuse_are_not_for_the_person_concerned(as_, yearly):
    as_("owner").post(url(yearly("member"), "excuse/"), filled())
    assert "驻村" not in text(as_("member"), url(yearly("member")))
    assert "驻村" in text(as_("general_secretary"), url(yearly("member")))


def test_a_closed_window_asks_for_a_late_entry(as_, yearly):
    with mock.patch.object(timezone, "localdate", return_value=dt.date(2027, 1, 4)):
        html = text(as_("owner"), url(yearly("member")))
    assert "补录谈话" in html
    assert "到今天过了 4 天" in html


def test_nothing_is_changed_by_reading(as_, yearly):
    client = as_("owner")
    assert client.get(url(yearly("member"), "excuse/")).status_code == 405
    assert client.get(url(yearly("member"), "excuse/withdraw/")).status_code == 405


def test_one_tap_gives_a_usual_reason_with_a_day_filled_in(as_, yearly):
    client, address = as_("owner"), url(yearly("member"))
    assert 'name="until_on" value="2026-12-31"' in text(client, address)
    answer = client.post(f"{address}excuse/", filled(reason="", usual="away"))
    assert answer.status_code == 302
    assert Excuse.objects.get().reason == "长期在外，返校后谈"


def test_what_is_tapped_and_what_is_typed_stand_together(as_, yearly):
    as_("owner").post(url(yearly("member"), "excuse/"), filled(reason="已约在1月", usual="away"))
    assert Excuse.objects.get().reason == "长期在外，返校后谈，已约在1月"


def test_that_there_was_nothing_to_talk_about_is_said_of_an_event_only(as_, yearly):
    answer = as_("owner").post(url(yearly("member"), "excuse/"), filled(reason="", usual="wrong"))
    assert answer.status_code == 422
    assert not Excuse.objects.exists()


def test_an_event_that_was_entered_by_mistake_is_said_in_three_taps(as_, school):
    """The row on the desk, the reason, save: nothing is typed."""
    event = LifeEvent.objects.create(
        person=school.member, kind="honoured", happened_on=dt.date(2026, 11, 10), organization=school.first,
        path=school.first.path, source="branch", entered_by=school.user("officer"),
    )  # fmt: skip
    client, address = as_("owner"), url(f"C-2.5:2026:{school.first.pk}:{event.pk}")
    assert address in text(client, "/")
    html = text(client, address)
    kept = {name: re.search(rf'name="{name}" value="([^"]+)"', html)[1] for name in ("once_key", "until_on")}
    assert client.post(f"{address}excuse/", {**kept, "usual": "wrong", "reason": ""}).status_code == 302
    assert "不适用：登记有误" in text(client, address)
    assert "五必谈" not in text(client, "/").partition("已说明")[0]
