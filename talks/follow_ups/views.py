"""Pages of 办理事项: the list, one matter, and what can be done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import today
from talks.follow_ups.actions import (
    NOT_YOURS,
    Overtaken,
    add_follow_up,
    assign_follow_up,
    finish_follow_up,
    may_raise,
    may_return,
    raise_follow_up,
    return_follow_up,
    share_follow_up,
    withdraw_follow_up,
)  # fmt: skip
from talks.follow_ups.forms import AddForm, AssignForm, BecauseForm, FinishForm, ShareForm
from talks.follow_ups.offices import holders, may_ask, next_office, post_words, readers
from talks.follow_ups.panels import rows_of
from talks.models import FollowUp, Talk

PAGE = 50
SHOWN = {
    "do": gettext_lazy("等我办"),
    "elsewhere": gettext_lazy("请人在办"),
    "closed": gettext_lazy("已办结"),
    "own": gettext_lazy("我的事"),
}


@guard("follow_up", "v")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show what waits for the visitor, what others have in hand for him, what is closed, and his own matters."""
    on, shown = today(), request.GET.get("show", "")
    acts = viewer_of(request.user).may("follow_up", "a")
    shown = shown if shown in SHOWN else "do" if acts else "own"
    everything = FollowUp.objects
    found = {
        "do": lambda: everything.waiting_for(request.user).nearest_first(),
        "elsewhere": lambda: everything.elsewhere_for(request.user).nearest_first(),
        "closed": lambda: everything.visible_to(request.user).closed().latest_first(),
        "own": lambda: everything.shared_with(request.user).latest_first(),
    }[shown]()
    page = Paginator(found.with_rights(request.user), PAGE).get_page(request.GET.get("page"))
    tabs = [(code, words) for code, words in SHOWN.items() if acts or code == "own"]
    context = {"page": page, "rows": rows_of(page, on), "shown": shown, "tabs": tabs, "query": f"show={shown}"}
    return render(request, "talks/follow_ups/list.html", context)


@guard("follow_up", "v")
@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one matter: what, who has it, what came of it, and what the visitor can do."""
    return _item_page(request, _found(request, pk))


@guard("follow_up", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, talk: int) -> HttpResponse:
    """Write down what is to be done after a talk."""
    found = get_object_or_404(Talk.objects.visible_to(request.user).with_people(), pk=talk)
    if not may_ask(request.user, found):
        raise PermissionDenied(_("办理事项由谈话所在党组织的书记写；校领导写自己谈话里的。"))
    on, person = today(), viewer_of(request.user).person_id
    form = AddForm(request.POST or None, talk=found, viewer_person=person, on=on)
    if request.method == "POST" and form.is_valid() and (added := _added(request, found, form)):
        return redirect(added)
    return render(request, "talks/follow_ups/new.html", {"talk": found, "form": form})


def _added(request: HttpRequest, talk: Talk, form: AddForm) -> FollowUp | None:
    key, on = form.cleaned_data["once_key"], today()
    try:
        added = add_follow_up(talk=talk, matter=form.asked(), once_key=key, by=request.user, on=on)
    except ValidationError as refused:
        _show(form, refused)
        return None
    messages.success(request, _("已写好。经办人只看到这一件事，看不到谈话。"))
    return added


@guard("follow_up", "a", "e")
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the matter to somebody."""
    found = _found(request, pk)
    person = viewer_of(request.user).person_id
    form = AssignForm(request.POST, item=found, viewer_person=person, on=today())
    return _do(request, found, "assign", form, assign_follow_up, _("已请人办，本人会收到消息。"))


@guard("follow_up", "a", "e")
@require_POST
def hand_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the matter up."""
    found, form = _found(request, pk), BecauseForm(request.POST)
    return _do(request, found, "raise", form, raise_follow_up, _("已移交上级。您仍能看到进展。"))


@guard("follow_up", "a", "e")
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the matter back, or have it done again."""
    found, form = _found(request, pk), BecauseForm(request.POST)
    return _do(request, found, "return", form, return_follow_up, _("已退回，对方会收到消息。"))


