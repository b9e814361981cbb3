"""Every field says how sensitive it is; what is sensitive is sealed."""

import pytest
from django.db import models

from carehub.access.checks import every_field_has_a_class, unclassed, unknown
from carehub.access.classes import classes
from carehub.sealing import SealedTextField
from members.models import Person


def ids(errors) -> list[str]:
    return [error.id for error in errors]


def model_with(given: dict, **fields):
    """Return a throw-away model that no registry keeps."""
    meta = type("Meta", (), {"app_label": "nowhere"})
    body = {"__module__": "nowhere", "Meta": meta, "field_classes": given, **fields}
    return type("Throwaway", (models.Model,), body)


@pytest.fixture(autouse=True)
def forget_throwaways():
    yield
    from django.apps import apps

    apps.all_models["nowhere"].clear()
    apps.clear_cache()


def test_every_field_of_the_project_has_a_class():
    assert [error.msg for error in every_field_has_a_class()] == []


def test_a_field_without_a_class_fails_the_check():
    assert ids(unclassed(model_with({}, name=models.CharField(max_length=9)))) == ["access.E002"]


@pytest.mark.parametrize("code", ["C2", "C3", "C4"])
def test_sensitive_words_in_the_open_fail_the_check(code):
    plain = model_with({"words": code}, words=models.TextField())
    assert ids(unclassed(plain)) == ["access.E003"]


def test_sealed_words_pass_the_check():
    sealed = model_with({"words": "C3"}, words=SealedTextField())
    assert ids(unclassed(sealed)) == []


def test_a_name_that_is_no_field_fails_the_check():
    assert ids(unknown(model_with({"gone": "C0"}))) == ["access.E004"]


def test_a_class_that_is_none_or_a_field_in_two_is_refused():
    with pytest.raises(ValueError, match="C9"):
        classes(C9="name")
    with pytest.raises(ValueError, match="two classes"):
        classes(C0="name", C1="name")


def test_who_a_person_is_stands_in_the_right_classes():
    given = Person.field_classes
    assert (given["phone"], given["id_number"], given["name"]) == ("C1", "C2", "C0")
