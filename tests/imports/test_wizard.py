"""The wizard in the browser: upload, preview, confirm; whose it is, and that clicks do not add up."""

import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from carehub import doorbell
from carehub.audit.models import AuditEvent
from members.importing import batch as work
from members.models import Person, RosterImport
from tests.imports.making import ROSTER, id_of, person, roster, workbook

State = RosterImport.State


def upload(client: Any, data: bytes, *, kind: str = "roster", key: str = "", name: str = "名册.xlsx") -> Any:
    file = SimpleUploadedFile(name, data)
    form = {"kind": kind, "file": file, "once_key": key or str(uuid.uuid4())}
    with capture_rings():
        return client.post(reverse("members:import-new"), form)


class capture_rings:
    """Do what a worker does when it rings, at once."""

    def __enter__(self) -> None:
        self.before = work.ring
        work.ring = lambda task, pk: {work.READ: work.read_import, work.COMMIT: work.commit_import}[task](pk)

    def __exit__(self, *trouble: object) -> None:
        work.ring = self.before


def confirm(client: Any, pk: int) -> Any:
    with capture_rings():
        return client.post(reverse("members:import-confirm", args=[pk]))


def test_a_clerk_uploads_looks_and_confirms(as_) -> None:
    clerk = as_("clerk")
    answer = upload(clerk, roster(person(1), person(2, 人员类别="老党员")))
    batch = RosterImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{batch.pk}/")
    page = clerk.get(batch.get_absolute_url()).content.decode()
    assert batch.state == State.READY
    assert "写入：新增 1，变更 0" in page
    assert "人员类别应为" in page
    assert not Person.objects.with_id_number(id_of(1)).exists()
    confirm(clerk, batch.pk)
    assert Person.objects.with_id_number(id_of(1)).get().path.endswith("/")
    batch.refresh_from_db()
    assert (batch.state, batch.content) == (State.DONE, None)
    assert "已导入" in clerk.get(batch.get_absolute_url()).content.decode()


def test_two_confirms_have_one_effect(as_) -> None:
    clerk = as_("clerk")
    upload(clerk, roster(person(1)))
    pk = RosterImport.objects.get().pk
    confirm(clerk, pk)
    confirm(clerk, pk)
    work.commit_import(pk)
    assert Person.objects.with_id_number(id_of(1)).count() == 1
    assert AuditEvent.objects.filter(action="import", detail__step="confirm").count() == 1


def test_the_same_form_sent_twice_uploads_once(as_) -> None:
    key = str(uuid.uuid4())
    for _n in range(2):
        upload(as_("clerk"), roster(person(1)), key=key)
    assert RosterImport.objects.count() == 1


def test_a_lost_ring_is_made_up_for(as_, monkeypatch) -> None:
    monkeypatch.setattr(work, "ring", lambda *args: None)
    file = SimpleUploadedFile("名册.xlsx", roster(person(1)))
    as_("clerk").post(reverse("members:import-new"), {"kind": "roster", "file": file, "once_key": str(uuid.uuid4())})
    assert work.waiting_imports() == [(work.READ, RosterImport.objects.get().pk)]
    work.read_import(RosterImport.objects.get().pk)
    assert work.waiting_imports() == []
    assert RosterImport.objects.get().state == State.READY


