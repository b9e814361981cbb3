"""The roster page: scope, filter, order, pages, and the export of the same list."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from carehub.audit.models import Action, AuditEvent
from members.models import Person
from tests.cast import make_person


def listed(answer):
    return [person.name for person in answer.context["page"].object_list]


def test_a_secretary_sees_the_own_branch_and_nobody_else(as_):
    assert set(listed(as_("owner").get("/people/"))) == {"林晓岚", "王志远", "黎小满", "陈立群", "程立新"}


def test_a_plain_member_sees_the_own_name_only(as_):
    assert listed(as_("member").get("/people/")) == ["黎小满"]


@pytest.mark.parametrize("key", ["personnel", "union", "finance", "discipline", "publicity", "approver"])
def test_an_office_without_people_sees_at_most_the_own_file(as_, key):
    assert len(listed(as_(key).get("/people/"))) == 1


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("q=lxm", ["黎小满"]),
        ("q=LiXiao", ["黎小满"]),
        ("q=黎", ["黎小满"]),
        ("q=20200002", ["黎小满"]),
        ("q=zqw", []),  # 赵启文 belongs to another general branch
    ],
)
def test_names_pinyin_and_numbers_find_people(as_, asked, names):
    assert listed(as_("owner").get(f"/people/?{asked}")) == names


def test_the_list_can_be_narrowed_by_organisation_category_and_state(school, as_):
    make_person("许文澜", school.first, lost_contact_on=dt.date(2026, 1, 1), category="probationary")
    client = as_("general_secretary")
    assert listed(client.get("/people/?state=lost")) == ["许文澜"]
    assert listed(client.get("/people/?category=probationary")) == ["许文澜"]
    assert "谭明" not in listed(client.get(f"/people/?organization={school.first.pk}"))
    assert "谭明" in listed(client.get("/people/"))


def test_an_organisation_outside_the_scope_narrows_nothing(school, as_):
    client = as_("owner")
    asked, whole = client.get(f"/people/?organization={school.maths.pk}"), client.get("/people/")
    assert listed(asked) == listed(whole)


@pytest.mark.parametrize(
    "asked", ["category=nonsense", "sort=talks", "page=nine", "page=-1", "organization=%00", "q=%27%22"]
)
def test_nonsense_in_the_address_is_left_out(as_, asked):
    assert as_("owner").get(f"/people/?{asked}").status_code == 200


def test_names_come_in_pinyin_order_and_joining_dates_oldest_first(school, as_):
    Person.objects.filter(pk=school.owner.pk).update(joined_on=dt.date(1990, 1, 1))
    Person.objects.filter(pk=school.member.pk).update(joined_on=None)
    client = as_("owner")
    assert listed(client.get("/people/?sort=name")) == ["陈立群", "程立新", "黎小满", "林晓岚", "王志远"]
    by_date = listed(client.get("/people/?sort=joined"))
    assert (by_date[0], by_date[-1]) == ("林晓岚", "黎小满")


def test_fifty_people_stand_on_a_page(school, as_):
    for n in range(60):
        make_person(f"同志{n:02d}", school.first, pinyin=f"tong zhi {n:02d}")
    client = as_("owner")
    first, second = client.get("/people/"), client.get("/people/?page=2")
    assert len(listed(first)) == 50
    assert len(listed(second)) == 15
    assert not set(listed(first)) & set(listed(second))


def test_a_fragment_holds_the_list_without_the_frame(as_):
    answer = as_("owner").get("/people/?q=lxm", headers={"HX-Request": "true"})
    assert "黎小满" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_look_up_box_finds_only_people_in_reach(as_):
    client = as_("owner")
    assert "黎小满" in client.get("/people/search/?q=lxm").content.decode()
    assert "赵启文" not in client.get("/people/search/?q=zqw").content.decode()
    assert client.get("/people/search/").content.decode().strip() == ""


def sheet_of(answer):
    return load_workbook(io.BytesIO(answer.content)).active


def cells(answer):
    return [str(cell.value) for row in sheet_of(answer).iter_rows() for cell in row if cell.value is not None]


def test_the_export_holds_the_filtered_list_masked_and_says_who_and_where(school, as_):
    answer = as_("owner").get("/people/export/?q=lxm")
    found = cells(answer)
    number, phone = school.member.id_number, school.member.phone
    assert "黎小满" in found
    assert "王志远" not in found
    assert number[:6] + "********" + number[-4:] in found
    assert not any(number in cell or phone in cell for cell in found)
    assert any("外国语学院教工第一党支部" in cell for cell in found)
    assert any("林晓岚" in cell for cell in found)


@pytest.mark.parametrize("asked", ["", "q=zqw", "organization={maths}", "state=gone"])
def test_the_export_holds_nobody_out_of_reach(school, as_, asked):
    found = cells(as_("owner").get(f"/people/export/?{asked.format(maths=school.maths.pk)}"))
    assert not {"赵启文", "孙秉钧", "谭明"} & set(found)


def test_the_export_is_written_down_without_what_was_searched(school, as_):
    as_("owner").get("/people/export/?q=黎小满")
    row = AuditEvent.objects.get(action=Action.EXPORT)
    assert row.actor == school.user("owner")
    assert row.detail == {"what": "roster", "rows": 1, "filters": ["q"]}


def test_an_export_that_cannot_be_written_down_is_not_sent(as_, monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("the trail is closed")

    monkeypatch.setattr("members.views.record_first", refuse)
    with pytest.raises(RuntimeError, match="the trail is closed"):
        as_("owner").get("/people/export/")


@pytest.mark.parametrize(
    ("key", "status"), [("member", 403), ("group_leader", 403), ("leader", 403), ("owner", 200), ("clerk", 200)]
)
def test_only_who_may_export_gets_a_workbook(as_, key, status):
    assert as_(key).get("/people/export/").status_code == status


def test_the_export_button_stands_only_where_it_works(as_):
    assert "/people/export/" in as_("owner").get("/people/").content.decode()
    assert "/people/export/" not in as_("group_leader").get("/people/").content.decode()
