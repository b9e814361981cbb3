"""Pages of talks: list, record, correct, withdraw."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import today
from talks.actions import Overtaken, correct_talk, log_talk, may_change, withdraw_talk
from talks.drafting import aside, prefilled
from talks.forms import CorrectionForm, TalkForm, WithdrawalForm
from talks.history import history_of, name_of
from talks.lists import TalkFilter, grace_on, line_of, lines
from talks.models import Talk
from talks.owing import progress_after, rows_of, settled_by_talk
from talks.panels import who_sees
from talks.picking import options
from talks.text import keeps_text, may_read

PAGE = 50
NOT_YOURS = "这条记录由谈话人、记录人或所属党组织的书记、委员更正。请与他们联系。"


@guard("talk", "v", "F")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the talks in scope."""
    on = today()
    form = TalkFilter(request.GET, user=request.user, on=on)
    talks = form.filter(Talk.objects.visible_to(request.user)).with_people().newest_first()
    page = Paginator(talks, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "lines": lines(page, request.user, on), "query": query.urlencode()}
    return render(request, "talks/list.html", context | {"may_record": viewer_of(request.user).may("talk", "e")})


@guard("talk", "v", "F")
@require_GET
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one talk: the fact to all in scope, the words to the talker and the recorder only."""
    found = get_object_or_404(Talk.objects.visible_to(request.user).with_people(), pk=pk)
    on = today()
    line = line_of(found, viewer_of(request.user), request.user, grace_on(on))
    words = found.line if may_read(request.user, found) else ""
    if words:
        record(Action.READ, by=request.user, target=found, path=found.path, what="talk-text")
    shown = {person.pk for person in line.people}
    context = {
        "talk": found,
        "line": line,
        "words": words,
        "keeps_text": keeps_text(on),
        "settled": rows_of([d for d in settled_by_talk(found, on) if d.person_id in shown], found.entered_on),
        "recorder": name_of(found.recorded_by),
        "history": history_of(found, line.people),
        "witnesses": who_sees(found.path, line.people, on),
        "may_change": may_change(request.user, found),
    }
    return render(request, "talks/talk.html", context)


@guard("talk", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Record a talk in thirty seconds."""
    on = today()
    if request.method == "GET":
        form = TalkForm(user=request.user, on=on, initial=prefilled(request.user, request.GET, on))
    else:
        form = TalkForm(request.POST, user=request.user, on=on)
        if form.is_valid() and (logged := _logged(request, form)):
            return _after_saving(request, logged)
    return render(request, "talks/new.html", _form_context(request, form) | {"next": _safe_next(request)})


@guard("talk", "e")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List who can be chosen for what was typed."""
    form = TalkForm(request.GET, user=request.user, on=today())
    return render(request, "talks/_options.html", {"options": _options(form, request.GET.get("q", "")[:60])})


@guard("talk", "e")
@require_POST
def settles(request: HttpRequest) -> HttpResponse:
    """Show what the talk would settle as it stands in the form, and who will see it."""
    form = TalkForm(request.POST, user=request.user, on=today())
    return render(request, "talks/_aside.html", aside(form) | {"is_fragment": True})


@guard("talk", "e")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a recorded talk, with a reason."""
    found = _changeable(request, pk)
    reader = may_read(request.user, found)
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(data, user=request.user, on=today(), talk=found, may_read=reader)
    if data is not None and form.is_valid():
        try:
            deed = form.deed() | {"because": form.cleaned_data["because"]}
            correct_talk(talk=found, by=request.user, on=today(), **deed)
        except Overtaken as overtaken:
            return _conflict(request, overtaken, form.cleaned_data["because"])
        except ValidationError as refused:
            _show(form, refused)
        else:
            messages.success(request, _("已更正。原来的内容和原因留在记录里。"))
            return redirect(found)
    return render(request, "talks/correct.html", _form_context(request, form) | {"talk": found})


@guard("talk", "e")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a talk back, with a reason."""
    found = _changeable(request, pk)
    form = WithdrawalForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_talk(talk=found, by=request.user, **form.cleaned_data)
        except Overtaken as overtaken:
            return _conflict(request, overtaken, form.cleaned_data["because"])
        messages.success(request, _("已撤回。这次谈话不再算数，有关任务已恢复为未办。"))
        return redirect(found)
    context = {"talk": found, "form": form, "settled": settled_by_talk(found, today())}
    return render(request, "talks/withdraw.html", context)


def _logged(request: HttpRequest, form: TalkForm) -> Talk | None:
    if form.talker_person is None:
        return None
    try:
        return log_talk(
            talker=form.talker_person,
            once_key=form.cleaned_data["once_key"],
            by=request.user,
            on=today(),
            **form.deed(),
        )
    except ValidationError as refused:
        _show(form, refused)
        return None


def _show(form: TalkForm, refused: ValidationError) -> None:
    """Put what the action refused beside the field that it is about."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _after_saving(request: HttpRequest, logged: Talk) -> HttpResponse:
    done = progress_after(logged, today())
    saved = _("已保存，完成 %(n)s 项任务。") % {"n": len(done.duties)} if done else _("已保存。")
    left = _("%(title)s还剩 %(n)s 人。") % {"title": done.title, "n": len(done.left)} if done else ""
    undo = reverse("talks:withdraw", args=[logged.pk])
    words = '<b>{}</b>{}　<a class="ch-link" href="{}">{}</a>'
    messages.success(request, format_html(words, saved, left, undo, _("撤销")))
    if "again" in request.POST:
        return redirect("talks:new")
    return redirect(_safe_next(request) or logged.get_absolute_url())


def _safe_next(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()) else ""


def _form_context(request: HttpRequest, form: TalkForm) -> dict[str, Any]:
    return {"form": form, "options": _options(form, ""), "keeps_text": keeps_text(form.on)} | aside(form)


def _options(form: TalkForm, words: str) -> list[Any]:
    if form.talker_person is None:
        return []
    chosen = [person.pk for person in form.picked]
    return options(
        user=form.user, talker=form.talker_person, words=words, chosen=chosen, held_on=form.held_day, on=form.on
    )


def _changeable(request: HttpRequest, pk: int) -> Talk:
    found = get_object_or_404(Talk.objects.visible_to(request.user).select_related("talker", "organization"), pk=pk)
    if not may_change(request.user, found):
        raise PermissionDenied(_(NOT_YOURS))
    if found.withdrawn_at and request.method == "GET":
        raise PermissionDenied(_("这次谈话已经撤回，不能再更正。确实谈过，请重新记录。"))
    return found


def _conflict(request: HttpRequest, overtaken: Overtaken, because: str) -> HttpResponse:
    last = overtaken.last
    by = name_of(last.by) if last else ""
    context = {"talk": overtaken.talk, "last": last, "last_by": by, "because": because}
    return render(request, "talks/conflict.html", context, status=409)
