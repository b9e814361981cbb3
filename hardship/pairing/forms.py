"""The forms of a pairing: what is needed and done, who helps, a contact, an end."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.duties.settings import DUE_SOON_EVENT, PAIRING_CONTACT, Settings
from hardship.cases.forms import SparingForm
from hardship.models import Contact, Helper, Pairing
from hardship.money import MoneyField
from members.models import Person, Post
from members.roles_forms import DayField, ReasonField
from members.scope import title_of

FARTHEST = 5  # years
NOT_YET = gettext_lazy("这一天还没有到。")


def in_reason(day: dt.date | None, first: dt.date) -> bool:
    """Return whether a day ahead is neither before the start nor too far."""
    return day is None or first <= day <= first.replace(year=first.year + FARTHEST, day=min(first.day, 28))


class TextForm(SparingForm):
    """What is needed, what is done about it, and who is responsible."""

    need = ReasonField(label=gettext_lazy("帮扶需求"), help_text=gettext_lazy("一句话，写要帮什么。加密保存。"))
    measures = ReasonField(
        label=gettext_lazy("帮扶措施"), help_text=gettext_lazy("帮扶人看得到需求和措施，看不到别的困难情况。加密保存。")
    )
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("责任人"),
        queryset=Post.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={
            "required": gettext_lazy("还没有选责任人。"),
            "invalid_choice": gettext_lazy("请从列出的同志里选一位。"),
        },
    )
    planned_end_on = DayField(label=gettext_lazy("计划到哪天"), required=False)
    review_on = DayField(label=gettext_lazy("哪天回头看"), required=False)

    def __init__(self, *args: Any, posts: list[Post], on: dt.date, first: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.first = on, first
        field = self.fields["responsible"]
        field.queryset = Post.objects.filter(pk__in=[post.pk for post in posts])  # type: ignore[attr-defined]
        listed = [(post.pk, f"{post.person}（{title_of(post)}）") for post in posts]
        field.choices = [("", _("请选择")), *listed]  # type: ignore[attr-defined]
        field.widget.attrs["class"] = "ch-narrow-select"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first = self.first or cleaned.get("started_on")
        for name in ("planned_end_on", "review_on"):
            if first and not in_reason(cleaned.get(name), first):
                self.add_error(name, _("请选结对以后、%s 年以内的日子。") % FARTHEST)
        return cleaned


class PairingForm(TextForm):
    """A new pairing with its first helper."""

    task = ReasonField(label=gettext_lazy("帮扶人负责什么"))
    started_on = DayField(label=gettext_lazy("哪天结对"))
    field_order = ["task", "need", "measures", "responsible", "started_on", "planned_end_on", "review_on"]

    def __init__(self, *args: Any, recognised_on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recognised_on = recognised_on
        self.fields["started_on"].initial = self.on

    def clean_started_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["started_on"]
        if day > self.on:
            raise forms.ValidationError(NOT_YET)
        if day < self.recognised_on:
            raise forms.ValidationError(_("早于认定困难的日子，请核对。"))
        return day


class HelperForm(SparingForm):
    """A further helper, or one in the place of another."""

    helper = forms.ModelChoiceField(
        label=gettext_lazy("接替谁"),
        queryset=Helper.objects.none(),
        required=False,
        empty_label=gettext_lazy("不接替，再加一位"),
        error_messages={"invalid_choice": gettext_lazy("请从列出的同志里选一位。")},
    )
    task = ReasonField(label=gettext_lazy("负责什么"))
    from_on = DayField(label=gettext_lazy("从哪天起"))

    def __init__(self, *args: Any, pairing: Pairing, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairing, self.on = pairing, on
        field = self.fields["helper"]
        field.queryset = pairing.helpers.filter(to_on=None).select_related("person")  # type: ignore[attr-defined]
        field.widget.attrs["class"] = "ch-narrow-select"
        self.fields["from_on"].initial = on

    def clean_from_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["from_on"]
        if day > self.on:
            raise forms.ValidationError(NOT_YET)
        if day < self.pairing.started_on:
            raise forms.ValidationError(_("早于结对的日子，请核对。"))
        return day


class HelperEndForm(SparingForm):
    """The last day of a helper."""

    to_on = DayField(label=gettext_lazy("最后一天"), help_text=gettext_lazy("保存以后，这位同志就打不开这项结对了。"))

    def __init__(self, *args: Any, helper: Helper, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper, self.on = helper, on
        self.fields["to_on"].initial = on

    def clean_to_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["to_on"]
        if day > self.on:
            raise forms.ValidationError(NOT_YET)
        if day < self.helper.from_on:
            raise forms.ValidationError(_("早于开始帮扶的日子，请核对。"))
        return day


class ContactForm(SparingForm):
    """A contact: how, what was done in a sentence; who and when are filled in."""

    how = forms.ChoiceField(
        label=gettext_lazy("怎么联系的"),
        choices=Contact.How.choices,
        widget=forms.RadioSelect,
        initial=Contact.How.MET,
        error_messages={"required": gettext_lazy("还没有选。")},
    )
    done = ReasonField(label=gettext_lazy("做了什么"), help_text=gettext_lazy("一句话就行。加密保存。"))
    on = DayField(label=gettext_lazy("哪天"))
    helper = forms.ModelChoiceField(
        label=gettext_lazy("谁联系的"),
        queryset=Helper.objects.none(),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("还没有选谁联系的。"),
            "invalid_choice": gettext_lazy("请从列出的同志里选一位。"),
        },
    )
    given = forms.ChoiceField(
        label=gettext_lazy("送了慰问金或物品"),
        choices=[("", gettext_lazy("没有")), *Contact.Given.choices],
        required=False,
    )
    amount = MoneyField(label=gettext_lazy("金额，元"), required=False)

    def __init__(self, *args: Any, helpers: list[Helper], on: dt.date, own: bool, **kwargs: Any) -> None:
        """`own`: the visitor writes down what he did himself, and is not asked who it was."""
        super().__init__(*args, **kwargs)
        self.day, self.own_helper = on, helpers[0] if own and helpers else None
        if own:
            del self.fields["helper"]
        else:
            mine = Helper.objects.filter(pk__in=[one.pk for one in helpers]).select_related("person")
            self.fields["helper"].queryset = mine  # type: ignore[attr-defined]
            self.fields["helper"].widget.attrs["class"] = "ch-narrow-select"
        self.fields["on"].initial = on
        self.fields["given"].widget.attrs["class"] = "ch-narrow-select"

    @property
    def has_gift(self) -> bool:
        """Return whether anything of the gift is filled in, or wrong."""
        return any(self[name].value() or self[name].errors for name in ("given", "amount"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        helper = self.own_helper or cleaned.get("helper")
        cleaned["helper"] = helper
        day, given, amount = cleaned.get("on"), cleaned.get("given"), cleaned.get("amount")
        if day and day > self.day:
            self.add_error("on", str(NOT_YET))
        elif day and helper and (day < helper.from_on or (helper.to_on and day > helper.to_on)):
            self.add_error("on", _("这一天不在帮扶的日子里，请核对。"))
        if given and amount is None and "amount" not in self.errors:
            self.add_error("amount", _("还没有填金额。"))
        elif amount is not None and not amount:
            self.add_error("amount", _("金额要大于 0；没有送的，请选“没有”。"))
        elif amount is not None and not given:
            self.add_error("given", _("请选是慰问金还是物品。"))
        return cleaned


class CorrectionForm(ContactForm):
    """A contact as it should stand, and why."""

    why = ReasonField(label=gettext_lazy("为什么更正"))


class EndForm(SparingForm):
    """What came of it."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("成效"),
        choices=Pairing.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("还没有选。")},
    )
    ended_on = DayField(label=gettext_lazy("哪天结束"))
    why = ReasonField(label=gettext_lazy("说明"), help_text=gettext_lazy("帮成了什么，或者为什么结束。加密保存。"))

    def __init__(self, *args: Any, pairing: Pairing, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairing, self.on = pairing, on
        self.fields["ended_on"].initial = on

    def clean_ended_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["ended_on"]
        if day > self.on:
            raise forms.ValidationError(NOT_YET)
        if day < self.pairing.started_on:
            raise forms.ValidationError(_("早于结对的日子，请核对。"))
        return day


class PairingFilter(forms.Form):
    """Which pairings are shown."""

    SHOWS = (("", gettext_lazy("全部")), ("running", gettext_lazy("帮扶中")), ("ended", gettext_lazy("已结束")))
    QUIET = (
        ("", gettext_lazy("多久没联系：不限")),
        ("due", gettext_lazy("该联系了")),
        ("30", gettext_lazy("30 天以上")),
        ("90", gettext_lazy("90 天以上")),
    )

    q = forms.CharField(label=gettext_lazy("姓名"), required=False, max_length=60)
    show = forms.ChoiceField(choices=SHOWS, required=False)
    quiet = forms.ChoiceField(label=gettext_lazy("多久没联系"), choices=QUIET, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "placeholder": _("姓名或拼音首字母")})

    def value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    @property
    def shown(self) -> str:
        return self.value("show")

    def filter(self, pairings: Any, on: dt.date) -> Any:
        """Return the pairings asked for. How long nobody was in touch is a question about running ones."""
        if words := self.value("q"):
            pairings = pairings.filter(case__person__in=Person.objects.found_by(words))
        if quiet := self.value("quiet"):
            pairings = pairings.running().since(on).filter(since_on__lte=quiet_since(quiet, on))
        if self.shown == "running":
            return pairings.running()
        return pairings.ended() if self.shown == "ended" else pairings


def quiet_since(quiet: str, on: dt.date) -> dt.date:
    """Return the last day that is long enough ago."""
    if quiet == "due":
        settings = Settings(on)
        return on + settings.days(DUE_SOON_EVENT) - settings.days(PAIRING_CONTACT)
    return on - dt.timedelta(days=int(quiet))
