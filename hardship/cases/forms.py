"""The forms of the ledger: a registration, a review, an end, a need."""

import datetime as dt
import json
import re
import unicodedata
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hardship.models import Case, Need, Review
from hardship.money import MoneyField
from hardship.steps import WhyForm
from members.models import Person, Post
from members.roles_forms import LONG, DayField, OnceForm, ReasonField
from members.scope import title_of

FAMILY_ROWS = 6
FAMILY = (
    ("relation", gettext_lazy("关系"), 10),
    ("health", gettext_lazy("健康"), 10),
    ("income", gettext_lazy("月收入"), 12),
    ("unit", gettext_lazy("单位"), 30),
)
LIKE_AN_ID = re.compile(r"\d{15}")
LONGEST_HELP = 3  # years
A_FEW = gettext_lazy("请填 1 到 30 之间的人数。")
FARTHEST_REVIEW = 12  # months


class WordsField(forms.CharField):
    """A line of words that is kept sealed."""

    def __init__(self, *, label: Any, longest: int, rows: int = 0, **kwargs: Any) -> None:
        look = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
        wrong = {"max_length": LONG}
        super().__init__(label=label, max_length=longest, required=False, widget=look, error_messages=wrong, **kwargs)


class SparingForm(OnceForm):
    """A form into whose words no ID number goes: domain.md, 6.1."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = value.strip()
                if LIKE_AN_ID.search(unicodedata.normalize("NFKC", value).replace(" ", "")):
                    self.add_error(name, _("请不要写身份证号、银行卡号。"))
        return cleaned


class OwnForm(SparingForm):
    """What a member says when he asks for help himself."""

    categories = forms.MultipleChoiceField(
        label=gettext_lazy("属于哪几类"),
        choices=Case.Category.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("还没有选。至少点一类。")},
    )
    degree = forms.ChoiceField(
        label=gettext_lazy("困难程度"),
        choices=Case.Degree.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("还没有选困难程度。")},
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("主要原因"),
        choices=[("", gettext_lazy("请选择")), *Case.Cause.choices],
        error_messages={"required": gettext_lazy("还没有选原因。")},
    )
    cause_words = ReasonField(label=gettext_lazy("具体情况"), help_text=gettext_lazy("一两句话说清就行。加密保存。"))
    health = WordsField(
        label=gettext_lazy("健康状况"),
        longest=60,
        help_text=gettext_lazy("一句话，例如：慢性病，长期服药。不用交病历。"),
    )
    household = forms.IntegerField(
        label=gettext_lazy("家里几口人"),
        min_value=1,
        max_value=30,
        error_messages={
            "required": gettext_lazy("还没有填家里几口人。"),
            **dict.fromkeys(("invalid", "min_value", "max_value"), A_FEW),
        },
    )
    income_source = WordsField(label=gettext_lazy("主要收入来源"), longest=60)
    income = MoneyField(label=gettext_lazy("家庭人均月收入，元"), required=False)
    income_on = DayField(label=gettext_lazy("收入是哪一天的数"), required=False)
    has_allowance = forms.BooleanField(label=gettext_lazy("享受最低生活保障"), required=False)
    has_preference = forms.BooleanField(label=gettext_lazy("享受优抚、抚恤补助"), required=False)
    is_veteran = forms.BooleanField(label=gettext_lazy("建国前入党、未享受离退休待遇的老党员"), required=False)
    allowances = WordsField(label=gettext_lazy("已享受的补助和帮扶"), longest=200, rows=2)
    consent = forms.BooleanField(
        label=gettext_lazy("同意党支部、党总支和组织部为认定和帮扶查看我填写的情况"),
        error_messages={"required": gettext_lazy("要先同意，才能登记。")},
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        known = json.loads(self.initial.get("family") or "[]")
        for n in range(FAMILY_ROWS):
            row = known[n] if n < len(known) else [""] * len(FAMILY)
            for (name, words, longest), value in zip(FAMILY, row, strict=True):
                label = _("家庭成员%(n)s：%(what)s") % {"n": n + 1, "what": words}
                field = WordsField(label=label, longest=longest, initial=value)
                field.widget.attrs["placeholder"] = words
                self.fields[f"family_{name}_{n + 1}"] = field
        self.fields["income_on"].initial = on
        self.fields["cause"].widget.attrs["class"] = "ch-narrow-select"
        self.fields["household"].widget.attrs["class"] = "ch-narrow-select"

    @property
    def family_rows(self) -> list[list[BoundField]]:
        """Return the fields of the family table, row by row."""
        return [[self[f"family_{name}_{n + 1}"] for name, _words, _most in FAMILY] for n in range(FAMILY_ROWS)]

    @property
    def family_heads(self) -> list[str]:
        return [str(words) for _name, words, _most in FAMILY]

    @property
    def has_family(self) -> bool:
        """Return whether anything of the table is filled in, or wrong."""
        return any(field.value() or field.errors for row in self.family_rows for field in row)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rows = [[cleaned.get(f"family_{name}_{n + 1}", "") for name, _w, _m in FAMILY] for n in range(FAMILY_ROWS)]
        kept = [row for row in rows if any(row)]
        for n, row in enumerate(rows):
            if any(row) and not row[0]:
                self.add_error(f"family_relation_{n + 1}", _("还没有写关系，例如：配偶、长子。不写姓名。"))
        cleaned["family"] = json.dumps(kept, ensure_ascii=False) if kept else ""
        self._check_income(cleaned)
        return cleaned

    def _check_income(self, cleaned: dict[str, Any]) -> None:
        """Keep a sum together with its day: 低保线 changes, and so does what is poor."""
        income, day = cleaned.get("income"), cleaned.get("income_on")
        if income is None:
            cleaned["income"], cleaned["income_on"] = "", None
        elif day is None and "income_on" not in self.errors:
            self.add_error("income_on", _("还没有选收入是哪一天的数。"))
        elif day and day > self.on:
            self.add_error("income_on", _("这一天还没有到。"))
        else:
            cleaned["income"] = f"{income:.2f}"
        cleaned.setdefault("help_from_on", None)
        cleaned.setdefault("help_to_on", None)


class CaseForm(OwnForm):
    """The same as the branch registers it, with the time for which help is meant."""

    help_from_on = DayField(label=gettext_lazy("帮扶从哪天起"), required=False)
    help_to_on = DayField(label=gettext_lazy("帮扶到哪天止"), required=False)
    consent_on = DayField(label=gettext_lazy("本人哪天同意的"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = _("本人知道并同意登记，同意党支部、党总支和组织部为认定和帮扶查看这些情况")
        self.fields["consent_on"].initial = self.on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last, agreed = (cleaned.get(name) for name in ("help_from_on", "help_to_on", "consent_on"))
        if first and last and last < first:
            self.add_error("help_to_on", _("比开始的日子还早。"))
        elif first and last and last.year - first.year > LONGEST_HELP:
            self.add_error("help_to_on", _("太远了。最长 %s 年，到期可以再定。") % LONGEST_HELP)
        if agreed and agreed > self.on:
            self.add_error("consent_on", _("这一天还没有到。"))
        return cleaned


class ReviewForm(SparingForm):
    """What somebody found who looked again."""

    on_day = DayField(label=gettext_lazy("哪天复核的"))
    result = forms.ChoiceField(
        label=gettext_lazy("现在怎样"),
        choices=Review.Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("还没有选。")},
    )
    degree = forms.ChoiceField(label=gettext_lazy("困难程度"), choices=Case.Degree.choices)
    income = MoneyField(
        label=gettext_lazy("现在的家庭人均月收入，元"), required=False, help_text=gettext_lazy("没有变就空着。")
    )
    note = WordsField(label=gettext_lazy("情况"), longest=300, rows=2, help_text=gettext_lazy("加密保存。"))
    next_review_on = DayField(
        label=gettext_lazy("下次哪天前复核"),
        required=False,
        help_text=gettext_lazy("空着就按规定的月数；情况在变的，可以约早一点。"),
    )

    def __init__(self, *args: Any, case: Case, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.on = case, on
        self.fields["on_day"].initial, self.fields["degree"].initial = on, case.degree
        self.fields["degree"].widget.attrs["class"] = "ch-narrow-select"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        day, then = cleaned.get("on_day"), cleaned.get("next_review_on")
        if day and day > self.on:
            self.add_error("on_day", _("这一天还没有到。"))
        elif day and self.case.recognised_on and day < self.case.recognised_on:
            self.add_error("on_day", _("早于认定的日子，请核对。"))
        if then and day and not day < then <= day + dt.timedelta(days=31 * FARTHEST_REVIEW):
            self.add_error("next_review_on", _("请选复核以后、一年以内的日子。"))
        income = cleaned.get("income")
        return cleaned | {"on": day, "income": f"{income:.2f}" if income is not None else ""}


class CloseForm(WhyForm, SparingForm):
    """Why a case ends."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("因为"),
        choices=[(one.value, one.label) for one in list(Case.Outcome)[:4]],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("还没有选。")},
    )
    field_order = ["outcome", "why"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = _("说明")


class OwnerForm(SparingForm):
    """Who sees to a need, and until when."""

    owner = forms.ChoiceField(
        label=gettext_lazy("谁来办"),
        error_messages={
            "required": gettext_lazy("还没有选谁来办。"),
            "invalid_choice": gettext_lazy("请从列出的同志里选一位。"),
        },
    )
    due_on = DayField(label=gettext_lazy("什么时候办好"))

    def __init__(self, *args: Any, owners: list[Post], on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.owners = on, {str(post.pk): post for post in owners}
        listed = [(pk, f"{post.person}（{title_of(post)}）") for pk, post in self.owners.items()]
        self.fields["owner"].choices = [("", _("请选择")), *listed]  # type: ignore[attr-defined]
        self.fields["owner"].widget.attrs["class"] = "ch-narrow-select"

    def clean_owner(self) -> Post:
        return self.owners[self.cleaned_data["owner"]]

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if not self.on <= day <= self.on + dt.timedelta(days=731):
            raise forms.ValidationError(_("请选今天以后、两年以内的日子。"))
        return day


class NeedForm(OwnerForm):
    """What is needed, who sees to it, until when."""

    what = ReasonField(label=gettext_lazy("需要什么"), help_text=gettext_lazy("写清要办的事。加密保存。"))
    field_order = ["what", "owner", "due_on"]


class ResultForm(SparingForm):
    """What came of a need."""

    state = forms.ChoiceField(
        label=gettext_lazy("办得怎样"),
        choices=[(one.value, one.label) for one in list(Need.State)[1:]],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("还没有选。")},
    )
    result = ReasonField(label=gettext_lazy("结果"), help_text=gettext_lazy("办不了的，写明原因。"))


class LedgerFilter(forms.Form):
    """Which part of the ledger is shown."""

    SHOWS = (("open", gettext_lazy("在册")), ("steps", gettext_lazy("办理中")), ("closed", gettext_lazy("已结束")))

    q = forms.CharField(label=gettext_lazy("姓名"), required=False, max_length=60)
    show = forms.ChoiceField(choices=SHOWS, required=False)
    degree = forms.ChoiceField(
        label=gettext_lazy("困难程度"), choices=[("", gettext_lazy("各种程度")), *Case.Degree.choices], required=False
    )
    category = forms.ChoiceField(
        label=gettext_lazy("困难类型"), choices=[("", gettext_lazy("各种类型")), *Case.Category.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget = forms.TextInput(
            attrs={"type": "search", "class": "ch-narrow-select", "placeholder": _("姓名或拼音首字母")}
        )

    def value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    @property
    def shown(self) -> str:
        return self.value("show") or "open"

    def filter(self, cases: Any, *, reads_closed: bool) -> Any:
        """Return the cases asked for. Of closed ones only who reads them still may ask for kind and degree."""
        found = {
            "open": cases.recognised, "steps": cases.in_steps, "closed": cases.closed,
        }[self.shown]()  # fmt: skip
        if words := self.value("q"):
            found = found.filter(person__in=Person.objects.found_by(words))
        if self.shown == "closed" and not reads_closed:
            return found
        if degree := self.value("degree"):
            found = found.filter(degree=degree)
        return found.of_category(self.value("category")) if self.value("category") else found