@guard("follow_up", "a", "e")
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the matter."""
    found, form = _found(request, pk), FinishForm(request.POST)
    return _do(request, found, "finish", form, finish_follow_up, _("已记下结果，请办的同志会收到消息。"))


@guard("follow_up", "e")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the matter back."""
    found, form = _found(request, pk), BecauseForm(request.POST)
    return _do(request, found, "withdraw", form, withdraw_follow_up, _("已撤回，不再请人办。"))


@guard("follow_up", "e")
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the person see it, or take that back."""
    found, form = _found(request, pk), ShareForm(request.POST)
    return _do(request, found, "share", form, share_follow_up, _("已保存。"))


def _found(request: HttpRequest, pk: int) -> FollowUp:
    return get_object_or_404(FollowUp.objects.visible_to(request.user).with_rights(request.user), pk=pk)


def _do(
    request: HttpRequest, found: FollowUp, verb: str, form: Form, deed: Callable[..., Any], saved: str
) -> HttpResponse:
    """Carry out one deed from a form; what is wrong comes back on the page of the matter, with what was typed."""
    if form.is_valid():
        values = form.deed() if isinstance(form, AssignForm) else form.cleaned_data
        try:
            deed(item=found, by=request.user, on=today(), **values)
        except Overtaken as overtaken:
            context = {"item": found, "last": overtaken.last, "typed": typed_words(values)}
            return render(request, "talks/follow_ups/conflict.html", context, status=409)
        except ValidationError as refused:
            _show(form, refused)
        else:
            messages.success(request, saved)
            still = FollowUp.objects.visible_to(request.user).filter(pk=found.pk).exists()
            return redirect(found if still else "follow-ups:list")
    elif not getattr(found, "is_asked", False) and not (found.is_charged or found.is_assigned):  # type: ignore[attr-defined]
        raise PermissionDenied(_(NOT_YOURS))
    return _item_page(request, found, verb, form)


def typed_words(values: dict[str, Any]) -> str:
    """Return what was typed into a form that could not be saved."""
    return str(values.get("because") or values.get("result") or "")


def _show(form: Form, refused: ValidationError) -> None:
    for name, errors in getattr(refused, "error_dict", {None: refused}).items():
        form.add_error(name if name in form.fields else None, errors)


def _item_page(request: HttpRequest, found: Any, verb: str = "", form: Form | None = None) -> HttpResponse:
    on, viewer = today(), viewer_of(request.user)
    inside = found.is_asked or found.is_charged or found.is_assigned
    inside = inside or found.person_id != viewer.person_id  # handed on from here to the office above
    is_open = found.state == FollowUp.State.OPEN and found.withdrawn_at is None
    talk = Talk.objects.visible_to(request.user).filter(pk=found.talk_id or 0).first() if found.talk_id else None
    fresh = {"version": found.version}
    allowed = {
        "finish": is_open and (found.is_assigned or found.is_charged),
        "assign": is_open and found.is_charged,
        "raise": inside and may_raise(found, on),
        "return": may_return(found) if is_open else found.withdrawn_at is None and (found.is_asked or found.is_charged),
        "withdraw": found.is_asked and found.withdrawn_at is None,
        "share": found.is_asked and found.withdrawn_at is None,
    }
    forms: dict[str, Any] = {name: BecauseForm(initial=fresh) for name in ("raise", "return", "withdraw")}
    forms["finish"] = FinishForm(initial=fresh)
    if allowed["assign"]:
        forms["assign"] = AssignForm(item=found, viewer_person=viewer.person_id, on=on)
    context = {
        "item": found,
        "look": found.look(on),
        "inside": inside,
        "is_open": is_open,
        "talk": talk,
        "allowed": allowed,
        "forms": forms | ({verb: form} if form else {}),
        "verb": verb,
        "office": next_office(found, on) if allowed["raise"] else "",
        "readers": readers(found, on),
        "charge": [post_words(post) for post in holders(found, on)],
        "steps": list(found.steps.select_related("by__person")) if inside else [],
    }
    return render(request, "talks/follow_ups/item.html", context)
