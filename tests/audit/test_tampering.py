"""S5, second half: fifty ways of tampering with the trail, one at a time, each found by the verification."""

import random
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from carehub.audit import verifying
from carehub.audit.models import AuditEvent, AuditSeal
from carehub.audit.verifying import Report, verify
from tests.audit.tampering import WAYS, triggers_away, write_trail
from tests.cast import School
from tests.figures import Figure

pytestmark = pytest.mark.django_db
TIMES = 50


class Undo(Exception):
    pass


def tamperings(school: School) -> Iterator[tuple[str, int, Report]]:
    """Yield (way, row, what the verification says then) for each tampering, undone before the next."""
    ids, chance = write_trail(school, 120, seals=6), random.Random(5)
    for n in range(TIMES):
        way, id = WAYS[n % len(WAYS)], chance.choice(ids[1:-1])
        try:
            with transaction.atomic():
                with triggers_away() as cursor:
                    way(cursor, id, chance)
                yield way.__name__, id, verify()
                raise Undo
        except Undo:
            continue


def test_every_tampering_is_found(school: School, figure: Figure):
    found, missed = 0, []
    for way, id, report in tamperings(school):
        found += bool(report.wrong)
        if not report.wrong:
            missed.append((way, id))
    figure("S5 rows tampered with", TIMES)
    figure("S5 tampered rows found", found)
    assert missed == []
    assert verify().wrong == 0, "an untouched trail has nothing wrong with it"


def test_an_altered_row_is_named(school: School):
    for way, id, report in tamperings(school):
        if way in ("change_a_column", "forge"):
            assert id in {finding.row for finding in report.findings}, (way, id, report.findings)


def test_a_missing_row_is_told_with_its_seal_and_range(school: School):
    for way, id, report in tamperings(school):
        if way == "delete":
            [finding] = report.findings
            seal = AuditSeal.objects.get(number=finding.seal)
            assert finding.kind == "rows-missing"
            assert seal.first_id <= id <= seal.last_id
            assert f"{seal.first_id} 至 {seal.last_id}" in finding.words


def test_without_signatures_and_digests_tampering_stays_unseen(school: School, monkeypatch: pytest.MonkeyPatch):
    """Negative control: a verification that only counts rows misses every change, swap and forgery."""
    monkeypatch.setattr(verifying, "is_signed", lambda kind, content, signature: True)
    monkeypatch.setattr(verifying, "line_of", lambda id, signature: b"")
    monkeypatch.setattr(verifying, "head_of", lambda seal: b"")
    monkeypatch.setattr(verifying, "sha256", lambda start: Same())
    unseen = {way for way, _id, report in tamperings(school) if not {f.kind for f in report.findings} - {"rows-moved"}}
    assert {"change_a_column", "swap", "forge"} <= unseen


class Same:
    """A digest that is always the stored one."""

    def update(self, line: bytes) -> None:
        pass

    def hexdigest(self) -> "Same":
        return self

    def __ne__(self, other: object) -> bool:
        return False


def test_an_altered_seal_is_named(school: School):
    write_trail(school, 40, seals=4)
    with triggers_away() as cursor:
        cursor.execute("UPDATE audit_auditseal SET rows = rows - 1 WHERE number = 2")
    assert {finding.seal for finding in verify().findings} == {2}


def test_a_seal_with_a_new_signature_needs_the_key(school: School):
    write_trail(school, 40, seals=4)
    with triggers_away() as cursor:
        cursor.execute("UPDATE audit_auditseal SET digest = 'ab' WHERE number = 2")
    assert {finding.seal for finding in verify().findings} == {2, 3}


def test_a_missing_seal_is_named(school: School):
    write_trail(school, 40, seals=4)
    with triggers_away() as cursor:
        cursor.execute("DELETE FROM audit_auditseal WHERE number = 2")
    assert ("seal-missing", 2) in {(finding.kind, finding.seal) for finding in verify().findings}


def test_a_tail_cut_off_with_its_seals_is_proved_by_a_noted_seal(school: School):
    write_trail(school, 40, seals=4)
    noted = AuditSeal.objects.get(number=4)
    kept = AuditSeal.objects.get(number=3)
    assert verify(noted=(4, noted.digest)).wrong == 0
    with triggers_away() as cursor:
        cursor.execute("DELETE FROM audit_auditseal WHERE number = 4")
        cursor.execute("DELETE FROM audit_auditevent WHERE id > %s", [kept.last_id])
    assert verify().wrong == 0, "what is left is consistent: only the note shows what was there"
    assert [finding.kind for finding in verify(noted=(4, noted.digest)).findings] == ["seal-missing"]


def test_another_history_under_the_same_number_is_seen_by_the_note(school: School):
    write_trail(school, 40, seals=4)
    assert [f.kind for f in verify(noted=(4, "0" * 64)).findings] == ["seal-altered"]


def test_what_no_seal_closes_is_reported_as_open(school: School):
    write_trail(school, 43, seals=4)
    report = verify()
    assert (report.rows - report.sealed, report.open) == (3, 3)


def test_a_row_that_cannot_be_read_is_named(school: School):
    if connection.vendor == "postgresql":
        return  # there the column refuses it
    ids = write_trail(school, 20, seals=2)
    with triggers_away() as cursor:
        cursor.execute("UPDATE audit_auditevent SET at = '2026-99-99 10:00:00' WHERE id = %s", [ids[3]])
    assert {finding.row for finding in verify().findings} == {ids[3]}


def test_missing_triggers_are_told(school: School):
    write_trail(school, 20, seals=2)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_auditseal DISABLE TRIGGER audit_auditseal_no_change")
        else:
            cursor.execute("DROP TRIGGER audit_auditseal_no_update")
    assert [finding.kind for finding in verify().findings] == ["refusal"]


def test_a_row_of_an_older_key_is_good_as_long_as_the_key_is_kept(school: School, settings):
    old = settings.AUDIT_KEYS
    write_trail(school, 10, seals=1)
    settings.AUDIT_KEYS = ["a-new-audit-key-of-the-school-0123456789", *old]
    write_trail(school, 10, seals=1)
    assert verify().wrong == 0
    settings.AUDIT_KEYS = settings.AUDIT_KEYS[:1]
    assert verify().wrong == AuditEvent.objects.count() - 10 + 1, "each old row, and the old seal"


def test_only_the_newest_seals_when_asked(school: School):
    write_trail(school, 40, seals=4)
    report = verify(seals=2)
    assert (report.seals, report.rows, report.wrong) == (2, 20, 0)
