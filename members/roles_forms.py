"""The forms of proposing an office, its end, and of saying why not."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.calendar import DAY
from members.models import Organization, Post, RoleProposal
from members.roles import ACTING, RESTRICTED, acting_words

NO_DAY = gettext_lazy("日期无法识别。请从日历里选一天。")
SHORT = gettext_lazy("请写清楚一点，至少 4 个字。")
LONG = gettext_lazy("太长了，最多 %(limit_value)s 个字。请写短一点。")


class DayField(forms.DateField):
    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        missing = gettext_lazy("还没有选日期。")
        kwargs.setdefault("error_messages", {"required": missing, "invalid": NO_DAY})
        look = forms.DateInput(attrs={"type": "date", "class": "ch-narrow-select"}, format="%Y-%m-%d")
        look.input_type = "date"
        super().__init__(label=label, widget=look, **kwargs)


class ReasonField(forms.CharField):
    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        wrong = {"required": gettext_lazy("还没有写。"), "min_length": SHORT, "max_length": LONG}
        look = forms.Textarea(attrs={"rows": 2})
        super().__init__(label=label, min_length=4, max_length=200, widget=look, error_messages=wrong, **kwargs)


class OnceForm(forms.Form):
    """A form that came from its page, with its one-time key."""

    def clean(self) -> dict[str, Any]:
        try:
            self.cleaned_data["once_key"] = uuid.UUID(self.data.get("once_key", ""))
        except ValueError:
            self.add_error(None, _("表单不完整，请再点一次。"))
        return self.cleaned_data


class OfficeForm(OnceForm):
    """An office for a person that was chosen before."""

    role = forms.ChoiceField(label=gettext_lazy("职务"), error_messages={"required": gettext_lazy("还没有选职务。")})
    organization = forms.ModelChoiceField(
        label=gettext_lazy("代理哪个党组织"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=gettext_lazy("不是代理，不用选"),
        help_text=gettext_lazy("只有代理书记、代理组织委员、代理组织员要选；其他职务都在党委。"),
    )
    started_on = DayField(label=gettext_lazy("从哪天起"))
    ended_on = DayField(
        label=gettext_lazy("到哪天止"),
        required=False,
        help_text=gettext_lazy("代理必须写，最长一年；其他职务可以空着。"),
    )
    reason = ReasonField(
        label=gettext_lazy("事由"),
        help_text=gettext_lazy("例如会议日期和文号。不写病情、家事。只有提出和批准的人看得到。"),
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, place = self.fields["role"], self.fields["organization"]
        offices = [(role.value, role.label) for role in RESTRICTED]
        acting = [(role.value, acting_words(role)) for role in ACTING]
        role.choices = [("", _("请选职务")), (_("部门、审批、三员"), offices), (_("代理"), acting)]  # type: ignore[attr-defined]
        kinds = [kind for _words, kinds in ACTING.values() for kind in kinds]
        found = Organization.objects.filter(kind__in=kinds).in_official_order()
        place.queryset = found  # type: ignore[attr-defined]
        self.fields["started_on"].initial = on
        for name in ("role", "organization"):
            self.fields[name].widget.attrs["class"] = "ch-narrow-select"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        role, place = cleaned.get("role"), cleaned.get("organization")
        if role in ACTING and place is None:
            self.add_error("organization", _("代理要选党组织。"))
        elif role and role not in ACTING:
            cleaned["organization"] = Organization.objects.get(parent=None)
        if role in ACTING and not cleaned.get("ended_on") and "ended_on" not in self.errors:
            self.add_error("ended_on", _("代理要写明到哪天止，最长一年。"))
        return cleaned


class EndForm(OnceForm):
    """The last day of a post."""

    ended_on = DayField(
        label=gettext_lazy("任职的最后一天"),
        help_text=gettext_lazy("选昨天，办理后立即失效；选今天或以后，当天仍在任。"),
    )
    reason = ReasonField(
        label=gettext_lazy("事由"), help_text=gettext_lazy("不写病情、家事。只有提出和批准的人看得到。")
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = on - DAY


class AgainForm(forms.Form):
    """A returned proposal with other days or another reason."""

    started_on = DayField(label=gettext_lazy("从哪天起"))
    ended_on = DayField(label=gettext_lazy("到哪天止"), required=False)
    reason = ReasonField(label=gettext_lazy("事由"), help_text=gettext_lazy("不写病情、家事。"))

    def __init__(self, *args: Any, proposal: RoleProposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if proposal.kind == RoleProposal.Kind.END:
            del self.fields["started_on"]
            self.fields["ended_on"].label = _("任职的最后一天")
        self.fields["ended_on"].required = proposal.kind == RoleProposal.Kind.END or proposal.role in ACTING
        for name in self.fields:
            self.fields[name].initial = getattr(proposal, name)


class NoteForm(forms.Form):
    """Why it is returned, declined or taken back."""

    note = ReasonField(label=gettext_lazy("原因"))


def post_words(post: Post) -> str:
    """Return a post as a sentence names it."""
    return f"{post.organization} {post.get_role_display()}"
