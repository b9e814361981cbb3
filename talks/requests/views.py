"""Pages of 请求约谈: asking, what waits, one request with its answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard, signed_in
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from members.grants_actions import Refused
from members.models import Person
from members.panels import branch_secretary_of
from members.roles_views import _status
from talks.models import TalkRequest
from talks.preparing import preparable
from talks.requests.actions import answer_request, ask_for_talk, reads_words, withdraw_request
from talks.requests.forms import AnswerForm, AskForm
from talks.requests.panels import waiting_of

ASKED_BEFORE = 20


@signed_in(because="People ask for a talk with themselves, and see what became of it.")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a talk; one at a time, taken back at any time."""
    person = get_object_or_404(Person.objects.select_related("organization"), pk=viewer_of(request.user).person_id)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_talk(person=person, by=request.user, **form.cleaned_data)
            messages.success(request, _("已转告，会有答复。"))
            return redirect("talk-requests:ask")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    own = TalkRequest.objects.filter(person=person).with_names()
    waiting = own.waiting().first()
    before = [one for one in own[:ASKED_BEFORE] if one != waiting]
    held = set(own.held().values_list("pk", flat=True))
    context = {
        "form": form,
        "waiting": waiting,
        "before": [(one, _("谈过了") if one.pk in held else one.get_state_display()) for one in before],
        "secretary": branch_secretary_of(person, today()),
    }
    return render(request, "talks/requests/ask.html", context, status=_status(request))


@signed_in(because="People take their own request back.")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the own request back."""
    own = TalkRequest.objects.filter(person=viewer_of(request.user).person_id)
    if withdraw_request(asked=get_object_or_404(own, pk=pk), by=request.user):
        messages.success(request, _("已撤回。"))
    else:
        messages.info(request, _("这次约谈已经办结，不用撤回。"))
    return redirect("talk-requests:ask")


@guard("talk_request", "a")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List who waits for a talk, the longest wait first."""
    rows = TalkRequest.objects.visible_to(request.user).waiting().with_names().defer("words", "answer")
    waiting = [waiting_of(one, today()) for one in rows.order_by("asked_on", "pk")]
    return render(request, "talks/requests/list.html", {"waiting": waiting})


@guard("talk_request", "a")
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request; say when and where. The words only to the unit's own secretary."""
    asked = get_object_or_404(TalkRequest.objects.visible_to(request.user).with_names(), pk=pk)
    viewer, form = viewer_of(request.user), AnswerForm(request.POST or None)
    may_read = reads_words(asked, request.user)
    if may_read and asked.words:
        record_first(Action.READ, by=request.user, target=asked, path=asked.path, what="talk-request")
    if request.method == "POST" and form.is_valid():
        if answer_request(asked=asked, answer=form.cleaned_data["answer"], by=request.user):
            messages.success(request, _("已告诉本人。谈过以后记录一下，这件事自动办结。"))
        else:
            messages.info(request, _("已经答复过，或者本人撤回了，没有重复。"))
        return redirect("talk-requests:list")
    context = {
        "asked": asked,
        "line": waiting_of(asked, today()),
        "words": asked.words if may_read else "",
        "answer": asked.answer if may_read else "",
        "form": form,
        "is_waiting": TalkRequest.objects.waiting().filter(pk=asked.pk).exists(),
        "may_record": bool(preparable(request.user, [asked.person_id], viewer.on)),
    }
    return render(request, "talks/requests/one.html", context, status=_status(request))
