"""Who read my file: named to oneself and the auditor, counted for everybody else."""

import datetime as dt

import pytest
from django.urls import reverse

from carehub.audit.models import Action, AuditEvent
from carehub.audit.trail import record
from carehub.auditlog.readings import counts_of, latest_of, readings_of
from tests.cast import School

pytestmark = pytest.mark.django_db


def read(school: School, key: str, times: int = 1) -> None:
    for _n in range(times):
        record(Action.READ, by=school.user(key), target=school.member, path=school.member.path, what="file")


def words(school: School) -> list[tuple[str, str, str]]:
    return [(line.name, line.post, line.words) for line in latest_of(school.member)]


def test_opening_a_file_leaves_a_row(as_, school: School):
    as_("owner").get(reverse("members:person", args=[school.member.pk]))
    row = AuditEvent.objects.get(action=Action.READ)
    assert (row.target, row.actor) == (f"members.Person:{school.member.pk}", school.user("owner"))
    assert words(school) == [("林晓岚", "支部书记", "看档案")]


def test_opening_ones_own_file_leaves_none(as_, school: School):
    as_("owner").get(reverse("members:person", args=[school.owner.pk]))
    as_("member").get(reverse("members:mine"))
    assert not AuditEvent.objects.filter(action=Action.READ).exists()


def test_a_refused_look_is_no_reading(as_, school: School):
    as_("outsider").get(reverse("members:person", args=[school.member.pk]))
    assert words(school) == []


def test_a_number_shown_in_full_says_which_and_why(school: School):
    record(Action.REVEAL, by=school.user("officer"), target=school.member, field="phone", purpose="payment")
    assert words(school) == [("王志远", "支部组织委员", "看完整手机号，用途：发放慰问金、补贴")]


def test_a_list_of_ones_branch_counts_and_another_branchs_does_not(as_, school: School):
    as_("owner").get(reverse("members:people-export"))
    as_("outsider").get(reverse("members:people-export"))
    as_("clerk").get(reverse("members:people-export"))
    assert [name for name, _post, _words in words(school)] == ["周启明", "林晓岚"]


def test_a_list_of_another_group_of_people_does_not_count(as_, school: School):
    as_("students").get(reverse("members:people-export"))
    assert words(school) == []
    record(Action.EXPORT, by=school.user("students"), path=school.member.path, what="roster", group="staff")
    assert len(words(school)) == 1


def test_older_than_ninety_days_stands_on_the_whole_list_only(as_, school: School):
    import time_machine
    from django.utils import timezone

    with time_machine.travel(timezone.now() - dt.timedelta(days=91), tick=False):
        read(school, "owner")
    assert latest_of(school.member) == []
    assert readings_of(school.member, days=None).count() == 1
    assert "林晓岚" in as_("member").get(reverse("audit:mine")).content.decode()


def test_the_member_is_told_names_and_posts(as_, school: School):
    read(school, "owner")
    page = as_("member").get(reverse("members:mine")).content.decode()
    assert "谁看过我的档案" in page
    assert "近 90 天 1 次" in page
    assert "林晓岚" in page


def test_others_are_told_numbers_only(as_, school: School):
    read(school, "officer", 3)
    read(school, "clerk")
    page = as_("owner").get(reverse("members:person", args=[school.member.pk])).content.decode()
    assert "近 90 天 3 人看过 5 次" in page, "this look included"
    assert "王志远" not in page.partition("谁看过这份档案")[2]
    assert counts_of(school.member) == {"people": 3, "times": 5}


def test_nobody_sees_the_list_of_another(as_, school: School):
    read(school, "officer")
    assert "王志远" not in as_("colleague").get(reverse("audit:mine")).content.decode()


def test_the_whole_list_is_paged_without_counting(as_, school: School):
    read(school, "owner", 60)
    client = as_("member")
    first = client.get(reverse("audit:mine"))
    assert len(first.context["readings"]) == 50
    second = client.get(reverse("audit:mine"), {"before": first.context["next"]})
    assert len(second.context["readings"]) == 10
    assert second.context["next"] is None
    assert client.get(reverse("audit:mine"), {"before": "x" * 30}).status_code == 200


def test_the_panel_asks_as_many_questions_for_many_readings(as_, school: School, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_("member").get(reverse("members:mine"))
        return len(queries)

    read(school, "owner", 2)
    few = asked()
    read(school, "officer", 20)
    assert asked() == few
