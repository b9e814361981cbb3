"""The forms of events of life."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Viewer
from members.models import EventKind as K
from members.models import Person
from members.models.life_event import KINDS_OF
from members.roles_forms import DayField, OnceForm, ReasonField

BY_RECORDS = {K.MOVED_IN, K.MOVED_OUT}  # the roster says so, nobody types it
GROUPS = (
    (gettext_lazy("入职退休"), ("C-2.4",)),
    (gettext_lazy("五必谈"), ("C-2.5a", "C-2.5b", "C-2.5c", "C-2.5d", "C-2.5e")),
    (gettext_lazy("要走访慰问"), ("C-2.8", "C-2.9")),
    (gettext_lazy("去世"), ("C-2.10",)),
)
# What each department hands over (domain.md, part 6): what it knows from its own work.
TOLD_BY: dict[str, tuple[K, ...]] = {
    "RS": (K.JOINED_WORK, K.RETIRED, K.POST_CHANGED, K.HONOURED),
    "LT": (K.RETIRED, K.HONOURED, K.HOSPITALISED, K.ACCIDENT, K.HARDSHIP, K.NEAR_DEATH),
    "XG": (K.HONOURED, K.SANCTIONED, K.HOSPITALISED, K.ACCIDENT, K.HARDSHIP, K.MOOD),
    "GH": (K.HONOURED, K.HOSPITALISED, K.ACCIDENT, K.HARDSHIP),
}
NO_KIND = {"required": gettext_lazy("还没有选是什么事。"), "invalid_choice": gettext_lazy("请从列表里选。")}


def all_kinds() -> list[Any]:
    """Return every kind that a hand may enter, under its heading."""
    named = [(words, [kind for clause in clauses for kind in KINDS_OF[clause]]) for words, clauses in GROUPS]
    return [
        ("", _("请选择")),
        *((words, [(kind, K(kind).label) for kind in kinds if kind not in BY_RECORDS]) for words, kinds in named),
    ]


class EventForm(OnceForm):
    """Something that happened to a person who was chosen before."""

    kind = forms.ChoiceField(label=gettext_lazy("什么事"), error_messages=NO_KIND)
    on = DayField(label=gettext_lazy("哪一天"))
    note = forms.CharField(
        label=gettext_lazy("补充一句"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("例如文号、单位。加密保存，只有负责的党组织看得到。"),
        error_messages={"max_length": gettext_lazy("太长了，请写在 200 字以内。")},
    )
    verified = forms.BooleanField(
        label=gettext_lazy("已经核实"),
        required=False,
        help_text=gettext_lazy("保存后账号停用，职务终止，生日、谈话等一切提醒立即停止。"),
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = all_kinds()  # type: ignore[attr-defined]
        self.fields["on"].initial = on
        self.fields["on"].widget.attrs["max"] = on.isoformat()

    @property
    def shown(self) -> list[Any]:
        return [field for field in self if field.name != "verified"]

    @property
    def is_death(self) -> bool:
        """Return whether the question about a death is to be asked: once that kind was chosen."""
        return bool(self["kind"].value() == K.DIED)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        verified = cleaned.pop("verified", False)
        if cleaned.get("kind") == K.DIED and not verified:
            self.add_error("verified", _("去世要先核实。核实后请勾选这一项再保存。"))
        return cleaned


class TellForm(OnceForm):
    """A fact for the branch of a person whom the department names by number and name."""

    number = forms.CharField(
        label=gettext_lazy("工号或学号"),
        max_length=32,
        widget=forms.TextInput(attrs={"class": "ch-narrow-select", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("还没有写工号或学号。")},
    )
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "ch-narrow-select", "autocomplete": "off"}),
        help_text=gettext_lazy("两项都对得上才会告知，免得告错了人。"),
        error_messages={"required": gettext_lazy("还没有写姓名。")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("什么事"), error_messages=NO_KIND)
    on = DayField(label=gettext_lazy("哪一天"))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        kinds = dict.fromkeys(kind for persona in viewer.personas for kind in TOLD_BY.get(persona, ()))
        self.fields["kind"].choices = [("", _("请选择")), *((kind, kind.label) for kind in kinds)]  # type: ignore[attr-defined]
        self.fields["on"].widget.attrs["max"] = viewer.on.isoformat()

    def clean(self) -> dict[str, Any]:
        """Put the person in the place of number and name; those of one's own group of people only."""
        cleaned = super().clean()
        number, name = cleaned.pop("number", "").strip(), cleaned.pop("name", "").strip()
        if number and name:
            reach = self.viewer.reach("life_event", "p")
            found = Person.objects.in_school().filter(reach.q(path="path", person="pk"), number=number, name=name)
            cleaned["person"] = found.exclude(pk=self.viewer.person_id or 0).first()
            if cleaned["person"] is None:
                self.add_error(
                    "number", _("没有找到这位同志。请核对工号（学号）和姓名；不归本部门联系的请告诉其党支部。")
                )
        return cleaned


class WithdrawForm(OnceForm):
    because = ReasonField(
        label=gettext_lazy("为什么撤回"), help_text=gettext_lazy("例如记错了人或日期。不写病情、家事。")
    )
