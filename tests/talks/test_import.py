"""import_talks: every code of roster.md, the same file twice, and that an imported talk equals a logged one."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from carehub.access.viewer import Reach
from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from members.actions import affiliate
from members.importing.machine import Reading, importer_of, run
from members.models import Person, Post
from talks.models import Talk
from tests.cast import School, id_number_of, make_person
from tests.talks.writing import ON, talk_of

HEAD = (
    "谈话日期", "谈话人", "谈话人身份证号", "谈话对象", "谈话对象身份证号", "谈话形式", "谈话事由", "地点", "内容摘要",
    "录入日期",
)  # fmt: skip
WRONG = "1" if id_number_of(500)[-1] != "1" else "2"


def row(talker: Person, *people: Person, day: Any = "2026-03-12", **cells: Any) -> list[Any]:
    """Return one line of a ledger."""
    names, numbers = "、".join(p.name for p in people), ";".join(p.id_number for p in people)
    line = dict(zip(HEAD, [day, talker.name, talker.id_number, names, numbers, *[""] * 5], strict=True))
    return list((line | cells).values())


def file_of(*rows: list[Any], head: tuple[str, ...] = HEAD) -> bytes:
    book = Workbook()
    book.active.append(["谈心谈话台账"])
    book.active.append(list(head))
    for cells in rows:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bring_in(*rows: list[Any], on: dt.date = ON, dry_run: bool = False, **limits: Any) -> Reading:
    return run(file_of(*rows), "台账.xlsx", importer_of("talks", on=on, **limits), dry_run=dry_run)


def codes(reading: Reading) -> list[str]:
    return [finding["code"] for finding in reading.report["findings"]]


def counts(reading: Reading) -> tuple[int, ...]:
    return tuple(reading.report[key] for key in ("new", "changed", "unchanged", "rejected"))


def test_a_row_with_several_people_is_one_collective_talk(school: School) -> None:
    reading = bring_in(row(school.owner, school.member, school.officer, 谈话形式="集体", 谈话事由="年度谈话"))
    talk = Talk.objects.get()
    assert counts(reading) == (1, 0, 0, 0)
    assert (talk.form, talk.reasons, talk.talker, talk.organization) == (
        "collective",
        ["annual"],
        school.owner,
        school.first,
    )
    assert set(talk.people.all()) == {school.member, school.officer}


def test_the_same_file_twice_adds_nothing_the_second_time(school: School) -> None:
    rows = [row(school.owner, school.member), row(school.owner, school.officer, school.group_leader, day="2026-04-01")]
    assert counts(bring_in(*rows)) == (2, 0, 0, 0)
    again = bring_in(*rows)
    assert counts(again) == (0, 0, 2, 0)
    assert codes(again) == ["talk-duplicate"] * 2
    assert Talk.objects.count() == 2


def test_a_talk_that_was_withdrawn_does_not_come_back_with_the_file(school: School) -> None:
    bring_in(row(school.owner, school.member))
    Talk.objects.update(withdrawn_at="2026-04-01T00:00Z", withdrawn_because="记错了人")
    assert counts(bring_in(row(school.owner, school.member))) == (0, 0, 1, 0)


def test_a_row_that_stands_twice_in_the_file_counts_once(school: School) -> None:
    reading = bring_in(row(school.owner, school.member), row(school.owner, school.member))
    assert counts(reading) == (1, 0, 1, 0)


def test_somebody_already_recorded_that_day_is_left_out_of_a_collective_row(school: School) -> None:
    talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 12))
    bring_in(row(school.owner, school.member, school.officer))
    assert list(Talk.objects.newest_first().first().people.all()) == [school.officer]


@pytest.mark.parametrize(
    ("code", "cells"),
    [
        ("talk-future", {"谈话日期": "2026-11-24"}),
        ("date-invalid", {"谈话日期": "2026-02-30"}),
        ("date-invalid", {"谈话日期": ""}),
        ("date-invalid", {"谈话日期": "2026年3月"}),
        ("date-ambiguous", {"谈话日期": "26.3.12"}),
        ("date-order", {"录入日期": "2026-03-11"}),
        ("date-order", {"录入日期": "2026-12-01"}),
        ("person-unknown", {"谈话人身份证号": id_number_of(500)}),
        ("person-unknown", {"谈话对象身份证号": "20999999"}),
        ("id-length", {"谈话人身份证号": "9901011990010112"}),
        ("id-checksum", {"谈话对象身份证号": id_number_of(500)[:-1] + WRONG}),
        ("id-digits-lost", {"谈话对象身份证号": 990101199001011230}),
        ("id-missing", {"谈话人身份证号": ""}),
        ("id-missing", {"谈话对象身份证号": "无"}),
        ("name-missing", {"谈话对象": "/"}),
        ("person-mismatch", {"谈话对象": "黎大满"}),
        ("person-mismatch", {"谈话对象": "黎小满、王志远"}),
    ],
)
def test_a_bad_cell_is_named_and_its_row_left_out(school: School, code: str, cells: dict[str, Any]) -> None:
    reading = bring_in(row(school.owner, school.member, **cells), row(school.owner, school.officer))
    finding = reading.report["findings"][0]
    assert (finding["code"], finding["level"], finding["row"]) == (code, "error", 3)
    assert counts(reading) == (1, 0, 0, 1)


def test_nobody_talks_with_himself_in_a_ledger_either(school: School) -> None:
    assert codes(bring_in(row(school.owner, school.member, school.owner))) == ["talk-self"]


def test_id_numbers_stand_masked_in_the_report(school: School) -> None:
    reading = bring_in(row(school.owner, school.member, 谈话对象="黎大满", 谈话人身份证号=id_number_of(500)))
    assert id_number_of(500) not in json.dumps(reading.report)


def test_people_are_found_by_staff_number_too(school: School) -> None:
    cells = {"谈话人身份证号": school.owner.number, "谈话对象身份证号": float(school.member.number)}
    assert counts(bring_in(row(school.owner, school.member, **cells))) == (1, 0, 0, 0)


def test_the_day_of_entry_is_that_of_the_ledger_or_the_day_of_import(school: School) -> None:
    bring_in(row(school.owner, school.member, 录入日期="2026-03-15"), row(school.owner, school.officer))
    assert sorted(Talk.objects.values_list("entered_on", flat=True)) == [dt.date(2026, 3, 15), ON]


def test_a_talk_belongs_to_the_office_of_its_day(school: School) -> None:
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2026, 2, 28))
    bring_in(row(school.owner, school.member, day="2026-02-28"), row(school.owner, school.member, day="2026-03-01"))
    before, after = Talk.objects.order_by("held_on")
    assert (before.talker_title, after.talker_title) == ("支部书记", "")
    assert before.organization == after.organization == school.first


def test_who_has_moved_away_since_is_still_known(school: School) -> None:
    affiliate(person=school.member, organization=school.second, on=dt.date(2026, 6, 1))
    mine = {"reach": Reach(paths=(school.first.path,))}
    assert counts(bring_in(row(school.owner, school.member), **mine)) == (1, 0, 0, 0)


def test_an_upload_knows_nobody_outside_its_reach(school: School) -> None:
    mine = {"reach": Reach(paths=(school.first.path,))}
    reading = bring_in(
        row(school.outsider, school.outsider_member),
        row(school.owner, school.outsider_member),
        row(school.outsider, school.member),
        **mine,
    )
    assert codes(reading)[::1] == ["person-unknown"] * len(codes(reading))
    assert counts(reading) == (0, 0, 0, 3)


def test_no_upload_writes_into_the_ledger_of_another_unit(school: School) -> None:
    """A colleague who once belonged here is known, but his talks as secretary elsewhere are not ours to bring in."""
    once = {"started_on": dt.date(2018, 1, 1), "ended_on": dt.date(2019, 12, 31)}
    school.colleague.affiliations.create(organization=school.first, branch=school.first, **once)
    school.colleague_member.affiliations.create(organization=school.first, branch=school.first, **once)
    reading = bring_in(row(school.colleague, school.colleague_member), reach=Reach(paths=(school.first.path,)))
    assert codes(reading) == ["person-unknown"]
    assert not Talk.objects.exists()


def test_a_dry_run_writes_nothing(school: School) -> None:
    assert counts(bring_in(row(school.owner, school.member), dry_run=True)) == (1, 0, 0, 0)
    assert not Talk.objects.exists()


def test_words_unknown_to_the_form_are_told_and_kept_as_other(school: School) -> None:
    reading = bring_in(row(school.owner, school.member, 谈话事由="喝茶", 谈话形式="散步"))
    assert codes(reading) == ["label-unmatched"] * 2
    assert Talk.objects.get().reasons == ["other"]


def test_the_content_of_a_ledger_is_kept_only_where_the_school_keeps_words(school: School) -> None:
    bring_in(row(school.owner, school.member, 内容摘要="秘密"))
    assert Talk.objects.get().line == ""
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2026, 1, 1))
    bring_in(row(school.owner, school.officer, 内容摘要="秘密"))
    talk = Talk.objects.get(people=school.officer)
    assert (talk.line, talk.recorded_by) == ("秘密", None)


def test_the_command_writes_its_report_and_ends_well(school: School, tmp_path: Path) -> None:
    file, report = tmp_path / "台账.xlsx", tmp_path / "out.json"
    file.write_bytes(file_of(row(school.owner, school.member), row(school.owner, school.owner)))
    call_command("import_talks", file, "--report", report, "--on", "2026-11-23", stdout=io.StringIO())
    told = json.loads(report.read_text("utf-8"))
    assert (told["rows"], told["new"], told["rejected"], told["header_row"]) == (2, 1, 1, 2)
    assert told["rows"] == told["new"] + told["changed"] + told["unchanged"] + told["rejected"]


def test_the_command_refuses_a_file_without_the_header(school: School, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(file_of(head=("姓名", "年龄")))
    with pytest.raises(CommandError, match="header-not-found") as refused:
        call_command("import_talks", file, stdout=io.StringIO())
    assert refused.value.returncode == 2


def test_the_number_of_queries_does_not_follow_the_number_of_rows(school: School) -> None:
    people = [make_person(f"甲{n}", school.first, number=f"9{n:03d}") for n in range(22)]
    lines = [row(school.owner, one, 谈话对象身份证号=one.number) for one in people]
    seen = []
    for some in (lines[:2], lines[2:]):
        with CaptureQueriesContext(connection) as captured:
            assert counts(bring_in(*some))[0] == len(some)
        seen.append(len(captured))
    assert seen[0] == seen[1]


def facts(talk: Talk) -> tuple[Any, ...]:
    shown = (
        "held_on",
        "entered_on",
        "talker_id",
        "talker_title",
        "organization_id",
        "path",
        "form",
        "channel",
        "reasons",
    )
    return (*(getattr(talk, name) for name in (*shown, "place", "line")), set(talk.people.values_list("pk", flat=True)))


PARTIES = {
    "owner": ("member", "officer", "group_leader", "general_secretary"),
    "general_secretary": ("owner", "colleague", "member", "officer"),
    "leader": ("general_secretary",),
    "librarian": ("direct_member", "clerk", "head"),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_imported_talk_equals_the_same_talk_logged(school: School, data: st.DataObject) -> None:
    talker = data.draw(st.sampled_from(sorted(PARTIES)))
    chosen = data.draw(st.lists(st.sampled_from(PARTIES[talker]), min_size=1, max_size=4, unique=True))
    held_on = data.draw(st.dates(dt.date(2021, 1, 1), ON))
    form = data.draw(st.sampled_from(["single", "collective"]))
    people = [school.people[key] for key in chosen]
    logged = facts(
        talk_of(school.people[talker], *people, held_on=held_on, on=ON, form=form, reasons=["annual"], place="办公室")
    )
    Talk.objects.all().delete()
    words = {"single": "个别", "collective": "集体"}[form]
    bring_in(row(school.people[talker], *people, day=held_on, 谈话形式=words, 谈话事由="年度谈话", 地点="办公室"))
    assert facts(Talk.objects.get()) == logged
    Talk.objects.all().delete()
