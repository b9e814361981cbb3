"""What a full value is wanted for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from carehub.reveals.models import Purpose

NO_KEY = _("表单不完整，请再点一次。")


class RevealForm(forms.Form):
    """One purpose from the list and no free words: the person concerned reads it, and the trail keeps it for ever."""

    purpose = forms.ChoiceField(
        label=_("看完整号码，做什么用"),
        choices=[("", _("请选择")), *Purpose.choices],
        error_messages={
            "required": _("还没有选用途。请选一项再查看。"),
            "invalid_choice": _("没有这个用途。请从列表里选一项。"),
        },
    )
    once_key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": NO_KEY, "invalid": NO_KEY},
    )
