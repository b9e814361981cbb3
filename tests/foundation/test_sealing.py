"""Sealed values are unreadable in the database and come back exactly."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carehub.masking import masked_id, masked_id_for_export, masked_phone
from carehub.sealing import SealBroken, keyed_hash, seal, unseal
from members.models import Person
from tests.cast import School


@given(st.text())
def test_what_is_sealed_comes_back(text):
    assert unseal(seal(text)) == text


def test_the_same_text_is_never_sealed_the_same_way():
    assert seal("990101197001011234") != seal("990101197001011234")


def test_the_database_holds_no_plain_id_number(school: School):
    number = Person.objects.get(pk=school.member.pk).id_number
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, id_hash, phone FROM members_person WHERE id = %s", [school.member.pk])
        stored = cursor.fetchone()
    assert number.startswith("990101")
    assert not any(number in value or school.member.phone in value for value in stored)


def test_a_person_is_found_by_id_number_through_the_hash(school: School):
    assert Person.objects.with_id_number(school.member.id_number).get() == school.member


def test_a_sealed_value_cannot_be_searched(school: School):
    with pytest.raises(TypeError, match="keyed hash"):
        Person.objects.filter(id_number="990101").exists()


def test_an_old_key_still_opens_and_a_lost_key_raises(settings):
    sealed = seal("病")
    settings.FIELD_KEYS = ["a new key " * 5, *settings.FIELD_KEYS]
    assert unseal(sealed) == "病"
    settings.FIELD_KEYS = ["a new key " * 5]
    with pytest.raises(SealBroken):
        unseal(sealed)


def test_the_hash_needs_the_key(settings):
    before = keyed_hash("1")
    settings.FIELD_HASH_KEY = "another"
    assert keyed_hash("1") != before


def test_masks_show_what_they_may():
    assert masked_id("990101197001010027") == "*" * 14 + "0027"
    assert masked_id_for_export("990101197001010027") == "990101********0027"
    assert masked_phone("13800006210") == "138****6210"