def test_a_school_that_changed_meanwhile_is_shown_again(as_) -> None:
    clerk = as_("clerk")
    upload(clerk, roster(person(1)))
    batch = RosterImport.objects.get()
    work_on = work.importer_for(batch)
    work.read_file(batch.content, "x", work_on).importer.write(work.reading_of(batch).to_write)
    confirm(clerk, batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.READY
    assert "资料有了变化" in clerk.get(batch.get_absolute_url()).content.decode()


def test_a_refused_file_says_why_and_is_not_kept(as_) -> None:
    clerk = as_("clerk")
    upload(clerk, b"a,b\n1,2\n")
    batch = RosterImport.objects.get()
    assert (batch.state, batch.content) == (State.REFUSED, None)
    assert "csv" in clerk.get(batch.get_absolute_url()).content.decode()


def test_the_file_is_sealed_while_it_waits(as_, monkeypatch) -> None:
    monkeypatch.setattr(work, "ring", lambda *args: None)
    data = roster(person(1))
    file = SimpleUploadedFile("名册.xlsx", data)
    as_("clerk").post(reverse("members:import-new"), {"kind": "roster", "file": file, "once_key": str(uuid.uuid4())})
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM members_rosterimport")
        kept = bytes(cursor.fetchone()[0])
    assert not kept.startswith(b"PK")
    assert b"docProps" not in kept
    assert RosterImport.objects.get().content == data


@pytest.mark.parametrize("route", ["import", "import-progress", "import-confirm"])
def test_an_upload_of_somebody_else_is_not_there(as_, route: str) -> None:
    upload(as_("clerk"), roster(person(1)))
    address = reverse(f"members:{route}", args=[RosterImport.objects.get().pk])
    officer = as_("officer")
    assert (officer.post(address) if route == "import-confirm" else officer.get(address)).status_code == 404


@pytest.mark.parametrize("key", ["member", "general_secretary", "head", "auditor"])
def test_who_does_not_import_finds_no_such_page(as_, key: str) -> None:
    for route in ("imports", "import-new"):
        assert as_(key).get(reverse(f"members:{route}")).status_code == 404


def row_of(school, key: str, **cells):
    """Return a row that knows a person's ID number and says the post anew."""
    from tests.cast import id_number_of

    n = list(school.people).index(key)
    known = {"姓名": school.people[key].name, "公民身份号码": id_number_of(n), "入党日期": "2010-07-01"}
    unsaid = dict.fromkeys(("性别", "出生日期", "手机号", "转正日期"))
    return person(n, **(known | unsaid | cells))


def test_a_branch_imports_only_its_own_rows(as_, school) -> None:
    officer = as_("officer")
    rows = [row_of(school, "member"), row_of(school, "owner", 所在党支部="外国语学院教工第二党支部")]
    upload(officer, roster(*rows, person(3, 所在党支部="没有的党支部")))
    report = RosterImport.objects.get().report
    assert (report["new"], report["changed"], report["rejected"]) == (0, 1, 2)
    places = {f["message"] for f in report["findings"] if f["code"] == "organization-unknown"}
    assert len(places) == 1


def findings_about(as_, key: str, *rows) -> list[dict]:
    """Return what is found about each row, without the values that the uploader typed."""
    upload(as_(key), roster(*rows))
    batch = RosterImport.objects.latest("pk")
    assert (batch.report["new"], batch.report["changed"]) == (0, 0)
    return [
        {name: f[name] for name in ("column", "level", "code", "message")}
        for row in batch.preview["rejected"]
        for f in row["findings"]
    ]


@pytest.mark.parametrize("key", ["officer", "general_officer"])
def test_a_file_cannot_find_out_who_belongs_elsewhere(as_, school, key: str) -> None:
    there = row_of(school, "outsider_member", 姓名="某人")
    unsaid = dict.fromkeys(("性别", "出生日期", "手机号", "转正日期"))
    nowhere = person(77, **({"姓名": "某人", "入党日期": "2010-07-01"} | unsaid))
    assert findings_about(as_, key, there) == findings_about(as_, key, nowhere)
    assert "数学" not in str(RosterImport.objects.values_list("report", "preview"))


def test_a_file_cannot_find_out_whose_number_it_is(as_, school) -> None:
    columns = (*ROSTER, "工号或学号")
    answers = []
    for number in (school.outsider_member.number, "20209999"):
        rows = [row_of(school, "member", 工号或学号=number)]
        upload(as_("officer"), workbook(rows, columns))
        batch = RosterImport.objects.latest("pk")
        answers.append([(f["code"], f["message"]) for f in batch.report["findings"]])
        assert "number-kept" in {f["code"] for f in batch.report["findings"]}
    assert answers[0] == answers[1]


def test_posts_are_for_the_whole_school_only(as_) -> None:
    answer = upload(as_("officer"), workbook([], ["党组织", "职务", "姓名", "身份证号"]), kind="posts")
    assert answer.status_code == 422
    assert not RosterImport.objects.exists()
    assert as_("officer").get(reverse("members:import-template", args=["posts"])).status_code == 404


def test_templates_open_and_are_read_back(as_) -> None:
    for kind in ("organizations", "roster", "posts"):
        answer = as_("clerk").get(reverse("members:import-template", args=[kind]))
        assert answer.status_code == 200
        importer = work.importer_of(kind, on=RosterImport().imported_on)
        assert work.read_file(answer.content, "x", importer).report["refused"] is None


def test_a_template_prints_on_one_width_with_its_heading(as_) -> None:
    answer = as_("clerk").get(reverse("members:import-template", args=["roster"]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
        "landscape",
        9,
        1,
    )
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (True, "$1:$1")


def test_no_file_keeps_the_page_and_says_so(as_) -> None:
    answer = as_("clerk").post(reverse("members:import-new"), {"kind": "roster", "once_key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert "还没有选文件" in answer.content.decode()


def test_the_doorbell_carries_only_the_number(monkeypatch, as_, django_capture_on_commit_callbacks) -> None:
    rung: list[tuple] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, ids: rung.append((task, ids)))
    file = SimpleUploadedFile("名册.xlsx", roster(person(1)))
    with django_capture_on_commit_callbacks(execute=True):
        as_("clerk").post(
            reverse("members:import-new"), {"kind": "roster", "file": file, "once_key": str(uuid.uuid4())}
        )
    assert rung == [(work.READ, (RosterImport.objects.get().pk,))]


def test_old_uploads_are_forgotten(as_, monkeypatch) -> None:
    upload(as_("clerk"), roster(person(1)))
    assert work.forget_old_files() == 0
    monkeypatch.setattr(work, "KEEP_FILE", -work.KEEP_FILE)
    assert work.forget_old_files() == 1
    assert RosterImport.objects.get().content is None


def test_a_file_over_which_workers_die_is_given_up(as_, monkeypatch) -> None:
    monkeypatch.setattr(work, "ring", lambda *args: None)
    file = SimpleUploadedFile("名册.xlsx", roster(person(1)))
    as_("clerk").post(reverse("members:import-new"), {"kind": "roster", "file": file, "once_key": str(uuid.uuid4())})
    pk = RosterImport.objects.get().pk
    for _n in range(work.MOST_ATTEMPTS):
        assert work.claim(pk, State.WAITING, State.READING, to=State.READING)
        assert work.waiting_imports() == []
        RosterImport.objects.update(lease_until_at=timezone.now() - work.LEASE)
    assert work.read_import(pk) is False
    assert (RosterImport.objects.get().state, RosterImport.objects.get().content) == (State.FAILED, None)
