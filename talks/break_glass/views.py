"""Pages of break-glass: ask, decide, read while it runs, and what the talker is told."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from talks.break_glass.actions import Decided, ask_for_text, decide, may_ask_for, read_text, withdraw_request
from talks.break_glass.forms import AnswerForm, AskForm
from talks.history import name_of
from talks.models import Talk, TextRequest

PAGE = 50


@guard("text_request", "e", "a")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show what waits for the visitor's decision, what runs until when, and what was."""
    now, user = timezone.now(), request.user
    waiting = TextRequest.objects.decidable_by(user).undecided(now).ready().order_by("pk")
    seen = TextRequest.objects.visible_to(user).ready().order_by("-pk")
    others = seen.filter(~Q(pk__in=[one.pk for one in waiting]))
    page = Paginator(others, PAGE).get_page(request.GET.get("page"))
    rows = [(one, *one.look(now)) for one in page]
    context = {"waiting": waiting, "rows": rows, "page": page, "asks": viewer_of(user).may("text_request", "e")}
    return render(request, "talks/break_glass/list.html", context)


@guard("text_request", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, talk: int) -> HttpResponse:
    """Ask to read the words of one talk; the page says beforehand that the talker will be told."""
    found = get_object_or_404(Talk.objects.visible_to(request.user).select_related("talker", "organization"), pk=talk)
    if not found.line:
        raise Http404
    if not may_ask_for(request.user, found):
        raise PermissionDenied(_("应急查阅由组织部负责人申请；自己参加的谈话不能申请。"))
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(ask_for_text(talk=found, by=request.user, **form.cleaned_data))
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "talks/break_glass/new.html", {"talk": found, "form": form})


@guard("text_request", "v")
@require_GET
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: who, which talk, why, decided by whom, read how often; never the words."""
    return _page(request, _found(request, pk))


@guard("text_request", "a")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree or not."""
    found, form = _found(request, pk), AnswerForm(request.POST)
    if not TextRequest.objects.decidable_by(request.user).filter(pk=found.pk).exists():
        raise PermissionDenied(_("申请人、谈话人和在场的人都不能批复这份申请。"))
    if not form.is_valid():
        return _page(request, found, form=form)
    approve, words = form.cleaned_data["decision"], form.cleaned_data["answer"]
    try:
        decide(asked=found, approve=approve, answer=words, by=request.user)
    except Decided as decided:
        return _page(request, decided.request, conflict=True, typed=words)
    messages.success(request, _("已同意，并已告知谈话人。") if approve else _("已批复不同意，申请人会收到消息。"))
    return redirect(found)


@guard("text_request", "e")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the request back."""
    found = _found(request, pk)
    try:
        withdraw_request(asked=found, by=request.user)
    except Decided as decided:
        return _page(request, decided.request, conflict=True)
    messages.success(request, _("申请已撤回。"))
    return redirect(found)


@guard("text_request", "e")
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the words to the requester while the 24 hours run; afterwards there is nothing here."""
    found = _found(request, pk)
    if found.requester_id != request.user.pk:
        raise PermissionDenied(_("只有申请人本人可以看。"))
    words = read_text(asked=found, by=request.user)
    if words is None:
        raise Http404
    return _page(request, _found(request, pk), words=words)


def _found(request: HttpRequest, pk: int) -> TextRequest:
    return get_object_or_404(TextRequest.objects.visible_to(request.user).ready(), pk=pk)


def _page(request: HttpRequest, found: TextRequest, *, conflict: bool = False, **more: Any) -> HttpResponse:
    now, user = timezone.now(), request.user
    mine = found.requester_id == user.pk
    undecided = found.is_undecided(now)
    may_decide = undecided and TextRequest.objects.decidable_by(user).filter(pk=found.pk).exists()
    context = {
        "asked": found,
        "look": found.look(now),
        "mine": mine,
        "is_talker": found.talk.talker_id == viewer_of(user).person_id,
        "may_withdraw": mine and undecided,
        "may_decide": may_decide,
        "may_read": mine and found.is_running(now) and viewer_of(user).may("text_request", "e"),
        "requester": name_of(found.requester),
        "decider": name_of(found.decided_by),
        "people": list(found.talk.people.order_by("pinyin").values_list("name", flat=True)),
        "conflict": conflict,
    }
    context |= {"form": AnswerForm()} | more
    response = render(request, "talks/break_glass/request.html", context, status=409 if conflict else 200)
    add_never_cache_headers(response)
    return response
