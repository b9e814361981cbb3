"""The dated grants: who may see what for a while, besides what the posts give."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import today
from members.grants_actions import Refused, share_file, withdraw_grant
from members.grants_forms import ShareForm
from members.models import OrganizationGrant, Person, PersonGrant
from members.roles_views import FOUND, _status, chosen_person

PAGE, MOST = 20, 500


@guard("grant", "v")
@require_GET
def grants(request: HttpRequest) -> HttpResponse:
    """Show what runs or is to come, and what is over."""
    on = today()
    files, offices = PersonGrant.objects.with_names(), OrganizationGrant.objects.with_names()
    over = sorted([*files.over(on)[:MOST], *offices.over(on)[:MOST]], key=lambda one: one.last_day, reverse=True)
    context = {
        "files": files.standing(on),
        "offices": offices.standing(on),
        "page": Paginator(over, PAGE).get_page(request.GET.get("page")),
        "may_grant": viewer_of(request.user).may("grant", "e"),
    }
    return render(request, "members/grants.html", context)


@guard("grant", "e")
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """Look for a person, then open this one file to somebody until a day."""
    person = chosen_person(request)
    words = request.GET.get("q", "").strip()[:60]
    if person is None:
        found = Person.objects.visible_to(request.user).in_school().found_by(words).by_name() if words else None
        people = found.select_related("organization")[:FOUND] if found else []
        return render(request, "members/grant_new.html", {"words": words, "people": people}, status=_status(request))
    form = ShareForm(request.POST or None, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            made = share_file(person=person, by=request.user, on=today(), **form.cleaned_data)
            told = {"name": made.user.person.name, "whose": person.name}
            messages.success(request, _("已授权%(name)s看%(whose)s的档案。") % told)
            return redirect("grants:list")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/grant_new.html", {"form": form, "person": person}, status=_status(request, form))


@guard("grant", "e")
@require_POST
def end_share(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, get_object_or_404(PersonGrant.objects.with_names(), pk=pk))


@guard("grant", "e")
@require_POST
def end_acting(request: HttpRequest, pk: int) -> HttpResponse:
    return _end(request, get_object_or_404(OrganizationGrant.objects.with_names(), pk=pk))


def _end(request: HttpRequest, grant: Any) -> HttpResponse:
    if withdraw_grant(grant=grant, by=request.user, on=today()):
        messages.success(request, _("已收回，下一次打开就不算数。"))
    else:
        messages.info(request, _("这项授权已经结束，没有重复。"))
    return redirect("grants:list")
