"""The pages of inspection workbooks: who may open them, and that a download leaves its trace first."""

import hashlib
import uuid

import pytest
from django.urls import reverse

from carehub.audit.models import Action, AuditEvent
from carehub.reports import building
from carehub.reports.models import Inspection
from members.models import Post
from tests.reports.making import TODAY, asked

NOBODY = ("owner", "officer", "member", "approver", "leader", "union", "auditor", "retirees")


@pytest.fixture
def frozen(school):
    inspection = asked(school, school.languages)
    building.build(inspection.pk)
    return Inspection.objects.get(pk=inspection.pk)


@pytest.fixture(autouse=True)
def _that_day_without_a_worker(monkeypatch):
    monkeypatch.setattr("carehub.doorbell._send", lambda task, ids: None)
    monkeypatch.setattr("carehub.reports.views.today", lambda: TODAY)


def posted(school):
    return {"month_on": "2026-10-01", "organization": school.languages.pk, "once_key": uuid.uuid4()}


@pytest.mark.parametrize("route", ["inspection", "progress", "download"])
def test_another_general_branch_is_told_that_there_is_no_such_workbook(school, as_, frozen, route):
    address = reverse(f"reports:{route}", args=[frozen.pk])
    assert as_("maths_secretary").get(address).status_code == 404
    assert as_("general_secretary").get(address).status_code == 200


def test_another_general_branch_cannot_ask_again_either(school, as_, frozen):
    assert as_("maths_secretary").post(reverse("reports:again", args=[frozen.pk])).status_code == 404


def test_a_form_that_somebody_else_sent_gives_nobody_his_workbook(school, as_):
    form = posted(school)
    assert as_("clerk").post(reverse("reports:new"), form).status_code == 302
    assert as_("head").post(reverse("reports:new"), form).status_code == 403
    assert Inspection.objects.count() == 1


@pytest.mark.parametrize("key", NOBODY)
@pytest.mark.parametrize("route", ["list", "inspection", "download"])
def test_who_has_no_inspections_finds_no_such_page(school, as_, frozen, key, route):
    arguments = [] if route == "list" else [frozen.pk]
    assert as_(key).get(reverse(f"reports:{route}", args=arguments)).status_code == 404


def test_the_end_of_a_post_ends_the_access_to_the_own_request(school, as_):
    inspection = asked(school, school.languages, by="general_officer")
    Post.objects.filter(person=school.general_officer).update(ended_on="2021-01-01")
    Post.objects.create(
        person=school.general_officer,
        organization=school.maths,
        role=Post.Role.ORGANIZING_CLERK,
        started_on="2021-01-02",
    )
    assert as_("general_officer").get(inspection.get_absolute_url()).status_code == 404


def test_the_list_shows_what_is_in_reach_only(school, as_, frozen):
    assert "外国语学院党总支" in as_("clerk").get(reverse("reports:list")).content.decode()
    page = as_("maths_secretary").get(reverse("reports:list")).content.decode()
    assert frozen.sha256 not in page
    assert "还没有冻结的工作簿" in page


def test_a_general_branch_is_offered_its_own_organisations_only(school, as_):
    form = as_("maths_secretary").get(reverse("reports:list")).context["form"]
    assert list(form.fields["organization"].queryset) == [school.maths, school.maths_branch]


def test_an_organisation_out_of_reach_is_refused_and_the_month_stays_chosen(school, as_):
    response = as_("maths_secretary").post(reverse("reports:new"), posted(school))
    assert response.status_code == 422
    assert '<option value="2026-10-01" selected>' in response.content.decode()
    assert not Inspection.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("month_on", "2026-13-01"), ("month_on", "x"), ("month_on", ""), ("organization", "9" * 30), ("once_key", "1")],
)
def test_bad_input_is_answered_with_words(school, as_, field, value):
    response = as_("clerk").post(reverse("reports:new"), {**posted(school), field: value})
    assert response.status_code == 422
    assert "已填的内容都在" in response.content.decode()


