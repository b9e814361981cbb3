"""From the registration to the recognition: three steps, each by somebody else, what was shown is what was decided."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from carehub.approvals.actions import Ground, Overtaken, Refused
from carehub.approvals.machine import Deed, Verb
from carehub.approvals.models import Decision, Stay
from carehub.audit.models import AuditEvent
from carehub.reminders.models import InboxItem
from hardship.cases.actions import TEXT, digest_of, take_step
from hardship.models import Case
from members.actions import affiliate
from members.kinship import declare
from tests.cast import School
from tests.hardship.making import ON, decide, opened, recognised, registered, said, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def step(client: Client, case: Case, verb: str = "pass", **more: object):
    now = Case.objects.select_related("application").get(pk=case.pk)
    data = {
        "verb": verb, "seen": now.application.version, "once_key": str(uuid.uuid4()), "meeting_on": "2026-11-23",
        "meeting": "支部委员会", "present": "到会 3 人，同意 3 人", "opinion": "情况属实",
    }  # fmt: skip
    return client.post(f"/hardship/{case.pk}/step/", data | more)


def page(client: Client, case: Case) -> str:
    return client.get(case.get_absolute_url()).content.decode()


def test_a_member_asks_and_three_offices_recognise(school: School, as_: As):
    assert as_("member").post("/hardship/apply/", typed()).status_code == 302
    case = Case.objects.get()
    assert (case.person, case.is_paper, case.income, case.household) == (school.member, False, "1200.00", 2)
    assert case.family_rows == [["配偶", "多病", "", ""]]
    for key in ("owner", "general_secretary", "head"):
        told = InboxItem.objects.filter(recipient=school.user(key)).latest("pk")
        assert told.title == "台账里有一份登记等您办"
        assert step(as_(key), case).status_code == 302
    case.refresh_from_db()
    assert (case.recognised_on, case.recognised_by, case.is_recognised) == (ON, school.user("head"), True)
    assert InboxItem.objects.filter(recipient=school.user("member"), title="您的登记已认定").exists()
    assert "在册" in page(as_("member"), case)
    assert [one.step for one in Stay.objects.order_by("pk")] == ["branch", "general", "department"]


def test_no_message_says_whose_it_is_or_a_word_of_it(school: School):
    case = opened(school, "member", by="officer")
    decide(school, case, "owner")
    told = "\n".join(f"{one.title}{one.text}{one.path}" for one in InboxItem.objects.all())
    assert told
    assert not [word for word in ("黎小满", "困难", "透析", "肾病", "1200") if word in told]


def test_a_directly_attached_branch_has_no_general_branch(school: School, as_: As):
    case = opened(school, "direct_member", by="clerk")
    assert "无总支" in page(as_("librarian"), case)
    case = decide(school, case, "librarian")
    assert decide(school, case, "head").recognised_on == ON
    assert Decision.objects.filter(verb=Verb.SKIP, step="general").count() == 1


def test_who_registered_does_not_decide(school: School, as_: As):
    case = opened(school, "member", by="owner")
    answer = step(as_("owner"), case)
    assert answer.status_code == 403
    assert "上一步是您办的" in answer.content.decode()
    assert "您办：支部评议" in page(as_("officer"), case)
    assert step(as_("officer"), case).status_code == 302


def test_nobody_decides_the_own_case(school: School, as_: As):
    case = opened(school, "owner", by="officer")
    assert step(as_("owner"), case).status_code == 403
    assert "请您办" not in page(as_("owner"), case)
    with pytest.raises(Refused):
        decide(school, case, "owner")


def test_a_declared_relative_stays_out(school: School, as_: As):
    case = opened(school, "member", by="clerk")
    assert as_("owner").post(f"/hardship/{case.pk}/recuse/", {}).status_code == 302
    assert step(as_("owner"), case).status_code == 403
    assert step(as_("officer"), case).status_code == 302
    declare(person_id=school.general_secretary.pk, other_id=school.member.pk, by=school.user("general_secretary"))
    assert step(as_("general_officer"), case).status_code == 302


def test_what_changed_between_display_and_click_is_not_decided(school: School, as_: As):
    """W6: the text that was shown is the text that is decided on."""
    case = opened(school, "member", by="officer")
    seen = case.application.version
    text = typed(seen=str(seen), cause_words="改成了别的情况")
    assert as_("officer").post(f"/hardship/{case.pk}/edit/", text).status_code == 302
    answer = step(as_("owner"), case, seen=seen)
    assert answer.status_code == 409
    assert "您的操作没有生效，也没有重复" in answer.content.decode()
    assert Case.objects.get().application.stage == 0
    assert step(as_("owner"), case).status_code == 302


def test_an_edit_in_the_middle_of_a_click_is_overtaken(school: School):
    """Even between reading and writing: the digest stands in the condition of the update."""
    case = opened(school, "member", by="officer")
    application = Case.objects.select_related("application").get().application
    type(application).objects.filter(pk=application.pk).update(form_hash="another text")
    case.application.form_hash = application.form_hash
    with pytest.raises(Overtaken):
        take_step(case=case, seen=1, deed=Deed(Verb.PASS), ground=Ground(), by=school.user("owner"), on=ON)
    assert Decision.objects.count() == 1


def test_what_is_returned_is_mended_and_goes_the_whole_way_again(school: School, as_: As):
    case = decide(school, opened(school, "member", by="officer"), "owner")
    answer = step(as_("general_secretary"), case, "return", back="-1", opinion="请补收入日期")
    assert answer.status_code == 302
    assert "请补收入日期" in page(as_("member"), case)
    seen = Case.objects.get().application.version
    assert as_("officer").post(f"/hardship/{case.pk}/edit/", typed(seen=str(seen))).status_code == 302
    case.refresh_from_db()
    assert (case.application.state, case.application.stage, case.revision) == ("running", 0, 2)


def test_no_meeting_no_decision_of_a_branch(school: School, as_: As):
    case = opened(school, "member", by="officer")
    answer = step(as_("owner"), case, meeting_on="", present="")
    assert answer.status_code == 422
    assert "还没有填会议日期" in answer.content.decode()
    assert step(as_("owner"), case, "decline", opinion="").status_code == 422


def test_a_refusal_ends_it_and_leaves_the_fact(school: School, as_: As):
    case = opened(school, "member", by="officer")
    assert step(as_("owner"), case, "decline", opinion="家庭收入高于标准").status_code == 302
    case.refresh_from_db()
    assert (case.is_open, case.outcome, case.closed_on) == (False, "unrecognised", ON)
    assert "透析" not in page(as_("owner"), case)
    assert "家庭收入高于标准" in page(as_("member"), case)


def test_only_one_case_of_a_person_is_open(school: School, as_: As):
    recognised(school, "member", by="officer")
    with pytest.raises(Refused, match="已经在困难台账里"):
        opened(school, "member", by="owner")
    assert as_("member").get("/hardship/apply/").status_code == 302
    assert Case.objects.count() == 1


def test_the_same_form_twice_is_one_case(school: School, as_: As):
    data = typed()
    for _n in range(3):
        assert as_("officer").post(f"/hardship/enter/?person={school.member.pk}", data).status_code == 302
    assert Case.objects.count() == 1
    assert AuditEvent.objects.filter(detail__what="open-case").count() == 1


def test_a_secretary_registers_his_own_people_only(school: School, as_: As):
    for person in (school.owner, school.outsider_member, school.colleague_member):
        answer = as_("owner").post(f"/hardship/enter/?person={person.pk}", typed())
        assert answer.status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("cause_words", "", "还没有写"),
        ("income", "1e3", "金额读不出来"),
        ("income_on", "2027-01-01", "这一天还没有到"),
        ("health", "号码 51300119521231002X", "请不要写身份证号"),
        ("consent", "", "要先同意"),
        ("family_relation_1", "", "还没有写关系"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    school: School, as_: As, field: str, value: str, words: str
):
    answer = as_("member").post("/hardship/apply/", typed(allowances="学校补助一次") | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "学校补助一次" in answer.content.decode()
    assert not Case.objects.exists()


def test_who_is_no_member_of_the_party_is_not_registered(school: School):
    school.member.category = "activist"
    school.member.save()
    with pytest.raises(Refused, match="党员和预备党员"):
        opened(school, "member", by="officer")


def test_a_case_follows_its_person(school: School, as_: As):
    """A running one is finished by the office that has it; what is recognised is the new branch's."""
    case = recognised(school, "member", by="officer")
    running = decide(school, opened(school, "group_leader", by="clerk"), "owner")
    for person in (school.member, school.group_leader):
        affiliate(person=person, organization=school.maths_branch, on=ON)
    assert as_("officer").get(case.get_absolute_url()).status_code == 404
    assert "透析" in page(as_("outsider"), case)
    assert as_("owner").get(running.get_absolute_url()).status_code == 404
    assert step(as_("general_secretary"), running).status_code == 302
    assert as_("general_secretary").get(running.get_absolute_url()).status_code == 404


