"""The roster, the tree of organisations, an organisation, and the look-up box."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from carehub.reveals.actions import Stale, TooMany, allow_full_export
from carehub.reveals.forms import RevealForm
from carehub.reveals.models import Purpose
from carehub.sheets.writing import file_name, ledger_response, write_ledger
from members.forms import PeopleForm
from members.gaps import GAPS, conditions, counts_of, people_kept_by
from members.models import ChangeRequest, Organization, Oversight, Person
from members.panels import scope_words, spans_of
from members.roles import RESTRICTED
from members.sheets import roster_ledger
from members.tree import Branching, needs_secretary, offices_of, openable, secretaries_of, tree_of

PAGE, FOUND, SHOWN_MEMBERS = 50, 8, 60
LIST_FIELDS = (
    "name", "number", "category", "occupation", "joined_on", "joined_precision", "confirmed_on", "confirmed_precision",
    "verify_since_on", "lost_contact_on", "is_floating", "suspended_on", "died_on", "left_party_on",
    "organization__name", "organization__short_name", "organization__path",
)  # fmt: skip


@guard("person", "v")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Show the people of the viewer's scope, 50 a page."""
    form = PeopleForm(request.GET, request.user)
    found = form.filter(Person.objects.visible_to(request.user)).select_related("organization").only(*LIST_FIELDS)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    viewer = viewer_of(request.user)
    may_export, may_export_full = viewer.may("person", "x"), viewer.may("person", "X")
    context = {"form": form, "page": page, "asked": asked.urlencode(), "may_export": may_export}
    context |= {"may_export_full": may_export_full, "may_fill": viewer.may("person", "e", "x")}
    if viewer.may("person", "e"):
        context |= {"may_edit": True, "asked_changes": ChangeRequest.objects.visible_to(request.user).waiting().count()}
    is_fragment = bool(getattr(request, "htmx", False))
    return render(request, "members/people.html#list" if is_fragment else "members/people.html", context)


@guard("person", "e", "x")
@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """Show what the roster lacks: how many people of each kind, and one kind's people to work through."""
    counts = counts_of(request.user)
    wanted = request.GET.get("kind", "")
    first = next((gap for gap in GAPS if counts[gap.name]), GAPS[0])
    chosen = next((gap for gap in GAPS if gap.name == wanted), first)
    lacking = people_kept_by(request.user).filter(conditions(viewer_of(request.user))[chosen.name])
    found = lacking.select_related("organization").only(*LIST_FIELDS).order_by("organization__code", "pinyin", "pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "gaps": [(gap, counts[gap.name]) for gap in GAPS],
        "chosen": chosen,
        "page": page,
        "query": f"kind={chosen.name}",
        "may_edit": viewer_of(request.user).may("person", "e"),
        "may_import": viewer_of(request.user).may("roster_import", "e"),
    }
    return render(request, "members/gaps.html", context)


@guard("person", "x")
@require_GET
def export_people(request: HttpRequest) -> HttpResponse:
    """Hand out the same list as a workbook, masked; the trail is written before the first byte."""
    viewer, on = viewer_of(request.user), today()
    form = PeopleForm(request.GET, request.user)
    found = form.filter(Person.objects.exportable_by(request.user))
    scope = str(form.chosen_organization or scope_words(viewer))
    asked = sorted(name for name in form.fields if form.value(name))
    about: dict[str, Any] = {"what": "roster", "rows": found.count(), "filters": asked}
    for path, group in spans_of(viewer.reach("person", "x"), form.chosen_organization):
        part: dict[str, Any] = {"group": group} if group else {}
        event = record_first(Action.EXPORT, by=request.user, path=path, **about, **part)
    data = write_ledger(roster_ledger(found, viewer, on=on, scope=scope), by=viewer.name, at=timezone.now())
    return ledger_response(file_name(scope, _("党员名册"), str(on)), data, after=event)


