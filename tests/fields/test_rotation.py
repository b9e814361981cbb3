"""Everything sealed moves to the newest key, nothing written meanwhile is lost, and the old key can go."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from carehub import resealing
from carehub.audit.models import AuditEvent
from carehub.resealing import column_of, keys_in_use, reseal, seal_plain, sealed_columns
from carehub.sealing import NONCE_BYTES, key_of, seal, unseal
from members.models import Person, RosterImport
from tests.cast import School

pytestmark = pytest.mark.django_db
NEWER = "a newer key for the test " * 3
PHONE = column_of(Person._meta.get_field("phone"))


def rotate(**options) -> str:
    said = StringIO()
    call_command("rotate_keys", stdout=said, **options)
    return said.getvalue()


def stored(person: Person) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM members_person WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def test_after_a_rotation_the_newest_key_alone_opens_everything(school: School, settings):
    upload = RosterImport.objects.create(
        kind="roster", file_name="名册.xlsx", imported_on=dt.date(2026, 11, 1), content=b"PK workbook"
    )
    settings.FIELD_KEYS = [NEWER, *settings.FIELD_KEYS]
    with pytest.raises(CommandError, match="旧密钥"):
        rotate(check=True)
    rotate()
    assert "没有值用着旧密钥" in rotate(check=True)
    settings.FIELD_KEYS = [NEWER]
    assert Person.objects.get(pk=school.member.pk).phone == school.member.phone
    assert RosterImport.objects.get(pk=upload.pk).content == b"PK workbook"


def test_a_second_rotation_changes_nothing(school: School, settings):
    settings.FIELD_KEYS = [NEWER, *settings.FIELD_KEYS]
    rotate(batch=3)
    before = stored(school.member)
    assert "共 0 个值" in rotate()
    assert stored(school.member) == before


def test_a_rotation_is_written_down_without_a_value(school: School, settings):
    settings.FIELD_KEYS = [NEWER, *settings.FIELD_KEYS]
    rotate()
    detail = AuditEvent.objects.order_by("pk").last().detail
    assert detail["what"] == "rotate keys"
    assert detail["values"] > len(school.people)


def test_a_value_that_no_key_opens_is_left_alone_and_said(school: School, settings):
    before = stored(school.member)
    settings.FIELD_KEYS = [NEWER]
    with pytest.raises(CommandError, match="打不开"):
        rotate()
    assert stored(school.member) == before


def test_what_is_written_meanwhile_is_kept(school: School, settings, monkeypatch):
    settings.FIELD_KEYS = [NEWER, *settings.FIELD_KEYS]
    write_between_read_and_change(monkeypatch, school.member)
    reseal(PHONE)
    assert Person.objects.get(pk=school.member.pk).phone == "13900000000"


def test_an_unconditional_change_would_lose_it(school: School, settings, monkeypatch):
    settings.FIELD_KEYS = [NEWER, *settings.FIELD_KEYS]
    write_between_read_and_change(monkeypatch, school.member)
    monkeypatch.setattr(resealing, "put", put_whatever_stands_there)
    reseal(PHONE)
    assert Person.objects.get(pk=school.member.pk).phone != "13900000000"


def write_between_read_and_change(monkeypatch, person: Person) -> None:
    """Change a phone right after its old value was opened for re-sealing."""
    plain = resealing.unseal
    numbers = {person.phone}

    def opened(value: str) -> str:
        words = plain(value)
        if words in numbers:
            numbers.clear()
            Person.objects.filter(pk=person.pk).update(phone="13900000000")
        return words

    monkeypatch.setattr(resealing, "unseal", opened)


def put_whatever_stands_there(sealed, number, before, after) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{sealed.table}" SET "{sealed.column}" = %s WHERE id = %s', [after, number])
    return True


def test_every_sealed_column_is_found():
    labels = {column.label for column in sealed_columns()}
    assert {"members.Person.id_number", "duties.Excuse.reason", "reports.Inspection.content"} <= labels


def test_values_from_before_keys_had_names_still_open_and_are_counted(school: School):
    old = old_seal("13700000000")
    Person.objects.filter(pk=school.member.pk).update(phone="")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_person SET phone = %s WHERE id = %s", [old, school.member.pk])
    assert Person.objects.get(pk=school.member.pk).phone == "13700000000"
    assert keys_in_use(PHONE)[""] == 1


def old_seal(words: str) -> str:
    import base64

    from carehub.sealing import _sealed

    raw = _sealed(words.encode())
    assert len(raw) > NONCE_BYTES
    return "s1:" + base64.b64encode(raw).decode()


def test_a_plain_column_is_sealed_by_its_migration(school: School):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_person SET phone = %s WHERE id = %s", ["13600000000", school.member.pk])
    assert seal_plain("members_person", "phone") == 1
    assert unseal(stored(school.member)) == "13600000000"
    assert key_of(stored(school.member)) == key_of(seal("x"))