def test_the_new_branch_takes_back_what_the_old_one_began(school: School, as_: As):
    case = registered(school.member, school.user("member"))
    affiliate(person=school.member, organization=school.maths_branch, on=ON)
    form = {"once_key": str(uuid.uuid4()), "why": "已转到本支部，重新登记", "seen": str(case.application.version)}
    assert as_("officer").post(f"/hardship/{case.pk}/withdraw/", form).status_code == 403
    assert as_("outsider").post(f"/hardship/{case.pk}/withdraw/", form).status_code == 302
    assert Case.objects.get().outcome == "withdrawn"


def test_what_a_member_asked_is_not_taken_back_by_the_branch(school: School, as_: As):
    case = registered(school.member, school.user("member"))
    assert as_("officer").get(f"/hardship/{case.pk}/withdraw/").status_code == 403
    assert as_("member").get(f"/hardship/{case.pk}/withdraw/").status_code == 200


def test_the_digest_knows_every_word():
    plain = said()
    for name in TEXT:
        assert digest_of(plain | {name: "anders"}) != digest_of(plain), name
    assert digest_of(plain | {"consent_on": dt.date(2020, 1, 1)}) == digest_of(plain)


def test_the_second_of_two_deciders_is_told_who_was_first(school: School, as_: As):
    case = opened(school, "member", by="officer")
    seen = case.application.version
    assert step(as_("owner"), case).status_code == 302
    answer = step(as_("owner"), case, seen=seen)
    assert answer.status_code == 409
    assert "林晓岚" in answer.content.decode()
    assert Decision.objects.filter(verb=Verb.PASS).count() == 1


def test_what_was_returned_to_who_has_moved_begins_anew(school: School, as_: As):
    case = decide(school, opened(school, "member", by="officer"), "owner", Verb.RETURN, to=-1)
    affiliate(person=school.member, organization=school.maths_branch, on=ON)
    form = typed(seen=str(case.application.version))
    answer = as_("outsider").post(f"/hardship/{case.pk}/edit/", form)
    assert answer.status_code == 422
    assert "由现在的党支部重新登记" in answer.content.decode()
    assert Case.objects.get().application.state == "returned"