@guard("person", "X")
@require_http_methods(["GET", "POST"])
def export_people_in_full(request: HttpRequest) -> HttpResponse:
    """Hand out the same list with full numbers, for a purpose that stands on the sheet and in the trail."""
    viewer, on = viewer_of(request.user), today()
    asked = PeopleForm(request.GET, request.user)
    found = asked.filter(Person.objects.exportable_by(request.user, "X"))
    form = RevealForm(request.POST or None)
    scope = str(asked.chosen_organization or scope_words(viewer))
    context = {"form": form, "scope": scope, "count": found.count(), "asked": request.GET.urlencode()}
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "members/people_export.html", context, status=status)
    path, _group = spans_of(viewer.reach("person", "X"), asked.chosen_organization)[0]
    try:
        event = allow_full_export(what="roster", rows=found.count(), by=request.user, path=path, **form.cleaned_data)
    except (TooMany, Stale) as refused:
        context |= {"used_up": isinstance(refused, TooMany), "fresh_key": uuid.uuid4()}
        return render(request, "members/people_export.html", context, status=429 if context["used_up"] else 409)
    purpose = str(Purpose(form.cleaned_data["purpose"]).label)
    ledger = roster_ledger(found, viewer, on=on, scope=scope, full_for=purpose)
    data = write_ledger(ledger, by=viewer.name, at=timezone.now())
    return ledger_response(file_name(scope, _("党员名册（完整号码）"), str(on)), data, after=event)


@guard("person", "v")
@require_GET
def search_people(request: HttpRequest) -> HttpResponse:
    """Return the first names that match, for the box at the top of every page."""
    words = request.GET.get("q", "").strip()[:60]
    found = Person.objects.visible_to(request.user).found_by(words).select_related("organization").by_name()
    matches = found.only("name", "pinyin", "organization__name", "organization__short_name")[: FOUND + 1]
    people = list(matches) if words else []
    context = {"words": words, "people": people[:FOUND], "has_more": len(people) > FOUND}
    return render(request, "members/_found.html", context)


@guard("organization", "v")
@require_GET
def organizations(request: HttpRequest) -> HttpResponse:
    """Show the whole tree in official order, with each secretary, and numbers where the viewer may see the people."""
    shown = Organization.objects.visible_to(request.user).only("name", "short_name", "code", "kind", "path", "parent")
    reach = viewer_of(request.user).reach("person", "v")
    tree = tree_of(shown, Person.objects.visible_to(request.user), reach)
    return render(request, "members/organizations.html", {"tree": tree})


@guard("organization", "v")
@require_GET
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one organisation: who holds which office, what lies above and below, and its people if in reach."""
    viewer, on = viewer_of(request.user), today()
    visible = Organization.objects.visible_to(request.user).select_related("parent__parent")
    shown = get_object_or_404(visible, pk=pk)
    offices = offices_of(shown, on)
    secretaries = secretaries_of(shown)
    inside = viewer.reach("person", "v").covers(shown.access_facts())
    context = {
        "organization": shown,
        "offices": offices,
        "restricted": RESTRICTED,
        "may_edit": viewer.reach("organization", "e").covers(shown.access_facts()),
        "may_hand_over": shown.kind in (Organization.Kind.BRANCH, Organization.Kind.GENERAL_BRANCH)
        and viewer.reach("duty", "v").covers(shown.access_facts()),
        "vacant": needs_secretary(shown) and not offices.has_secretary,
        "overseers": Oversight.objects.in_force(on).filter(organization=shown).select_related("leader"),
        "children": [
            Branching(child, 0, secretaries.get(child.pk, ""), None) for child in shown.children.in_official_order()
        ],
        "people": members_inside(shown) if inside else None,
        "openable": openable(viewer, [post.person for post in (*offices.held, *offices.former)]),
    }
    return render(request, "members/organization.html", context)


def members_inside(organization: Organization) -> dict[str, object]:
    """Return the first people of an organisation by name, and how many there are."""
    people = Person.objects.at_or_below(organization.path or "").by_name()
    return {"first": people.only("name", "category", "occupation")[:SHOWN_MEMBERS], "count": people.count()}
