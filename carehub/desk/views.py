"""The desk and the page of one duty."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard, signed_in
from carehub.access.viewer import viewer_of
from carehub.calendar import today
from carehub.catalog import RULES
from carehub.desk.forms import ExcuseForm
from carehub.desk.greeting import day_words, greeting
from carehub.desk.helping import helping_of
from carehub.desk.lookup import Found, duty_found
from carehub.desk.office import office_of
from carehub.desk.owing import left_by_vacancies, owing_of
from carehub.duties.actions import excuse, withdraw_excuse
from carehub.duties.models import Excuse
from carehub.frame import front_of
from members.waiting import waiting_for_keeper
from talks.follow_ups.panels import waiting_on
from talks.lists import lines
from talks.models import Talk
from talks.offices import own_ledgers
from talks.preparing import preparable
from talks.requests.panels import waiting_for

RECENT = 5


@signed_in(because="The page shows what waits for the visitor's own posts; who has none goes to the own file.")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show whom the visitor owes today."""
    viewer = viewer_of(request.user)
    owing, office = owing_of(request.user, RULES), office_of(request.user, RULES)
    if owing is None and office is None:
        return redirect(front_of(viewer) or "members:mine")
    context = {
        "greeting": greeting(viewer, timezone.localtime()),
        "day_words": day_words(viewer.on),
        "owing": owing,
        "office": office,
        "titles": {rule.code: rule for rule in RULES},
        "moved_up": left_by_vacancies(viewer, RULES),
        "recent": recent_talks(request),
        "waiting": waiting_on(request.user, viewer.on) if viewer.may("follow_up", "a") else None,
        "asking": waiting_for(request.user),
        "keeping": waiting_for_keeper(request.user),
        "helping": helping_of(request.user),
        "may_record": viewer.may("talk", "e"),
        "preparable": preparable(request.user, owing.people, viewer.on) if owing else {},
        "watches_branches": bool({"GS", "GO"} & set(viewer.personas)),
        "may_overview": bool(viewer.reach("duty", "n", "v").over_others()),
    }
    return render(request, "desk/home.html", context)


def recent_talks(request: HttpRequest) -> list[object]:
    """Return the last talks in the ledgers that the visitor keeps."""
    ledgers = own_ledgers(viewer_of(request.user))
    if not ledgers:
        return []
    talks = Talk.objects.visible_to(request.user).standing().filter(path__in=ledgers).with_people().newest_first()
    return list(lines(talks[:RECENT], request.user, today()))


@guard("duty", "v")
@require_GET
def duty(request: HttpRequest, key: str) -> HttpResponse:
    """Show one duty: in words, by which clause, how its state follows from the days, what proves it."""
    return _duty_page(request, _found(request, key))


@guard("duty", "e")
@require_http_methods(["POST"])
def excuse_duty(request: HttpRequest, key: str) -> HttpResponse:
    """Put down why it could not be done. The same words posted again change nothing."""
    found = _excusable(request, key)
    form = _excuse_form(found, request.POST)
    if not form.is_valid():
        return _duty_page(request, found, form)
    reason, until_on = form.cleaned_data["reason"].strip(), form.cleaned_data["until_on"]
    standing = Excuse.objects.in_force(found.on).filter(**vars(found.key), until_on=until_on)
    if reason not in [known.reason for known in standing]:
        path = found.organization.path or ""
        excuse(found.key, reason=reason, until_on=until_on, by=request.user, on=found.on, path=path)
    messages.success(request, _("已保存说明。到期还没有办，任务会重新列出来。"))
    return redirect("desk:duty", str(found.key))


@guard("duty", "e")
@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take the excuse back."""
    found = _excusable(request, key)
    if withdraw_excuse(found.key, by=request.user, on=found.on, path=found.organization.path or ""):
        messages.success(request, _("已收回说明，任务重新列出来了。"))
    else:
        messages.info(request, _("这项任务现在没有说明，什么也没有改。"))
    return redirect("desk:duty", str(found.key))


def _found(request: HttpRequest, key: str) -> Found:
    found = duty_found(request.user, key, today())
    if found is None:
        raise Http404
    return found


def _excusable(request: HttpRequest, key: str) -> Found:
    found = _found(request, key)
    if not found.is_open:
        raise PermissionDenied(_("这项任务已经办结或不适用，不需要说明。"))
    if not found.may_excuse:
        raise PermissionDenied(_("这项任务由责任人所在党组织的书记或上级说明。请与他们联系。"))
    return found


def _excuse_form(found: Found, data: Any = None) -> ExcuseForm:
    return ExcuseForm(data, on=found.on, due_on=found.duty.due_on, of_event=found.is_event)


def _duty_page(request: HttpRequest, found: Found, form: ExcuseForm | None = None) -> HttpResponse:
    context = {
        "found": found,
        "duty": found.duty,
        "evidence": found.evidence_for(request.user),
        "preparable": preparable(request.user, [found.duty.person_id], found.on) if found.may_record else {},
        "form": form or (_excuse_form(found) if found.may_excuse else None),
        "excuse": Excuse.objects.in_force(found.on).filter(**vars(found.key)).first() if found.is_excused else None,
    }
    return render(request, "desk/duty.html", context, status=422 if form else 200)
