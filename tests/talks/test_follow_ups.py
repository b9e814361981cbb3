"""办理事项: written apart from the talk, seen by who must act, gone at the next request when the post ends."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY
from carehub.reminders.models import InboxItem, OutboxMessage
from members.models import Person, Post
from talks.actions import withdraw_talk
from talks.follow_ups.actions import (
    Matter,
    Overtaken,
    add_follow_up,
    assign_follow_up,
    finish_follow_up,
    raise_follow_up,
    return_follow_up,
    share_follow_up,
    withdraw_follow_up,
)
from talks.follow_ups.offices import candidates
from talks.models import FollowUp, FollowUpStep, Talk
from tests.cast import PEOPLE, School
from tests.talks.helping import CANARY, matter_of, post_of
from tests.talks.writing import ON, form_of, talk_of

As = Callable[[str], Client]
EVERYBODY = [row[0] for row in PEOPLE]


def seers(school: School, item: FollowUp) -> set[str]:
    """Return who of the cast gets a matter from the database at all."""
    return {key for key in EVERYBODY if FollowUp.objects.visible_to(school.user(key)).filter(pk=item.pk).exists()}


def told(school: School, key: str) -> list[str]:
    return list(InboxItem.objects.filter(recipient=school.user(key)).order_by("pk").values_list("title", flat=True))


def raised(school: School, item: FollowUp, key: str) -> FollowUp:
    return raise_follow_up(item=item, version=item.version, because="本级办不了", by=school.user(key), on=ON)


def test_the_row_of_the_matrix(school: School) -> None:
    item = matter_of(school)
    assert seers(school, item) == {"owner", "officer"}
    item = share_follow_up(item=item, version=1, shared=True, by=school.user("owner"), on=ON)
    assert seers(school, item) == {"owner", "officer", "member"}
    item = raised(school, item, "owner")
    assert seers(school, item) == {"owner", "member", "general_secretary"}
    item = raised(school, item, "general_secretary")
    assert seers(school, item) == {"owner", "member", "general_secretary", "head"}
    clerk = post_of(school.clerk)
    item = assign_follow_up(
        item=item, version=item.version, assignee=clerk, due_on=item.due_on, by=school.user("head"), on=ON
    )
    assert seers(school, item) == {"owner", "member", "general_secretary", "head", "clerk"}


def test_a_leaders_matter_is_the_leaders_own(school: School) -> None:
    item = matter_of(school, asker="leader", whose="general_secretary", to="clerk")
    assert seers(school, item) == {"leader", "clerk"}


def test_of_the_own_matter_nobody_sees_more_than_what_was_shared(school: School, as_: As) -> None:
    """The next secretary finds nothing in the branch's list that was about himself."""
    item = matter_of(school, whose="group_leader", to="officer")
    Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
    Post.objects.create(person=school.group_leader, organization=school.first, role="secretary", started_on=ON)
    assert seers(school, item) == {"officer"}
    FollowUp.objects.update(shared_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    page = as_("group_leader").get(item.get_absolute_url()).content.decode()
    assert CANARY in page
    assert "<h2>办理经过" not in page
    assert "记下结果" not in page


def test_who_lost_the_post_yesterday_loses_the_matter_at_the_next_request(school: School, as_: As) -> None:
    item = matter_of(school)
    browsers = {key: as_(key) for key in ("owner", "officer")}
    assert [browser.get(item.get_absolute_url()).status_code for browser in browsers.values()] == [200, 200]
    Post.objects.filter(person__in=[school.owner, school.officer]).update(ended_on=ON - DAY)
    for key, browser in browsers.items():
        assert browser.get(item.get_absolute_url()).status_code == 404, key
        assert CANARY not in browser.get("/follow-ups/").content.decode()


def test_a_matter_given_to_somebody_else_is_gone_for_the_first(school: School, as_: As) -> None:
    item = matter_of(school, to="officer")
    browser = as_("officer")
    assert CANARY in browser.get("/follow-ups/").content.decode()
    form = {"version": 1, "assignee": post_of(school.general_officer).pk, "due_on": "2026-12-01"}
    assert as_("owner").post(f"/follow-ups/{item.pk}/assign/", form).status_code == 302
    assert browser.get(item.get_absolute_url()).status_code == 404
    assert CANARY in as_("general_officer").get("/follow-ups/").content.decode()


def test_a_successor_inherits_the_matters_of_the_branch(school: School, as_: As) -> None:
    item = matter_of(school)
    Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
    Post.objects.create(person=school.group_leader, organization=school.first, role="secretary", started_on=ON)
    assert CANARY in as_("group_leader").get(item.get_absolute_url()).content.decode()


def test_whoever_has_left_office_leaves_the_matter_with_the_secretary(school: School, as_: As) -> None:
    item = matter_of(school)
    Post.objects.filter(person=school.officer).update(ended_on=ON - DAY)
    page = as_("owner").get("/follow-ups/").content.decode()
    assert CANARY in page
    assert "还没定人" in page
    assert "王志远已不在任" in as_("owner").get(item.get_absolute_url()).content.decode()


def test_the_link_shows_nothing_of_the_talk_to_who_may_not_see_it(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    school.member.occupation = "retired"
    school.member.save()
    item = matter_of(school, to="retirees", talk=talk)
    Person.objects.filter(pk=school.member.pk).update(occupation="staff")
    assert as_("retirees").get(item.get_absolute_url()).status_code == 404  # no longer of its group
    Person.objects.filter(pk=school.member.pk).update(occupation="retired")
    Talk.objects.filter(pk=talk.pk).update(path=school.maths_branch.path, talker=school.outsider)
    Talk.objects.get().participations.all().delete()
    page = as_("retirees").get(item.get_absolute_url()).content.decode()
    assert CANARY in page
    assert "的谈话</a>" not in page
    assert as_("retirees").get(talk.get_absolute_url()).status_code == 404


def test_words_stand_sealed_and_in_no_audit_inbox_or_mail(school: School, as_: As) -> None:
    item = matter_of(school)
    finish_follow_up(item=item, version=1, possible=True, result=CANARY, by=school.user("officer"), on=ON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, result FROM talks_followup")
        stored = [*cursor.fetchone()]
        cursor.execute("SELECT note FROM talks_followupstep")
        stored += [row[0] for row in cursor.fetchall()]
    outside = [*stored, *map(str, AuditEvent.objects.values_list("detail", "target"))]
    outside += map(str, [*InboxItem.objects.values(), *OutboxMessage.objects.values()])
    assert CANARY not in str(outside)
    assert "黎小满" not in str(outside)


def test_each_deed_is_one_audit_entry_and_tells_who_must_act(school: School) -> None:
    item = matter_of(school)
    assert told(school, "officer") == ["有一件事请您办"]
    return_follow_up(item=item, version=1, because="不归我管", by=school.user("officer"), on=ON)
    assert told(school, "owner") == ["有一件办理事项退回给您"]
    item.refresh_from_db()
    item = raised(school, item, "owner")
    assert told(school, "general_secretary") == ["有一件办理事项移交到您这里"]
    finish_follow_up(
        item=item,
        version=item.version,
        possible=False,
        result="没有这项政策",
        by=school.user("general_secretary"),
        on=ON,
    )
    assert told(school, "owner")[-1] == "一件办理事项办不了，请看原因"
    whats = (
        AuditEvent.objects.filter(target=f"talks.FollowUp:{item.pk}")
        .order_by("pk")
        .values_list("detail__what", flat=True)
    )
    assert list(whats) == ["follow-up-asked", "follow-up-returned", "follow-up-raised", "follow-up-impossible"]


def test_the_member_is_told_when_it_is_shared_and_when_it_has_a_result(school: School) -> None:
    item = matter_of(school, shared=True)
    finish_follow_up(item=item, version=1, possible=True, result="已调课", by=school.user("officer"), on=ON)
    assert told(school, "member") == ["和您说过的一件事正在办", "和您说过的一件事有了结果"]
    back = share_follow_up(item=item, version=2, shared=False, by=school.user("owner"), on=ON)
    assert "member" not in seers(school, back)


def test_a_directly_attached_branch_hands_up_to_the_department(school: School) -> None:
    item = raised(school, matter_of(school, asker="librarian", whose="direct_member", to=""), "librarian")
    assert (item.to_general_at, bool(item.to_department_at)) == (None, True)


def test_a_vacant_general_branch_is_passed_over(school: School) -> None:
    item = matter_of(school)
    Post.objects.filter(person=school.general_secretary).update(ended_on=ON - DAY)
    item = raised(school, item, "owner")
    assert (item.to_general_at, bool(item.to_department_at)) == (None, True)


def test_who_was_asked_to_can_not_hand_up_share_or_withdraw(school: School) -> None:
    item, by = matter_of(school), school.user("officer")
    with pytest.raises(PermissionDenied):
        raise_follow_up(item=item, version=1, because="x", by=by, on=ON)
    with pytest.raises(PermissionDenied):
        share_follow_up(item=item, version=1, shared=True, by=by, on=ON)
    with pytest.raises(PermissionDenied):
        withdraw_follow_up(item=item, version=1, because="x", by=by, on=ON)


def test_a_closed_matter_can_be_sent_back_and_keeps_its_history(school: School, as_: As) -> None:
    item = matter_of(school)
    finish_follow_up(item=item, version=1, possible=True, result="说过了", by=school.user("officer"), on=ON)
    form = {"version": 2, "because": "课还没有调"}
    assert as_("owner").post(f"/follow-ups/{item.pk}/return/", form).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.result, item.closed_at) == ("open", None, None)
    page = as_("officer").get(item.get_absolute_url()).content.decode()
    assert "说过了" in page
    assert "课还没有调" in page


def test_a_withdrawn_matter_stays_with_who_asked_only(school: School) -> None:
    item = matter_of(school, shared=True)
    withdraw_follow_up(item=item, version=1, because="写错了人", by=school.user("owner"), on=ON)
    assert seers(school, item) == {"owner"}
    assert told(school, "officer")[-1] == "一件办理事项不用办了"


def test_withdrawing_the_talk_leaves_the_matter(school: School) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    item = matter_of(school, talk=talk)
    withdraw_talk(talk=talk, version=1, because="日期记错", by=school.user("owner"))
    assert seers(school, item) == {"owner", "officer"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what": "  "}, "what"),
        ({"due_on": ON - DAY}, "due_on"),
        ({"to": "outsider"}, "assignee"),
        ({"to": "head"}, "assignee"),
        ({"to": "retirees"}, "assignee"),
        ({"to": "colleague"}, "assignee"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(school: School, change: dict, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        matter_of(school, **change)
    assert list(refused.value.error_dict) == [field]


def test_nobody_is_asked_to_solve_his_own_matter(school: School) -> None:
    offered = {post.person_id for post in candidates(school.first.path, school.officer, ON)}
    assert school.officer.pk not in offered
    assert {school.owner.pk, school.general_secretary.pk, school.clerk.pk} <= offered


def test_only_the_talks_own_secretary_writes_one(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    asked = Matter(school.member, "x", None, ON)
    for key in ("officer", "general_secretary", "clerk", "member"):
        with pytest.raises(PermissionDenied):
            add_follow_up(talk=talk, matter=asked, once_key=uuid.uuid4(), by=school.user(key), on=ON)
    assert "写一件" not in as_("officer").get(talk.get_absolute_url()).content.decode()
    assert "写一件" in as_("owner").get(talk.get_absolute_url()).content.decode()


def test_five_clicks_are_one_matter(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    form = {"once_key": str(uuid.uuid4()), "person": school.member.pk, "what": CANARY, "due_on": "2026-12-01"}
    assert [as_("owner").post(f"/follow-ups/new/{talk.pk}/", form).status_code for _ in range(5)] == [302] * 5
    assert (FollowUp.objects.count(), FollowUpStep.objects.count()) == (1, 1)


def test_of_two_deeds_the_second_is_told_and_a_double_click_is_no_conflict(school: School, as_: As) -> None:
    item = matter_of(school)
    done = {"version": 1, "possible": "yes", "result": "已调课"}
    browser = as_("officer")
    assert [browser.post(f"/follow-ups/{item.pk}/finish/", done).status_code for _ in range(2)] == [302, 302]
    late = as_("owner").post(f"/follow-ups/{item.pk}/withdraw/", {"version": 1, "because": "写错了"})
    assert late.status_code == 409
    assert "王志远刚刚处理过这件事" in late.content.decode()
    assert "写错了" in late.content.decode()
    with pytest.raises(Overtaken):
        finish_follow_up(item=item, version=1, possible=True, result="别的", by=school.user("owner"), on=ON)
    assert InboxItem.objects.filter(recipient=school.user("owner"), title__contains="结果").count() == 1


def test_the_database_refuses_a_closed_matter_without_result_and_a_date_before_it_was_asked(school: School) -> None:
    item = matter_of(school)
    for wrong in ({"state": "done"}, {"result": "x"}, {"due_on": ON - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FollowUp.objects.filter(pk=item.pk).update(**wrong)


def test_the_log_form_takes_one_matter_along(school: School, as_: As) -> None:
    form = form_of(school.member, matter=CANARY, matter_to=post_of(school.officer).pk, matter_due=7)
    assert as_("owner").post("/talks/new/", form).status_code == 302
    item = FollowUp.objects.get()
    assert (item.talk, item.person, item.assignee) == (Talk.objects.get(), school.member, post_of(school.officer))
    assert (item.what, item.due_on) == (CANARY, ON + dt.timedelta(days=7))


def test_without_words_the_log_form_asks_for_nothing(school: School, as_: As) -> None:
    form = form_of(school.member, matter=" ", matter_to="", matter_due=14)
    assert as_("owner").post("/talks/new/", form).status_code == 302
    assert (Talk.objects.count(), FollowUp.objects.count()) == (1, 0)


def test_of_several_people_the_log_form_wants_to_know_whose_matter_it_is(school: School, as_: As) -> None:
    form = form_of(school.member, school.officer, matter=CANARY)
    page = as_("owner").post("/talks/new/", form).content.decode()
    assert "请写明是谁的事" in page
    assert CANARY in page
    assert (Talk.objects.count(), FollowUp.objects.count()) == (0, 0)
    as_("owner").post("/talks/new/", form | {"matter_person": school.officer.pk})
    assert FollowUp.objects.get().person == school.officer


def test_a_recorder_is_not_offered_the_line(school: School, as_: As) -> None:
    assert "要帮着办的事" in as_("owner").get("/talks/new/").content.decode()
    assert "要帮着办的事" not in as_("officer").get("/talks/new/").content.decode()


@pytest.mark.walk
def test_nobody_else_meets_the_words_on_any_page(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    item = matter_of(school, talk=talk)
    pages = ["/", "/talks/", talk.get_absolute_url(), item.get_absolute_url(), f"/people/{school.member.pk}/", "/mine/"]
    pages += [f"/follow-ups/?show={name}" for name in ("do", "elsewhere", "closed", "own")] + ["/inbox/"]
    pages += ["/people/?q=金丝雀", "/talks/?talker=金丝雀"]
    for key in EVERYBODY:
        met = any(CANARY in as_(key).get(page, follow=True).content.decode() for page in pages)
        assert met == (key in ("owner", "officer")), key


def test_the_number_of_queries_does_not_follow_the_number_of_matters(school: School, as_: As) -> None:
    def count(address: str) -> int:
        browser = as_("owner")
        browser.get(address)  # what a process asks once (features of the engine, content types) is no page's question
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(address).status_code == 200
        return len(seen)

    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    addresses = (
        "/",
        f"/people/{school.member.pk}/",
        talk.get_absolute_url(),
        "/follow-ups/?show=elsewhere",
        "/talks/new/",
    )
    counts = []
    for many in (2, 18):
        items = [matter_of(school, talk=talk) for _ in range(many)]
        counts.append([count(address) for address in (*addresses, items[0].get_absolute_url())])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 40


def test_who_takes_it_on_himself_is_sent_no_message(school: School) -> None:
    matter_of(school, to="owner")
    assert told(school, "owner") == []


def test_who_acts_on_nothing_sees_the_own_matters_only(school: School, as_: As) -> None:
    assert "等我办" in as_("owner").get("/follow-ups/").content.decode()
    assert "等我办" not in as_("member").get("/follow-ups/").content.decode()
