"""亲属回避: the own declarations, one more, and taking one back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from carehub.access.guards import signed_in
from carehub.access.viewer import viewer_of
from members.kinship import declare, take_back
from members.models import Kinship, Person
from members.roles_forms import OnceForm


class KinshipForm(OnceForm):
    """Somebody by name and number together: who knows one of them alone learns nothing of the other."""

    name = forms.CharField(
        label=gettext_lazy("亲属姓名"), max_length=60, error_messages={"required": gettext_lazy("还没有填姓名。")}
    )
    number = forms.CharField(
        label=gettext_lazy("工号或学号"),
        max_length=32,
        error_messages={"required": gettext_lazy("还没有填工号或学号。")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        names = {name: cleaned.get(name, "").strip() for name in ("name", "number")}
        found = Person.objects.filter(**names).first() if all(names.values()) else None
        if found is None and not self.errors:
            self.add_error("number", _("没有记下：姓名和工号对不上。请核对后再填，两项都要一致。"))
        cleaned["other"] = found
        return cleaned


@signed_in(because="People declare their own relatives, and see their own declarations.")
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show the own declarations and take one more."""
    own = Kinship.objects.visible_to(request.user).standing().select_related("other__organization")
    form = KinshipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        me, other = viewer_of(request.user).person_id or 0, form.cleaned_data["other"]
        if other.pk == me:
            form.add_error("number", _("这是您本人。本人的申请本来就由别的同志办。"))
        else:
            declare(person_id=me, other_id=other.pk, by=request.user)
            messages.success(request, _("已记下。这位同志的申请办到您这里时，由别的同志办。"))
            return redirect("kinship:list")
    status = 422 if request.method == "POST" else 200
    return render(request, "members/kinship.html", {"form": form, "own": own}, status=status)


@signed_in(because="People take their own declaration back.")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the own declaration back."""
    one = get_object_or_404(Kinship.objects.visible_to(request.user), pk=pk)
    if take_back(one=one, by=request.user):
        messages.success(request, _("已收回。"))
    else:
        messages.info(request, _("这一条是别处记下的或已经收回，没有改。"))
    return redirect("kinship:list")
