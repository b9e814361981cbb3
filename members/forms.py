"""The list form of the roster page: it owns the filter, the order, and so the export."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from carehub.access.paths import below
from carehub.access.viewer import Reach, viewer_of
from members.models import Organization, Person
from members.models.person import PersonQuerySet

STATES: dict[str, dict[str, Any]] = {
    "verify": {"verify_since_on__isnull": False},
    "lost": {"lost_contact_on__isnull": False},
    "floating": {"is_floating": True},
    "suspended": {"suspended_on__isnull": False},
    "gone": {"organization": None},
}
# Never by performance.
ORDERS: dict[str, tuple[Any, ...]] = {
    "organization": (F("organization__code").asc(nulls_last=True), "pinyin", "pk"),
    "name": ("pinyin", "pk"),
    "joined": (F("joined_on").asc(nulls_last=True), "pinyin", "pk"),
}


class PeopleForm(forms.Form):
    """Bad values in the address are left out, never an error: each field that fails simply does not filter."""

    q = forms.CharField(label=_("姓名、拼音或工号"), required=False, max_length=60)
    organization = forms.ChoiceField(label=_("党组织"), required=False)
    category = forms.ChoiceField(
        label=_("人员类别"), required=False, choices=[("", _("全部类别")), *Person.Category.choices]
    )
    occupation = forms.ChoiceField(
        label=_("人员类型"), required=False, choices=[("", _("全部类型")), *Person.Occupation.choices]
    )
    state = forms.ChoiceField(
        label=_("要留意的"),
        required=False,
        choices=[
            ("", _("不限情况")),
            ("verify", _("待核实")),
            ("lost", _("失去联系")),
            ("floating", _("流动党员")),
            ("suspended", _("停止党籍")),
            ("gone", _("已离开")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("排列"),
        required=False,
        choices=[("organization", _("按党组织")), ("name", _("按姓名")), ("joined", _("按入党日期"))],
    )

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        self.organizations = list(organizations_in(viewer_of(user).reach("person", "v")))
        choices: list[tuple[str, Any]] = [(str(row.pk), indented(row)) for row in self.organizations]
        field = self.fields["organization"]
        field.choices = [("", _("全部党组织")), *choices]  # type: ignore[attr-defined]
        for name in self.fields:
            self.fields[name].widget.attrs |= {"class": "form-control" if name == "q" else "form-select"}
        self.fields["q"].widget.attrs |= {"placeholder": _("姓名、拼音或工号"), "type": "search"}

    def value(self, name: str) -> str:
        """Return a field's clean value, empty when nothing or nonsense was asked for."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    @property
    def chosen_organization(self) -> Organization | None:
        wanted = self.value("organization")
        return next((row for row in self.organizations if str(row.pk) == wanted), None)

    def filter(self, queryset: PersonQuerySet) -> PersonQuerySet:
        """Return the people asked for, in the order asked for."""
        people = queryset.found_by(self.value("q"))
        if self.chosen_organization is not None:
            people = people.filter(below(self.chosen_organization.path or ""))
        for name in ("category", "occupation"):
            if self.value(name):
                people = people.filter(**{name: self.value(name)})
        if not self.value("q") and self.value("state") != "gone":
            people = people.in_school()  # who died or left the school is found by name, and listed when asked for
        people = people.filter(**STATES.get(self.value("state"), {}))
        return people.order_by(*ORDERS[self.value("sort") or "organization"])

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything was asked for."""
        return any(self.value(name) for name in self.fields if name != "sort")


def organizations_in(reach: Reach) -> Iterable[Organization]:
    """Return the organisations by which a viewer may narrow the list, official order."""
    if not (reach.everything or reach.paths or reach.occupations):
        return Organization.objects.none()
    everywhere = reach.everything or bool(reach.occupations)
    where = Reach(everything=everywhere, paths=reach.paths).q(person="", occupation="")
    return Organization.objects.filter(where).only("pk", "name", "short_name", "path", "code").in_official_order()


def indented(organization: Organization) -> str:
    """Return a name set in by its depth in the tree."""
    depth = (organization.path or "").count("/") - 2
    return "\u3000" * max(depth, 0) + str(organization)
