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
from carehub.audit.trail import record_first
from carehub.calendar import today
from members.models import Person
from talks.actions import Overtaken, correct_talk, log_talk, may_change, share_text, withdraw_talk
from talks.break_glass.actions import may_ask_for
from talks.drafting import aside, matter_form, prefilled
from talks.follow_ups.actions import Matter
from talks.follow_ups.offices import may_ask
from talks.follow_ups.panels import rows_from
from talks.forms import CorrectionForm, TalkForm, WithdrawalForm, numbers_of
from talks.history import history_of, name_of
from talks.lists import TalkFilter, grace_on, line_of, lines
from talks.models import Participation, Talk
from talks.owing import progress_after, rows_of, settled_by_talk
from talks.panels import who_sees
from talks.picking import options
from talks.text import is_author, is_talker, keeps_text, may_read

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
    viewer = viewer_of(request.user)
    rights = {"may_record": viewer.may("talk", "e"), "may_open_text": viewer.may("text_request", "e", "a")}
    return render(request, "talks/list.html", context | rights)


@guard("talk", "v", "F")
@require_GET
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one talk: the fact to all in scope, the words to the talker and the recorder only."""
    found = get_object_or_404(Talk.objects.visible_to(request.user).with_people(), pk=pk)
    on = today()
    line = line_of(found, viewer_of(request.user), request.user, grace_on(on))
    words = found.line if may_read(request.user, found) else ""
    may_share = is_talker(viewer_of(request.user), found) and bool(words) and not found.withdrawn_at
    if words:
        record_first(Action.READ, by=request.user, target=found, path=found.path, what="talk-text")
    shown = {person.pk for person in line.people}
    context = {
        "talk": found,
        "line": line,
        "words": words,
        "keeps_text": keeps_text(on),
        "settled": rows_of([d for d in settled_by_talk(found, on) if d.person_id in shown], found.entered_on),
        "recorder": name_of(found.recorded_by),
        "history": history_of(found, line, viewer_of(request.user)),
        "witnesses": who_sees(found.path, line.people, on),
        "may_change": may_change(request.user, found),
        "may_ask": may_ask(request.user, found),
        "may_open": may_ask_for(request.user, found),
        "may_share": may_share,
        "shares": present_of(found) if may_share else [],
        "matters": rows_from(found, request.user, on),
    }
    return render(request, "talks/talk.html", context)


@guard("talk", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Record a talk in thirty seconds."""
    on = today()
    if request.method == "GET":
        form = TalkForm(user=request.user, on=on, initial=prefilled(request.user, request.GET, on))
        matter = matter_form(form)
    else:
        form = TalkForm(request.POST, user=request.user, on=on)
        matter = matter_form(form, request.POST)
        filled = [form.is_valid(), matter is None or matter.is_valid()]
        if all(filled) and (logged := _logged(request, form, matter.asked() if matter else None)):
            return _after_saving(request, logged)
    context = _form_context(request, form) | {"next": _safe_next(request), "matter": matter}
    return render(request, "talks/new.html", context)


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
    matter = matter_form(form, request.POST)
    return render(request, "talks/_aside.html", aside(form) | {"is_fragment": True, "matter": matter})


@guard("talk", "e")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a recorded talk, with a reason."""
    found = _changeable(request, pk)
    reader = is_author(request.user, found)
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


@guard("talk", "v", "F")
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one person who was there read the words, or take that back."""
    found = get_object_or_404(Talk.objects.visible_to(request.user).select_related("talker"), pk=pk)
    if not is_talker(viewer_of(request.user), found):
        raise PermissionDenied(_("谈话要点给不给本人看，由谈话人自己定。"))
    number = next(iter(numbers_of([request.POST.get("person", "")])), 0)
    person = Person.objects.filter(participations__talk=found, pk=number).first()
    shared = request.POST.get("shared") == "yes"
    try:
        if person is None:
            raise ValidationError(_("请选当时在场的一位。"))
        share_text(talk=found, person=person, shared=shared, by=request.user, on=today())
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
    else:
        said = _("%(name)s现在看得到要点。") if shared else _("%(name)s不再看得到要点。")
        messages.success(request, said % {"name": person.name})
    return redirect(found)


def present_of(talk: Talk) -> list[Participation]:
    """Return who was there, by name, with whether the words were shared with each."""
    return sorted(talk.participations.all(), key=lambda one: (one.person.pinyin, one.person_id))


def _logged(request: HttpRequest, form: TalkForm, asking: Matter | None) -> Talk | None:
    if form.talker_person is None:
        return None
    try:
        return log_talk(
            talker=form.talker_person,
            asking=asking,
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
