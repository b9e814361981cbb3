"""Correcting a record: what is masked stays, who was first is named, what follows is done, all of it with a reason."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.audit.models import AuditEvent
from members.changes_actions import Overtaken, correct_person
from members.grants_actions import share_file
from members.identity import identity_of
from members.models import LifeEvent, Person, PersonChange
from tests.cast import School, make_person
from tests.duties.asking import setting

As = Callable[[str], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
WHY = "查阅人事档案后更正"


def shown_on(client: Client, person: Person) -> dict[str, Any]:
    """Return the form as its page shows it, ready to be sent again."""
    page = client.get(f"/people/{person.pk}/edit/")
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in shown.items() if value is not None and value is not False}
    return kept | {"revision": page.context["revision"], "because": WHY, "once_key": str(uuid.uuid4())}


def correct(client: Client, person: Person, **more: Any):
    return client.post(f"/people/{person.pk}/edit/", shown_on(client, person) | more)


def test_an_officer_corrects_and_the_history_says_who_why_and_what(school: School, as_: As):
    Person.objects.filter(pk=school.member.pk).update(phone="13800001111")
    done = correct(as_("officer"), school.member, phone="13900002222", education="本科", joined_on="1999年6月")
    assert done.status_code == 302
    member = Person.objects.get(pk=school.member.pk)
    assert (member.phone, member.education) == ("13900002222", "大学本科")
    assert (member.joined_on, member.joined_precision) == (dt.date(1999, 6, 1), "month")
    change = PersonChange.objects.get()
    assert (change.by, change.because, change.source) == (school.user("officer"), WHY, "hand")
    assert ["phone", "138****1111", "139****2222"] in change.changed
    page = as_("member").get(f"/people/{member.pk}/history/").content.decode()
    assert "王志远" in page
    assert WHY in page
    assert "139****2222" in page
    assert "13900002222" not in str(AuditEvent.objects.values_list("detail", flat=True))


def test_what_is_masked_and_left_empty_stays_and_wu_clears_it(school: School, as_: As):
    Person.objects.filter(pk=school.member.pk).update(phone="13800001111", address="通川区一号")
    correct(as_("officer"), school.member, address="无", position="讲师")
    member = Person.objects.get(pk=school.member.pk)
    assert (member.phone, member.address, member.position) == ("13800001111", "", "讲师")
    assert "通川区一号" not in as_("officer").get(f"/people/{member.pk}/edit/").content.decode()


def test_nothing_changed_is_nothing_saved(school: School, as_: As):
    assert correct(as_("officer"), school.member).status_code == 302
    assert not PersonChange.objects.exists()


def test_who_comes_second_is_told_by_whom_and_keeps_what_was_typed(school: School, as_: As):
    typed = shown_on(as_("officer"), school.member) | {"position": "我填的岗位"}
    correct(as_("general_officer"), school.member, education="博士")
    second = as_("officer").post(f"/people/{school.member.pk}/edit/", typed)
    words = second.content.decode()
    assert second.status_code == 422
    assert "改过这份档案（学历" in words
    assert "我填的岗位" in words
    again = as_("officer").post(f"/people/{school.member.pk}/edit/", typed | {"revision": second.context["revision"]})
    assert again.status_code == 302
    assert Person.objects.get(pk=school.member.pk).position == "我填的岗位"


def test_two_changes_of_the_same_state_cannot_both_be_written(school: School):
    first: dict[str, Any] = {"person": school.member, "because": WHY, "revision": 0}
    correct_person(values={"position": "讲师"}, by=school.user("officer"), **first)
    with pytest.raises(Overtaken):
        correct_person(values={"position": "教授"}, by=school.user("general_officer"), **first)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("joined_on", "199513", "这个日期读不出来"),
        ("joined_on", "2027-01-01", "日期晚于今天"),
        ("joined_on", "1965-01-01", "入党日期早于出生日期"),
        ("confirmed_on", "1990-01-01", "转正日期早于入党日期"),
        ("category", "probationary", "预备党员还没有转正日期"),
        ("phone", "1380000", "不像电话号码"),
        ("lost_contact_on", "2026-12-01", "日期晚于今天"),
        ("because", "", "还没有写"),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(school: School, as_: As, field: str, value: str, words: str):
    known = {"joined_on": dt.date(1998, 6, 1), "confirmed_on": dt.date(1999, 6, 1), "born_on": dt.date(1970, 1, 1)}
    Person.objects.filter(pk=school.member.pk).update(**known)
    answer = correct(as_("officer"), school.member, position="填过的", **{field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "填过的" in answer.content.decode()
    assert not PersonChange.objects.exists()


def test_numbers_are_the_departments_and_the_account_follows(school: School, as_: As):
    assert "number" not in shown_on(as_("officer"), school.member)
    correct(as_("officer"), school.member, number="20269999", position="讲师")
    assert Person.objects.get(pk=school.member.pk).number != "20269999"
    assert correct(as_("clerk"), school.member, number="20269999").status_code == 302
    assert Person.objects.get(pk=school.member.pk).user.number == "20269999"
    taken = correct(as_("clerk"), school.people["owner"], number="20269999")
    assert taken.status_code == 422
    assert "已经属于名册里的另一个人" in taken.content.decode()


def test_a_wrong_id_number_is_named_and_a_right_one_is_found_by_its_hash(school: School, as_: As):
    wrong = correct(as_("clerk"), school.member, id_number="990101197003070010")
    assert wrong.status_code == 422
    assert "校验位不符" in wrong.content.decode()
    right = next(f"99010119700307001{digit}" for digit in "0123456789X" if passes(f"99010119700307001{digit}"))
    assert correct(as_("clerk"), school.member, id_number=right).status_code == 302
    assert Person.objects.with_id_number(right).get() == school.member
    assert right not in as_("clerk").get(f"/people/{school.member.pk}/history/").content.decode()


def passes(number: str) -> bool:
    return not identity_of(number, dt.date(2026, 11, 23)).faults


def test_becoming_a_full_member_opens_the_talk_of_the_day(school: School, as_: As):
    setting("in-use-since", "2026-08-01")
    Person.objects.filter(pk=school.member.pk).update(category="probationary", confirmed_on=None)
    correct(as_("officer"), school.member, category="full", confirmed_on="2026-11-20")
    event = LifeEvent.objects.get()
    assert (event.kind, event.happened_on, event.organization) == ("confirmed", dt.date(2026, 11, 20), school.first)


def test_who_was_missing_in_the_roster_is_verified_in_one_tick(school: School, as_: As):
    Person.objects.filter(pk=school.member.pk).update(verify_since_on=dt.date(2026, 9, 1))
    correct(as_("officer"), school.member, verified="on")
    assert Person.objects.get(pk=school.member.pk).verify_since_on is None
    assert "verified" not in shown_on(as_("officer"), school.member)


@pytest.mark.parametrize(
    ("key", "status"),
    [("officer", 200), ("general_officer", 200), ("clerk", 200), ("owner", 403), ("colleague", 403),
     ("outsider", 403), ("auditor", 403), ("member", 403)],
)  # fmt: skip
def test_who_may_correct_the_member(school: School, as_: As, key: str, status: int):
    assert as_(key).get(f"/people/{school.member.pk}/edit/").status_code == status


def test_who_is_elsewhere_is_not_there_for_an_officer(school: School, as_: As):
    for key in ("outsider_member", "direct_member"):
        assert as_("officer").get(f"/people/{school.people[key].pk}/edit/").status_code == 404


def test_a_file_that_was_shared_may_be_read_and_not_corrected(school: School, as_: As):
    on = dt.date(2026, 11, 23)
    terms = {"reason": "共同帮扶一位同志", "started_on": on, "ended_on": on, "once_key": uuid.uuid4(), "on": on}
    share_file(person=school.outsider_member, to=school.user("officer"), by=school.user("head"), **terms)
    officer = as_("officer")
    assert officer.get(f"/people/{school.outsider_member.pk}/").status_code == 200
    assert officer.get(f"/people/{school.outsider_member.pk}/edit/").status_code == 403
    assert "转谁" in officer.get(f"/transfers/new/?person={school.outsider_member.pk}").content.decode()


def test_nobody_corrects_the_own_record(school: School, as_: As):
    assert as_("officer").get(f"/people/{school.people['officer'].pk}/edit/").status_code == 404


def test_the_history_keeps_numbers_from_who_may_not_see_them(school: School, as_: As):
    member = make_person("钱多多", school.first_group)
    PersonChange.objects.create(
        person=member, revision=1, source="hand", because=WHY, changed=[["phone", "", "139****2222"]]
    )
    assert "139****2222" in as_("officer").get(f"/people/{member.pk}/history/").content.decode()
    page = as_("group_leader").get(f"/people/{member.pk}/history/").content.decode()
    assert "139****2222" not in page
    assert "不在您的范围" in page


def test_the_history_needs_as_many_queries_for_twenty_changes_as_for_two(school: School, as_: As):
    client, counts = as_("officer"), []
    client.get(f"/people/{school.member.pk}/history/")
    for last in (2, 20):
        for revision in range(PersonChange.objects.count() + 1, last + 1):
            PersonChange.objects.create(
                person=school.member, revision=revision, source="hand", by=school.user("clerk"), because=WHY,
                changed=[["position", "", str(revision)]],
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/people/{school.member.pk}/history/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
