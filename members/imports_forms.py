"""The form of an upload."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from carehub.access.viewer import Reach, viewer_of
from carehub.sheets.gate import Refused, check_size
from members.importing.base import Importer, importers


def offered_to(user: Any) -> list[type[Importer]]:
    """Return the kinds of file that this account may import; posts and the tree are for the whole school."""
    viewer = viewer_of(user)
    return [kind for kind in importers() if may_bring(viewer.reach(*kind.right), kind)]


def may_bring(reach: Reach, kind: type[Importer]) -> bool:
    return bool(reach) and (reach.everything or not kind.for_whole_school)


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("导入什么"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("工作簿"),
        allow_empty_file=True,
        help_text=_("Excel 工作簿（.xlsx），表头在前 15 行内。"),
        error_messages={"required": _("还没有选文件。请选一份 .xlsx 工作簿。")},
    )
    once_key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("请刷新页面后重新选择。")})

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = offered_to(user)
        self.fields["kind"].choices = [(kind.kind, kind.title) for kind in kinds]  # type: ignore[attr-defined]
        names = [kind.kind for kind in kinds]
        asked = [self.initial.pop("kind", ""), "roster", *names]
        self.fields["kind"].initial = next((name for name in asked if name in names), "")
        self.fields["file"].widget.attrs["accept"] = ".xlsx"

    def clean_file(self) -> UploadedFile:
        """Refuse a file of too many bytes at once; everything else is looked at in the background."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            check_size(file.size or 0)
        except Refused as trouble:
            raise forms.ValidationError(trouble.message) from trouble
        return file
