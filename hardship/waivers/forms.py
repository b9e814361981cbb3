"""The forms of a waiver: what is applied for, why it ends."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.duties.settings import WAIVER_MONTHS, Settings
from hardship.models import Waiver, WaiverMonth
from hardship.models.waiver import months_between
from hardship.money import CENT, MoneyField
from hardship.steps import WhyForm
from hardship.waivers.dues import reckon
from members.models import Person
from members.roles_forms import DayField, OnceForm, ReasonField

FARTHEST_MONTHS = 12
MONTH = re.compile(r"\s*(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?\s*")


class MonthField(forms.CharField):
    """A month: picked, or typed 2027-01 or 2027年1月; kept as its first day."""

    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        look = forms.TextInput(attrs={"type": "month", "class": "ch-narrow-select"})
        missing = {"required": gettext_lazy("还没有选月份。")}
        super().__init__(label=label, max_length=20, widget=look, error_messages=missing, **kwargs)

    def clean(self, value: Any) -> dt.date:
        match = MONTH.fullmatch(super().clean(value))
        if not match or not 1 <= int(match[2]) <= 12 or not 2000 <= int(match[1]) <= 2999:
            raise forms.ValidationError(_("月份读不出来。请写成 2027-01。"))
        return dt.date(int(match[1]), int(match[2]), 1)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, dt.date) else value


class WaiverForm(OnceForm):
    """What somebody applies for, in the words of the paper form."""

    kind = forms.ChoiceField(
        label=gettext_lazy("申请少交还是免交"),
        choices=Waiver.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("还没有选。请点少交或免交。")},
    )
    dues = forms.ChoiceField(label=gettext_lazy("现在的党费按什么算"), choices=Waiver.Dues.choices)
    income = MoneyField(
        label=gettext_lazy("月收入，元"),
        required=False,
        help_text=gettext_lazy("在职写税后月工资，离退休写每月离退休费。只给审批的各级看。"),
    )
    standard = MoneyField(
        label=gettext_lazy("应交月额，元"),
        required=False,
        help_text=gettext_lazy("空着就按月收入算出来；支部今年核定过的，填核定数。"),
    )
    new_amount = MoneyField(
        label=gettext_lazy("减免后每月交，元"), required=False, help_text=gettext_lazy("免交的不用填。")
    )
    first_month = MonthField(label=gettext_lazy("从哪个月起"))
    last_month = MonthField(label=gettext_lazy("到哪个月止"))
    cause = forms.ChoiceField(
        label=gettext_lazy("事由"),
        choices=[("", gettext_lazy("请选择")), *Waiver.Cause.choices],
        error_messages={"required": gettext_lazy("还没有选事由。")},
    )
    reason = ReasonField(
        label=gettext_lazy("具体情况"), help_text=gettext_lazy("一两句话，说清为什么交纳有困难。加密保存。")
    )
    consent = forms.BooleanField(
        label=gettext_lazy("同意支部、总支和党委为审批查看我填写的困难情况和收入"),
        error_messages={"required": gettext_lazy("要先同意，各级才能看到材料、才能审批。")},
    )

    def __init__(self, *args: Any, person: Person, on: dt.date, waiver: Waiver | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.on, self.waiver = person, on, waiver

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._count_the_dues(cleaned)
        if cleaned.get("standard") is not None:
            self._compare(cleaned)
        if "first_month" in cleaned and "last_month" in cleaned:
            self._check_months(cleaned["first_month"], cleaned["last_month"])
        return cleaned

    def _count_the_dues(self, cleaned: dict[str, Any]) -> None:
        """Fill in what is due, by the bands, where nobody put it down."""
        if cleaned.get("standard") is None and "standard" not in self.errors and "income" not in self.errors:
            found = reckon(cleaned.get("dues", ""), cleaned.get("income"), self.on)
            if found is None:
                self.add_error("income", _("还没有填。请填月收入，或直接填应交月额。"))
            else:
                cleaned["standard"] = found.amount
        if cleaned.get("standard") == 0:
            self.add_error("standard", _("应交月额是 0，不用申请减免。"))

    def _compare(self, cleaned: dict[str, Any]) -> None:
        """Hold the new amount below what is due; 免交 pays nothing."""
        standard, new = cleaned["standard"], cleaned.get("new_amount")
        if cleaned.get("kind") == Waiver.Kind.EXEMPTION:
            cleaned["new_amount"] = Decimal(0)
        elif "new_amount" in self.errors:
            return
        elif new is None or new == 0:
            self.add_error("new_amount", _("还没有填减免后每月交多少。全免请点免交。"))
        elif new >= standard:
            words = _("%(new)s 元不比应交的 %(due)s 元少。请填 0.01 至 %(most)s；全免请点免交。")
            self.add_error(
                "new_amount",
                words % {"new": f"{new:,.2f}", "due": f"{standard:,.2f}", "most": f"{standard - CENT:,.2f}"},
            )

    def _check_months(self, first: dt.date, last: dt.date) -> None:
        most = Settings(self.on)[WAIVER_MONTHS]
        if last < first:
            self.add_error("last_month", _("比开始的月份还早。请选同一个月或以后的月份。"))
        elif most and months_between(first, last) > int(most):
            self.add_error("last_month", _("一次最长 %s 个月，到期可以续办。") % int(most))
        if first < self.on.replace(day=1):
            self.add_error("first_month", _("这个月已经过了。请从本月或以后的月份起。"))
        elif months_between(self.on, first) > FARTHEST_MONTHS + 1:
            self.add_error("first_month", _("太远了。请选一年以内的月份。"))
        elif taken := WaiverMonth.objects.filter(person=self.person, month__range=(first, last)).first():
            self.add_error(
                "first_month",
                _("%s已经批准过减免，不能重叠。请从它到期以后的月份起。") % f"{taken.month:%Y}年{taken.month.month}月",
            )


class PaperForm(WaiverForm):
    """The same, entered by an officer from a signed paper."""

    signed_on = DayField(label=gettext_lazy("本人签字的日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = _("本人已在书面申请上签字，并同意各级为审批查看困难情况和收入")

    def clean_signed_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["signed_on"]
        if day > self.on:
            raise forms.ValidationError(_("这一天还没有到。"))
        return day


class RevokeForm(WhyForm):
    """From which month on a waiver no longer holds."""

    from_month = MonthField(label=gettext_lazy("从哪个月起恢复按标准交纳"))

    def __init__(self, *args: Any, waiver: Waiver, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiver, self.on = waiver, on

    def clean_from_month(self) -> dt.date:
        month: dt.date = self.cleaned_data["from_month"]
        if month < self.on.replace(day=1):
            raise forms.ValidationError(_("这个月已经过了。请从本月或以后的月份起。"))
        if not self.waiver.first_month <= month <= self.waiver.last_month:
            raise forms.ValidationError(_("这个月不在减免期限里（%s）。") % self.waiver.span_words)
        return month
