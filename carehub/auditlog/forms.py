"""The list form of the audit page: it owns the filter, and so the export."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carehub.access.viewer import Viewer
from carehub.audit.models import Action, AuditEvent
from carehub.calendar import DAY
from members.models import Person

SECURITY = (Action.LOGIN, Action.LOGOUT, Action.LOGIN_FAILED, Action.DENIAL, Action.ACCOUNT, Action.BACKUP)
NAMESAKES = 20


def visible_to(viewer: Viewer) -> QuerySet[AuditEvent]:
    """Return the rows of a viewer's page: all for the auditor, security events for the two other administrators."""
    if viewer.reach("audit", "v").everything:
        return AuditEvent.objects.all()
    if viewer.reach("audit", "F").everything:
        return AuditEvent.objects.filter(action__in=SECURITY)
    return AuditEvent.objects.none()


class AuditFilter(forms.Form):
    """Bad values in the address are left out, never an error: each field that fails simply does not filter."""

    kind = forms.ChoiceField(label=_("做了什么"), required=False)
    since_on = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    person = forms.CharField(label=_("人员"), required=False, max_length=60)

    def __init__(self, data: Any, viewer: Viewer) -> None:
        super().__init__(data)
        kinds = Action if viewer.reach("audit", "v").everything else SECURITY
        field: Any = self.fields["kind"]
        field.choices = [("", _("全部")), *((kind.value, kind.label) for kind in kinds)]
        for name in self.fields:
            self.fields[name].widget.attrs |= {"class": "form-select" if name == "kind" else "form-control"}
        self.fields["person"].widget.attrs |= {"placeholder": _("姓名、工号或学号"), "type": "search"}

    def value(self, name: str) -> Any:
        """Return a field's clean value, empty when nothing or nonsense was asked for."""
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    @property
    def asked(self) -> list[str]:
        """Return the names of the fields that filter."""
        return [name for name in self.fields if self.value(name)]

    def filter(self, rows: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Return the rows asked for, newest first."""
        if kind := self.value("kind"):
            rows = rows.filter(action=kind)
        if since_on := self.value("since_on"):
            rows = rows.filter(at__gte=_begin_of(since_on))
        if until_on := self.value("until_on"):
            rows = rows.filter(at__lt=_begin_of(until_on + DAY))
        if words := self.value("person"):
            rows = rows.filter(_by_or_about(words.strip()))
        return rows.order_by("-id")


def _begin_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _by_or_about(words: str) -> Q:
    """Return what people of this very name or number did, and what was done with their file or account."""
    found = Person.objects.filter(Q(name=words) | Q(number=words) | Q(user__number=words))
    pairs = list(found.values_list("pk", "user_id")[:NAMESAKES])
    users = [user for _pk, user in pairs if user]
    targets = [f"members.Person:{pk}" for pk, _user in pairs] + [f"accounts.User:{user}" for user in users]
    return Q(actor__in=users) | Q(target__in=targets)
