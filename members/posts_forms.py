"""The forms of offices: which, how, from which day; the last day; who oversees."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Organization, Person, Post
from members.posts_actions import OFFICES
from members.roles_forms import DayField, OnceForm
from members.terms import USUAL_YEARS


class AppointForm(OnceForm):
    """An office for a person that was chosen before."""

    role = forms.ChoiceField(label=gettext_lazy("职务"), error_messages={"required": gettext_lazy("还没有选职务。")})
    manner = forms.ChoiceField(label=gettext_lazy("任职方式"), choices=Post.Manner.choices)
    started_on = DayField(label=gettext_lazy("从哪天起"))
    replace = forms.BooleanField(label=gettext_lazy("现任书记同时免去，最后一天是前一天"), required=False)

    def __init__(self, *args: Any, organization: Organization, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = [(role, Post.Role(role).label) for role in OFFICES[organization.kind]]
        self.fields["role"].choices = [("", _("请选职务")), *offices]  # type: ignore[attr-defined]
        self.fields["started_on"].initial = on


class LastDayForm(OnceForm):
    ended_on = DayField(label=gettext_lazy("最后一天"), help_text=gettext_lazy("当天仍在任，第二天起不再担任。"))

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = on


class OverseeForm(OnceForm):
    leader = forms.ModelChoiceField(
        label=gettext_lazy("哪位校领导"),
        queryset=Person.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("还没有选校领导。")},
    )
    started_on = DayField(label=gettext_lazy("从哪天起"))

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leading = Post.objects.in_force(on).filter(organization__parent=None)
        leading = leading.filter(role__in=(Post.Role.LEADER, Post.Role.SECRETARY, Post.Role.DEPUTY))
        leaders = Person.objects.filter(pk__in=leading.values("person")).by_name()
        self.fields["leader"].queryset = leaders  # type: ignore[attr-defined]
        self.fields["started_on"].initial = on


class TermForm(OnceForm):
    """When the present committee was elected, and for how many years."""

    elected_on = DayField(
        label=gettext_lazy("本届选举产生的日期"), help_text=gettext_lazy("按选举结果批复或党员大会的日期填。")
    )
    term_years = forms.TypedChoiceField(
        label=gettext_lazy("任期"), coerce=int, choices=[(n, gettext_lazy("%s 年") % n) for n in (3, 4, 5)]
    )

    def __init__(self, *args: Any, organization: Organization, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["elected_on"].initial = organization.elected_on
        self.fields["elected_on"].widget.attrs["max"] = on.isoformat()
        self.fields["term_years"].initial = organization.term_years or USUAL_YEARS.get(organization.kind)
