"""The posts that go through three hands: who holds them, what is proposed, and each step."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import today
from members import roles_actions as actions
from members.grants_actions import Refused
from members.models import OrganizationGrant, Person, Post, RoleProposal
from members.roles import RESTRICTED, Role
from members.roles_forms import AgainForm, EndForm, NoteForm, OfficeForm
from members.roles_pages import hands_of, office_rows, page_of_proposal, what_of

PAGE, FOUND = 20, 20


@guard("account", "v")
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Show what waits for a step, who holds which office today, and what was decided before."""
    seen = seen_by(request).with_names()
    page = Paginator(seen.closed(), PAGE).get_page(request.GET.get("page"))
    on, viewer = today(), viewer_of(request.user)
    context = {
        "waiting": [hands_of(one, request.user) for one in seen.open()],
        "offices": office_rows(on),
        "acting": acting_posts().in_force(on).select_related("person", "organization"),
        "grants": OrganizationGrant.objects.running(on).with_names(),
        "page": page,
        "closed": [(what_of(one), one) for one in page],
        "may_propose": viewer.may("account", "p"),
    }
    return render(request, "members/roles.html", context)


def seen_by(request: HttpRequest) -> Any:
    """Return the proposals in reach; who has none in reach learns nothing of the page either."""
    if not viewer_of(request.user).reach("account", "v").everything:
        raise Http404
    return RoleProposal.objects.visible_to(request.user)


def acting_posts() -> Any:
    return Post.objects.filter(role=Role.SECRETARY, manner=Post.Manner.ACTING)


@guard("account", "p")
@require_http_methods(["GET", "POST"])
def propose_one(request: HttpRequest) -> HttpResponse:
    """Look for a person, then propose an office for him or her."""
    person = chosen_person(request)
    words = request.GET.get("q", "").strip()[:60]
    if person is None:
        found = Person.objects.visible_to(request.user).in_school().found_by(words).by_name() if words else None
        people = found.filter(user__is_active=True).select_related("organization")[:FOUND] if found else []
        return render(request, "members/role_new.html", {"words": words, "people": people}, status=_status(request))
    form = OfficeForm(request.POST or None, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose(person=person, by=request.user, on=today(), **form.cleaned_data)
            messages.success(request, _("已提出，等组织部负责人批准。"))
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/role_new.html", {"form": form, "person": person}, status=_status(request, form))


def _status(request: HttpRequest, form: Any = None) -> int:
    return 422 if request.method == "POST" or (form is not None and form.errors) else 200


def chosen_person(request: HttpRequest, among: Any = None) -> Person | None:
    """Return the person of ?person=, None if nobody in reach (or among these people) was chosen."""
    wanted = request.GET.get("person", "")
    people = Person.objects.visible_to(request.user).in_school() if among is None else among
    people = people.select_related("organization", "user")
    return people.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None


@guard("account", "p")
@require_http_methods(["GET", "POST"])
def propose_its_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose the last day of an office."""
    on = today()
    ending = Q(role__in=RESTRICTED) | Q(role=Role.SECRETARY, manner=Post.Manner.ACTING)
    posts = Post.objects.in_force(on).filter(ending).select_related("person__user", "organization")
    post = get_object_or_404(posts, pk=pk)
    form = EndForm(request.POST or None, on=on)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose_end(post=post, by=request.user, on=on, **form.cleaned_data)
            messages.success(request, _("已提出，等组织部负责人批准。"))
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/role_end.html", {"form": form, "post": post}, status=_status(request, form))


@guard("account", "v")
@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one proposal: its steps, who has it now, and what the visitor may do."""
    one = get_object_or_404(seen_by(request).with_names(), pk=pk)
    return render(request, "members/role.html", page_of_proposal(one, request.user) | {"form": NoteForm()})


@guard("account", "p")
@require_http_methods(["GET", "POST"])
def propose_once_more(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the days or the reason of a returned proposal of one's own."""
    one = get_object_or_404(seen_by(request).with_names().filter(proposed_by=request.user), pk=pk)
    form = AgainForm(request.POST or None, proposal=one)
    context = {"form": form, "proposal": one, "revision": one.revision}
    if request.method == "GET" or not form.is_valid():
        return render(request, "members/role_again.html", context, status=_status(request, form))
    days = {"started_on": form.cleaned_data.get("started_on"), "ended_on": form.cleaned_data["ended_on"]}
    try:
        step = {"proposal": one, "revision": revision_of(request), "by": request.user, "on": today()}
        actions.propose_again(reason=form.cleaned_data["reason"], **days, **step)
    except actions.Overtaken:
        return conflict(request, one)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "members/role_again.html", context, status=422)
    messages.success(request, _("已重新提出，等组织部负责人批准。"))
    return redirect(one)


def revision_of(request: HttpRequest) -> int:
    """Return which revision was on the screen, 0 for a form that did not come from the page."""
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 0


def conflict(request: HttpRequest, one: RoleProposal) -> HttpResponse:
    """Say that somebody else was first and that nothing was done."""
    one = RoleProposal.objects.with_names().get(pk=one.pk)
    return render(request, "members/role_conflict.html", page_of_proposal(one, request.user), status=409)


def step(request: HttpRequest, pk: int, act: Any, said: str, *, note: bool = False, own: bool = False) -> HttpResponse:
    """Take one step; 409 when it was overtaken, 403 when this hand may not, 422 without a reason."""
    seen = seen_by(request).with_names()
    one = get_object_or_404(seen.filter(proposed_by=request.user) if own else seen, pk=pk)
    values: dict[str, Any] = {"proposal": one, "revision": revision_of(request), "by": request.user}
    form = NoteForm(request.POST)
    if note and not form.is_valid():
        context = page_of_proposal(one, request.user) | {"form": form}
        return render(request, "members/role.html", context, status=422)
    try:
        act(**values, **({"note": form.cleaned_data["note"]} if note else {}))
    except actions.Overtaken:
        return conflict(request, one)
    except Refused as refusal:
        raise PermissionDenied(str(refusal)) from None
    messages.success(request, said)
    return redirect(one)


@guard("account", "a")
@require_POST
def approve_one(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, actions.approve, _("已批准，等安全管理员办理。"))


@guard("account", "a")
@require_POST
def decline_one(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, actions.decline, _("已记下不同意，告诉了提出的人。"), note=True)


@guard("account", "a", "e")
@require_POST
def return_one(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, actions.send_back, _("已退回提出的人。"), note=True)


@guard("account", "p")
@require_POST
def withdraw_one(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, actions.take_back, _("已撤回。"), note=True, own=True)


@guard("account", "e")
@require_POST
def carry_out_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Write or end the post; what cannot be done any more is said on the proposal's own page."""
    one = get_object_or_404(seen_by(request).with_names(), pk=pk)
    try:
        actions.check_hand(one, request.user)
    except Refused as refusal:
        raise PermissionDenied(str(refusal)) from None
    try:
        actions.carry_out(proposal=one, revision=revision_of(request), by=request.user, on=today())
    except actions.Overtaken:
        return conflict(request, one)
    except Refused as refusal:
        context = page_of_proposal(one, request.user) | {"form": NoteForm(), "refusal": str(refusal)}
        return render(request, "members/role.html", context, status=422)
    messages.success(request, _("已办理，下一次打开就生效。"))
    return redirect(one)