def test_asking_leads_to_the_page_of_the_workbook(school, as_):
    response = as_("general_secretary").post(reverse("reports:new"), posted(school))
    inspection = Inspection.objects.get()
    assert response.url == inspection.get_absolute_url()
    assert inspection.requester == "程立新"


def test_five_clicks_make_one_workbook(school, as_):
    client, form = as_("clerk"), posted(school)
    addresses = {client.post(reverse("reports:new"), form).url for _click in range(5)}
    assert len(addresses) == Inspection.objects.count() == 1


def test_a_running_workbook_asks_for_itself_again_and_a_frozen_one_does_not(school, as_, frozen):
    running = asked(school, school.languages)
    client = as_("clerk")
    assert "every 2s" in client.get(reverse("reports:progress", args=[running.pk])).content.decode()
    page = client.get(reverse("reports:progress", args=[frozen.pk])).content.decode()
    assert "every 2s" not in page
    assert frozen.sha256 in page


def test_a_failed_workbook_can_be_asked_for_again(school, as_):
    inspection = asked(school, school.languages)
    Inspection.objects.update(state="failed", attempts=3)
    client = as_("clerk")
    assert "再生成一次" in client.get(inspection.get_absolute_url()).content.decode()
    client.post(reverse("reports:again", args=[inspection.pk]))
    assert Inspection.objects.get().state == "waiting"


def test_each_download_gives_the_same_bytes(school, as_, frozen):
    address = reverse("reports:download", args=[frozen.pk])
    first, second = as_("clerk").get(address), as_("general_secretary").get(address)
    assert first.content == second.content
    assert hashlib.sha256(first.content).hexdigest() == frozen.sha256
    assert "%E5%A4%96%E5%9B%BD%E8%AF%AD" in first["Content-Disposition"]


def test_each_download_is_in_the_trail(school, as_, frozen):
    as_("clerk").get(reverse("reports:download", args=[frozen.pk]))
    event = AuditEvent.objects.get(action=Action.DOWNLOAD)
    assert (event.actor, event.target) == (school.user("clerk"), f"reports.Inspection:{frozen.pk}")
    assert event.detail == {"sha256": frozen.sha256}


def test_without_the_trail_not_a_byte_is_sent(school, as_, frozen, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr("carehub.reports.actions.record_first", full)
    client = as_("clerk")
    client.raise_request_exception = False
    response = client.get(reverse("reports:download", args=[frozen.pk]))
    assert response.status_code == 500
    assert b"PK" not in response.content


def test_altered_bytes_are_not_sent(school, as_, frozen):
    Inspection.objects.update(content=b"PK something else")
    response = as_("clerk").get(reverse("reports:download", args=[frozen.pk]), follow=True)
    assert "与校验码不符" in response.content.decode()


def test_what_is_not_ready_cannot_be_downloaded(school, as_):
    inspection = asked(school, school.languages)
    assert as_("clerk").get(reverse("reports:download", args=[inspection.pk])).status_code == 404


@pytest.mark.parametrize(
    ("route", "method"), [("download", "post"), ("new", "get"), ("again", "get"), ("list", "post")]
)
def test_a_method_that_a_page_does_not_know_is_refused(school, as_, frozen, route, method):
    address = reverse(f"reports:{route}", args=[] if route in ("new", "list") else [frozen.pk])
    assert getattr(as_("clerk"), method)(address).status_code == 405


def test_the_list_takes_as_many_queries_for_twenty_workbooks_as_for_two(school, as_, django_assert_max_num_queries):
    client, counts = as_("clerk"), []
    client.get(reverse("reports:list"))
    for _round in (2, 18):
        for _n in range(_round):
            building.build(asked(school, school.languages).pk)
            asked(school, school.languages)
        with django_assert_max_num_queries(30) as queries:
            client.get(reverse("reports:list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
