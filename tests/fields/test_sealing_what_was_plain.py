"""Rows written before a field was sealed are sealed by its migration, on either engine."""

import datetime as dt
import uuid
from importlib import import_module

import pytest
from django.db import connection

from carehub.sealing import key_of, newest_key
from members.models import RosterImport
from talks.models import Correction, Talk
from tests.cast import School

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)
PLAIN = {
    ("talks_talk", "withdrawn_because"): "本人住院，记错了人",
    ("talks_correction", "because"): "本人住院",
    ("talks_correction", "changed"): '{"place": ["", "\\u533b\\u9662"]}',
    ("members_rosterimport", "report"): '{"findings": ["行 3"]}',
    ("members_rosterimport", "preview"): "{}",
}


def write_as_an_older_version_did(school: School) -> None:
    talk = Talk.objects.create(
        held_on=DAY, entered_on=DAY, talker=school.owner, organization=school.first, path=school.first.path,
        once_key=uuid.uuid4(), withdrawn_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), withdrawn_because="x",
    )  # fmt: skip
    Correction.objects.create(talk=talk, because="x")
    RosterImport.objects.create(kind="roster", file_name="x.xlsx", imported_on=DAY)
    with connection.cursor() as cursor:
        for (table, column), words in PLAIN.items():
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s', [words])


def key_names() -> set[str]:
    with connection.cursor() as cursor:
        found = set()
        for table, column in PLAIN:
            cursor.execute(f'SELECT "{column}" FROM "{table}"')
            found.add(key_of(cursor.fetchone()[0]))
    return found


def test_what_was_plain_is_sealed_and_still_reads_the_same(school: School):
    write_as_an_older_version_did(school)
    assert key_names() == {""}
    import_module("talks.migrations.0003_sealed").seal_reasons(None, None)
    import_module("members.migrations.0004_sealed_reports").seal_reports(None, None)
    assert key_names() == {newest_key()}
    talk, correction, upload = Talk.objects.get(), Correction.objects.get(), RosterImport.objects.get()
    assert (talk.withdrawn_because, correction.because) == ("本人住院，记错了人", "本人住院")
    assert correction.changed == {"place": ["", "医院"]}
    assert (upload.report, upload.preview) == ({"findings": ["行 3"]}, {})
