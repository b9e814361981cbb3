"""How sensitive each field is: C0 in-party public, C1 contact, C2 identity, C3 sensitive personal, C4 talk text.

The class decides encryption, masking, reveal, export, log and history (trust.md, part 2). Every model says it for each
of its fields: `field_classes = classes(C0="name sex", C1="phone", C2="id_number")`; a field without one fails a check.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
