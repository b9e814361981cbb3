"""An office goes through three hands: one proposes, another approves, the security administrator carries out."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from carehub.access.viewer import can, viewer_of
from carehub.accounts.models import User
from carehub.audit.models import AuditEvent
from carehub.reminders.models import InboxItem
from members import roles_actions as actions
from members.grants_actions import Refused
from members.models import OrganizationGrant, Post, RoleProposal
from tests.cast import School

ON = dt.date(2026, 11, 23)
UNTIL = dt.date(2027, 2, 28)
State = RoleProposal.State
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_november_morning():
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def proposed(
    school: School, who: str = "librarian", role: str = "CW", place: str = "committee", **terms
) -> RoleProposal:
    terms = {
        "started_on": ON,
        "ended_on": None,
        "reason": "工作需要",
        "once_key": uuid.uuid4(),
        "by": school.user("clerk"),
    } | terms
    return actions.propose(
        person=school.people[who], organization=school.organizations[place], role=role, on=ON, **terms
    )


def through(school: School, proposal: RoleProposal) -> RoleProposal:
    """Approve and carry out."""
    actions.approve(proposal=proposal, revision=proposal.revision, by=school.user("head"))
    actions.carry_out(proposal=proposal, revision=proposal.revision, by=school.user("security_admin"), on=ON)
    return proposal


def test_who_does_not_see_the_accounts_of_the_school_finds_no_proposal(school: School):
    proposed(school)
    found = [RoleProposal.objects.visible_to(school.user(key)).count() for key in ("clerk", "owner", "member")]
    assert found == [1, 0, 0]


def test_an_office_is_held_from_the_request_after_the_third_hand(school: School, as_):
    client = as_("librarian")
    assert client.get("/grants/").status_code == 404
    proposal = proposed(school, role="OD")
    assert client.get("/grants/").status_code == 404
    actions.approve(proposal=proposal, revision=1, by=school.user("head"))
    assert client.get("/grants/").status_code == 404
    actions.carry_out(proposal=proposal, revision=1, by=school.user("security_admin"), on=ON)
    assert client.get("/grants/").status_code == 200
    assert proposal.post == Post.objects.get(person=school.librarian, role="OD")


def test_an_office_ends_the_same_way_and_at_once(school: School, as_):
    client = as_("finance")
    post = Post.objects.get(person=school.finance)
    yesterday = ON - dt.timedelta(days=1)
    made = actions.propose_end(
        post=post, ended_on=yesterday, reason="工作调动", once_key=uuid.uuid4(), by=school.user("clerk"), on=ON
    )
    assert "CW" in viewer_of(school.user("finance")).personas
    through(school, made)
    assert "CW" not in viewer_of(school.user("finance")).personas
    assert client.get("/").url == "/mine/"


def test_an_acting_secretary_holds_the_post_and_logs_talks(school: School, as_):
    Post.objects.filter(person=school.owner).update(ended_on=ON - dt.timedelta(days=1))
    through(school, proposed(school, "officer", "secretary", "first", ended_on=UNTIL))
    post = Post.objects.in_force(ON).secretaries().get(organization=school.first)
    assert (post.person, post.manner, post.ended_on) == (school.officer, Post.Manner.ACTING, UNTIL)
    client = as_("officer")
    assert client.get(f"/talks/new/?person={school.member.pk}").status_code == 200
    sent = {"person": school.member.pk, "people": school.member.pk, "held_on": "2026-11-23", "form": "individual"}
    assert client.post("/talks/settles/", sent).status_code in (200, 422)


def test_there_is_never_a_second_secretary(school: School):
    with pytest.raises(Refused, match="林晓岚"):
        proposed(school, "officer", "secretary", "first", ended_on=UNTIL)


def test_an_acting_committee_member_is_a_grant_and_no_post(school: School):
    made = through(school, proposed(school, "colleague_member", "organizer", "first", ended_on=UNTIL))
    assert made.grant == OrganizationGrant.objects.get(user=school.user("colleague_member"))
    assert made.post is None
    assert can(school.user("colleague_member"), "e", school.member)
    assert not Post.objects.filter(person=school.colleague_member).exists()


@pytest.mark.parametrize(
    ("step", "who"),
    [
        ("propose", "librarian"), ("approve", "clerk"), ("approve", "librarian"),
        ("carry_out", "clerk"), ("carry_out", "head"), ("carry_out", "librarian"),
    ],
)  # fmt: skip
def test_nobody_takes_two_steps_and_nobody_acts_for_himself(school: School, step: str, who: str):
    by = school.user(who)
    if step == "propose":
        with pytest.raises(Refused):
            proposed(school, by=by)
        return
    proposal = proposed(school)
    if step == "carry_out":
        actions.approve(proposal=proposal, revision=1, by=school.user("head"))
    terms = {"on": ON} if step == "carry_out" else {}
    with pytest.raises(Refused):
        getattr(actions, step)(proposal=proposal, revision=1, by=by, **terms)
    assert not Post.objects.filter(person=school.librarian, role="CW").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"proposed_by": "librarian"}, {"approved_by": "clerk"}, {"approved_by": "librarian"},
        {"carried_out_by": "clerk"}, {"carried_out_by": "head"}, {"carried_out_by": "librarian"},
        {"approved_by": None}, {"carried_out_by": None},
    ],
)  # fmt: skip
def test_the_database_keeps_the_three_hands_apart(school: School, wrong: dict):
    done = through(school, proposed(school))
    values = {name: school.user(key) if key else None for name, key in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleProposal.objects.filter(pk=done.pk).update(**values)


def test_a_decline_needs_another_hand_in_the_database_too(school: School):
    made = proposed(school)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleProposal.objects.filter(pk=made.pk).update(state="declined", closed_by=school.user("clerk"))


def test_what_was_returned_comes_again_and_needs_a_new_approval(school: School):
    made = proposed(school)
    actions.approve(proposal=made, revision=1, by=school.user("head"))
    actions.send_back(proposal=made, revision=1, note="账号还没核实", by=school.user("security_admin"))
    assert (made.state, made.approved_by) == (State.RETURNED, None)
    days = {"started_on": ON, "ended_on": UNTIL}
    actions.propose_again(proposal=made, revision=1, reason="补充会议日期", by=school.user("clerk"), on=ON, **days)
    assert (made.state, made.revision, made.note) == (State.PROPOSED, 2, "")
    with pytest.raises(actions.Overtaken):
        actions.approve(proposal=made, revision=1, by=school.user("head"))
    through(school, made)
    assert made.post.ended_on == UNTIL


def test_what_was_declined_or_taken_back_goes_no_further(school: School):
    for end in ("decline", "take_back"):
        made = proposed(school, role="XC" if end == "decline" else "JW")
        by = school.user("head" if end == "decline" else "clerk")
        getattr(actions, end)(proposal=made, revision=1, note="人选另议", by=by)
        with pytest.raises(actions.Overtaken):
            actions.approve(proposal=made, revision=1, by=school.user("head"))
    assert not Post.objects.filter(person=school.librarian).exclude(role="secretary").exists()


def test_the_same_form_posted_again_is_one_proposal(school: School):
    key = uuid.uuid4()
    assert proposed(school, once_key=key) == proposed(school, once_key=key)
    with pytest.raises(Refused):
        proposed(school)


def test_who_has_no_open_account_is_not_proposed(school: School):
    User.objects.filter(number="librarian").update(is_active=False)
    with pytest.raises(Refused, match="账号"):
        proposed(school)


@pytest.mark.parametrize(
    ("held", "role"),
    [("system_admin", "SEC"), ("system_admin", "AUD"), ("auditor", "OD"), ("clerk", "AUD"), ("head", "SEC")],
)
def test_posts_are_held_apart_by_the_action_and_by_the_database(school: School, held: str, role: str):
    person, by = school.people[held], school.user("clerk" if held != "clerk" else "head")
    with pytest.raises(Refused, match="不能由一人兼任"):
        proposed(school, held, role, by=by)
    for last in (None, UNTIL):
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(person=person, organization=school.committee, role=role, started_on=ON, ended_on=last)
    later = Post(person=person, organization=school.committee, role="GH", started_on=ON)
    later.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=later.pk).update(role=role)


def test_one_after_the_other_is_allowed(school: School):
    Post.objects.filter(person=school.auditor).update(ended_on=ON - dt.timedelta(days=1))
    through(school, proposed(school, "auditor", "SYS"))
    assert "SYS" in viewer_of(school.user("auditor")).personas


def test_each_hand_is_told_and_every_step_is_written_down(school: School):
    made = through(school, proposed(school))
    told = set(InboxItem.objects.values_list("recipient__number", "title"))
    assert {number for number, title in told if "待批准" in title} == {"head"}
    assert {number for number, title in told if "待办理" in title} == {"security_admin"}
    assert {number for number, title in told if "已办理" in title} == {"clerk", "head"}
    assert {number for number, title in told if title.startswith("您的职务")} == {"librarian"}
    steps = AuditEvent.objects.filter(target=f"members.RoleProposal:{made.pk}").order_by("pk")
    assert [row.detail["what"] for row in steps] == ["propose", "approve", "carry out"]
    assert not [row for row in steps if "工作需要" in str(row.detail)]


def test_the_pages_take_it_through(school: School, as_):
    clerk, head, third = as_("clerk"), as_("head"), as_("security_admin")
    address = f"/roles/new/?person={school.librarian.pk}"
    assert "财务处" in clerk.get(address).content.decode()
    sent = {
        "role": "CW",
        "started_on": "2026-11-23",
        "ended_on": "",
        "reason": "工作需要",
        "once_key": str(uuid.uuid4()),
    }
    page = clerk.post(address, sent).url
    assert "工作需要" in head.get(page).content.decode()
    assert "工作需要" not in third.get(page).content.decode()
    assert clerk.post(f"{page}approve/", {"revision": 1}).status_code == 403
    assert head.post(f"{page}approve/", {"revision": 2}).status_code == 409
    assert head.post(f"{page}approve/", {"revision": 1}).status_code == 302
    assert head.post(f"{page}approve/", {"revision": 1}).status_code == 403
    assert head.post(f"{page}decline/", {"revision": 1, "note": "不"}).status_code == 422
    assert third.post(f"{page}carry-out/", {"revision": 1}).status_code == 302
    assert third.post(f"{page}carry-out/", {"revision": 1}).status_code == 409
    assert Post.objects.filter(person=school.librarian, role="CW").count() == 1


def test_a_form_with_errors_keeps_what_was_typed(school: School, as_):
    answer = as_("clerk").post(
        f"/roles/new/?person={school.librarian.pk}", {"role": "secretary", "reason": "因会议决定"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "因会议决定" in page
    assert "代理要选党组织" in page


def test_the_pages_ask_a_fixed_number_of_questions(school: School, as_):
    client = as_("head")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/roles/").status_code == 200
        return len(queries)

    through(school, proposed(school, "owner", "CW"))
    proposed(school)
    asked()
    few = asked()
    for n, role in enumerate(("XC", "JW", "GH", "RS", "XG", "LT", "PC")):
        proposed(school, ("librarian", "direct_member")[n % 2], role)
        through(school, proposed(school, "owner", role))
    assert asked() == few


def test_nobody_else_opens_the_pages(as_):
    for key in ("member", "owner", "general_secretary", "finance", "approver", "system_admin"):
        assert as_(key).get("/roles/").status_code == 404
        assert as_(key).get("/roles/new/").status_code == 403
        assert as_(key).get("/grants/").status_code == 404
    assert as_("auditor").get("/roles/").status_code == 200


def test_a_closed_account_is_not_offered_for_an_office(school: School, as_):
    assert school.outsider_member.number in as_("clerk").get("/roles/new/", {"q": "孙秉钧"}).content.decode()
    User.objects.filter(pk=school.outsider_member.user_id).update(is_active=False)
    assert school.outsider_member.number not in as_("clerk").get("/roles/new/", {"q": "孙秉钧"}).content.decode()
