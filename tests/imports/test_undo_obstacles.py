"""What stands in the way of an undo stops all of it, and is named in a sentence."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from carehub.duties.actions import excuse
from carehub.duties.duty import DutyKey
from members.importing.undoing import CannotUndo, undo
from members.models import Affiliation, LifeEvent, Person, Post, RosterImport
from tests.duties.asking import setting, talk
from tests.imports.making import ON, ROSTER, id_of, person, roster, workbook
from tests.imports.taking_back import State, brought_in, imported, picture, several, take_back, undone
from tests.imports.test_wizard import row_of


def new_one() -> Person:
    return Person.objects.with_id_number(id_of(1)).get()


def educate(who: Person) -> None:
    Person.objects.filter(pk=who.pk).update(education="博士研究生")


def give_password(who: Person) -> None:
    who.user.set_password("Some-long-password-1")
    who.user.save()


def withdraw_event(who: Person) -> None:
    assert who.life_events.update(withdrawn_at=timezone.now(), withdrawn_because="记错了")


def say_why_not(who: Person) -> None:
    key = DutyKey("C-2.5", "2026", who.organization_id, who.life_events.first().pk)
    excuse(key, reason="出差", until_on=ON, by=None, on=ON)


DEEDS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "somebody new is changed": (lambda school: educate(new_one()), "的资料又有了变化"),
    "somebody changed is changed again": (lambda school: educate(school.member), "黎小满的资料又有了变化"),
    "a stay is changed": (
        lambda school: Affiliation.objects.filter(person=school.owner, ended_on=None).update(started_on=ON),
        "林晓岚的资料又有了变化",
    ),
    "somebody new gets a post": (
        lambda school: Post.objects.create(
            person=new_one(), organization=school.first, role="BO", started_on=dt.date(2026, 1, 1)
        ),
        "名下有了新的记录（任职）",
    ),
    "somebody talked with who moved": (
        lambda school: talk(school.colleague, school.owner, on="11-24"),
        "林晓岚名下有了新的记录（谈心谈话）",
    ),
    "something happened to somebody new": (
        lambda school: LifeEvent.objects.create(
            person=new_one(), kind="honoured", happened_on=ON, organization=school.first, path=school.first.path,
            source="branch",
        ),
        "名下有了新的记录（其他）",
    ),
    "an event is withdrawn": (lambda school: withdraw_event(school.owner), "林晓岚的资料又有了变化"),
    "a duty of an event is excused": (lambda school: say_why_not(school.owner), "已为林晓岚的任务说明过原因"),
    "a password is handed out": (lambda school: give_password(new_one()), "已领了密码或登录过"),
}  # fmt: skip


@pytest.mark.parametrize("what", DEEDS)
def test_what_builds_on_it_stops_all_of_it(as_, school, what: str) -> None:
    setting("in-use-since", "2026-08-01")
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    deed, words = DEEDS[what]
    deed(school)
    before = picture()
    asked = clerk.get(reverse("members:import-undo", args=[batch.pk])).content.decode()
    assert words in asked
    assert "撤销：恢复" not in asked
    assert words in take_back(clerk, batch)
    assert picture() == before
    assert batch.state == State.DONE
    assert batch.before is not None


def test_a_talk_with_somebody_whose_phone_changed_does_not_build_on_it(school) -> None:
    batch = imported(school, roster(row_of(school, "member", 手机号="13900001111")))
    talk(school.owner, school.member, on="11-24")
    undone(school, batch)


def test_an_account_closed_by_hand_meanwhile_does_not_build_on_it(school) -> None:
    batch = imported(school, several(school))
    school.member.user.is_active = False
    school.member.user.save()
    undone(school, batch)
    school.member.user.refresh_from_db()
    assert not school.member.user.is_active


def test_a_later_roster_that_wrote_the_same_people_goes_first(as_, school) -> None:
    clerk, before = as_("clerk"), picture()
    first = brought_in(clerk, several(school))
    later = brought_in(
        clerk, roster(row_of(school, "member", 手机号="13900002222", 所在党支部="外国语学院教工第一党支部"))
    )
    assert "导入的“名册.xlsx”又写了其中的" in take_back(clerk, first)
    take_back(clerk, later)
    take_back(clerk, first)
    assert (first.state, later.state) == (State.UNDONE, State.UNDONE)
    assert picture() == before


def test_a_number_given_to_somebody_else_meanwhile_stops_it(school) -> None:
    batch = imported(school, workbook([row_of(school, "member") | {"工号或学号": "20261234"}], (*ROSTER, "工号或学号")))
    Person.objects.create(name="新人", number=school.member.number)
    before = picture()
    with pytest.raises(CannotUndo, match="工号已给了别人"):
        undo(batch=batch, by=school.user("clerk"))
    assert picture() == before


def test_who_may_no_longer_import_all_of_them_may_not_take_it_back(as_, school) -> None:
    officer = as_("officer")
    batch = brought_in(officer, roster(row_of(school, "member", 手机号="13900001111")))
    Person.objects.filter(pk=school.member.pk).update(organization=school.maths_branch, path=school.maths_branch.path)
    assert "已不在您的范围内" in take_back(officer, batch)
    assert batch.state == State.DONE


def test_many_names_are_cut_short(school) -> None:
    batch = imported(school, roster(*(person(n) for n in range(1, 8))))
    Person.objects.filter(organization=school.first).update(education="博士研究生")
    with pytest.raises(CannotUndo, match="等 7 人的资料又有了变化"):
        undo(batch=batch, by=school.user("clerk"))


def test_a_branch_is_not_told_what_the_departments_file_is_called(as_, school) -> None:
    officer = as_("officer")
    batch = brought_in(officer, roster(row_of(school, "member", 手机号="13900001111")))
    imported(school, roster(row_of(school, "member", 手机号="13900002222")))
    said = take_back(officer, batch)
    assert "党委组织部导入的名册又写了其中的" in said
    assert "“名册.xlsx”" not in said
    assert batch.state == State.DONE


def test_who_no_longer_imports_these_people_cannot_take_the_roster_back(school, as_) -> None:
    officer = as_("general_officer")
    batch = brought_in(officer, workbook([row_of(school, "member", 手机号="13900001111")], ROSTER))
    Post.objects.filter(person=school.general_officer).update(organization=school.maths)
    assert "已不在您的范围内" in take_back(officer, batch)
    assert RosterImport.objects.get(pk=batch.pk).state == State.DONE
