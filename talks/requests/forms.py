"""The forms of 请求约谈."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.roles_forms import OnceForm


class AskForm(OnceForm):
    words = forms.CharField(
        label=_("想谈什么"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("可以不写，当面再说。加密保存，只有答复您的书记看得到。"),
        error_messages={"max_length": _("太长了，请写在 200 字以内，其余当面说。")},
    )


class AnswerForm(OnceForm):
    answer = forms.CharField(
        label=_("怎么答复"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：周三下午三点，来我办公室。只有本人看得到。"),
        error_messages={"required": _("还没有写。请写什么时候、在哪里谈。")},
    )
