"""How sensitive each field is: C0 in-party public, C1 contact, C2 identity, C3 sensitive personal, C4 talk text.

The class decides encryption, masking, reveal, export, log and history (trust.md, part 2). Every model says it for each
of its fields: `field_classes = classes(C0="name sex", C1="phone", C2="id_number")`; a field without one fails a check.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, CharField, Field, Model, TextChoices, TextField
from django.utils.translation import gettext_lazy as _

from carehub.sealing import SealedBinaryField, SealedTextField

OWN = ("carehub", "members", "talks", "hardship")
# The keyed hash by which an ID number is found tells nothing without its key.
HASHED = frozenset({"id_hash"})


class FieldClass(TextChoices):
    C0 = "C0", _("党内公开")
    C1 = "C1", _("联系方式")
    C2 = "C2", _("身份信息")
    C3 = "C3", _("敏感个人信息")
    C4 = "C4", _("谈话内容")


def classes(**names: str) -> dict[str, FieldClass]:
    """Return {field: class} from the names of each class; ValueError for no such class or a field named twice."""
    pairs = [(name, FieldClass(code)) for code, text in names.items() for name in text.split()]
    given = dict(pairs)
    if len(given) != len(pairs):
        raise ValueError("A field stands in two classes.")
    return given


def own_models() -> list[type[Model]]:
    """Return the models of this project, without those of the libraries."""
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OWN]


def classed_fields(model: type[Model]) -> "Iterator[tuple[Field[Any, Any], str]]":
    """Yield (field, its class, empty if it has none) of each concrete field but the automatic number."""
    given = getattr(model, "field_classes", {})
    for field in model._meta.concrete_fields:
        if not (field.primary_key and field.name == "id"):
            yield field, str(given.get(field.name, ""))


def must_be_sealed(field: "Field[Any, Any]", code: str) -> bool:
    """Return whether a class demands encryption: identity and talk text, free text on what is sensitive, addresses."""
    is_words = isinstance(field, CharField | TextField | BinaryField) and not field.choices
    if not is_words or field.name in HASHED:
        return False
    return code in ("C2", "C3", "C4") or (code == "C1" and field.name in ("address", "phone"))


def is_sealed(field: "Field[Any, Any]") -> bool:
    return isinstance(field, SealedTextField | SealedBinaryField)
