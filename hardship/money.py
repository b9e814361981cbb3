"""A sum of money as people type it."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

CENT = Decimal("0.01")
MONEY = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d{1,6}(\.\d{1,2})?")


class MoneyField(forms.CharField):
    """A sum in yuan, exact or refused with a reason: 1,000.00, ４６ and 46.5 are read, 1e3 and 三十 are not."""

    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        look = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "ch-narrow-select"})
        super().__init__(label=label, max_length=20, widget=look, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        typed = unicodedata.normalize("NFKC", super().clean(value)).replace("元", "").strip()
        if not typed:
            return None
        if not MONEY.fullmatch(typed):
            raise forms.ValidationError(_("金额读不出来。请写成 46.00，最多两位小数。"))
        return Decimal(typed.replace(",", "")).quantize(CENT)
