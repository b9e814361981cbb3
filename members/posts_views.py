"""Pages of offices: giving one, its last day, who oversees an organisation."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from carehub.access.guards import guard
from carehub.calendar import today
from members import posts_actions as actions
from members.grants_actions import Refused
from members.models import Organization, Oversight, Person, Post
from members.posts_forms import AppointForm, LastDayForm, OverseeForm, TermForm
from members.roles import RESTRICTED
from members.roles_views import FOUND, _status, chosen_person
from members.terms import WITH_TERM, set_term

THREE_HANDS = "这项职务经三人办理，请在“职务办理”里提出。"


@guard("organization", "e")
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for a person, then give an office of this organisation."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    person = chosen_person(request)
    words = request.GET.get("q", "").strip()[:60]
    context: dict[str, Any] = {"organization": organization, "words": words}
    if person is None:
        found = Person.objects.visible_to(request.user).in_school().found_by(words).by_name() if words else None
        context["people"] = found.select_related("organization")[:FOUND] if found else []
        return render(request, "members/post_new.html", context, status=_status(request))
    form = AppointForm(request.POST or None, organization=organization, on=today())
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "once_key"}
        try:
            post = actions.appoint(person=person, organization=organization, by=request.user, **said)
            messages.success(
                request, _("已登记：%(name)s，%(role)s。") % {"name": person.name, "role": post.get_role_display()}
            )
            return redirect(organization)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/post_new.html", context | {"form": form, "person": person}, status=_status(request))


@guard("organization", "e")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the last day of a post that does not go through three hands."""
    posts = Post.objects.in_force(today()).select_related("person", "organization")
    post = get_object_or_404(posts, pk=pk)
    if post.role in RESTRICTED:
        raise PermissionDenied(_(THREE_HANDS))

    def do(ended_on: Any) -> bool:
        return actions.end_post(post=post, ended_on=ended_on, by=request.user)

    what = _("%(name)s：%(role)s") % {"name": post.person.name, "role": post.get_role_display()}
    return _ending(request, post.organization, what, do)


def _ending(request: HttpRequest, organization: Organization, what: str, do: Any) -> HttpResponse:
    form = LastDayForm(request.POST or None, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            done = do(form.cleaned_data["ended_on"])
            messages.success(request, _("已登记。") if done else _("本来就到这一天，没有改动。"))
            return redirect(organization)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "organization": organization, "what": what}
    return render(request, "members/post_end.html", context, status=_status(request))


@guard("organization", "e")
@require_http_methods(["GET", "POST"])
def oversee(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which leader oversees this organisation."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    form = OverseeForm(request.POST or None, on=today())
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "once_key"}
        try:
            actions.oversee(organization=organization, by=request.user, **said)
            messages.success(request, _("已登记分管。"))
            return redirect(organization)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    words = {
        "title": _("登记分管"),
        "heading": _("谁分管%s") % organization,
        "lede": _("分管的校领导每年和这个党组织的书记谈一次。"),
    }
    return _form_page(request, organization, form, words)


@guard("organization", "e")
@require_http_methods(["GET", "POST"])
def end_oversight(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the last day of a 分管."""
    rows = Oversight.objects.in_force(today()).select_related("leader", "organization").exclude(organization=None)
    row = get_object_or_404(rows, pk=pk)

    def do(ended_on: Any) -> bool:
        return actions.end_oversight(oversight=row, ended_on=ended_on, by=request.user)

    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=row.organization_id)
    return _ending(request, organization, _("%(name)s的分管") % {"name": row.leader.name}, do)


@guard("organization", "e")
@require_http_methods(["GET", "POST"])
def term(request: HttpRequest, pk: int) -> HttpResponse:
    """Put down when the present committee was elected: the end of its term follows."""
    rows = Organization.objects.visible_to(request.user).filter(kind__in=WITH_TERM)
    organization, on = get_object_or_404(rows, pk=pk), today()
    form = TermForm(request.POST or None, organization=organization, on=on)
    if request.method == "POST" and form.is_valid():
        elected_on, years = form.cleaned_data["elected_on"], form.cleaned_data["term_years"]
        try:
            done = set_term(organization=organization, elected_on=elected_on, term_years=years, by=request.user, on=on)
            messages.success(request, _("已登记任期。") if done else _("和原来的一样，没有改动。"))
            return redirect(organization)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    words = {
        "title": _("登记任期"),
        "heading": _("%s的任期") % organization,
        "lede": _("届满前会提醒书记按期换届；届满还没有登记新一届，也会告诉上一级书记。"),
    }
    return _form_page(request, organization, form, words)


def _form_page(request: HttpRequest, organization: Organization, form: Any, words: dict[str, str]) -> HttpResponse:
    context = {"form": form, "organization": organization, **words}
    return render(request, "members/organization_form.html", context, status=_status(request))
