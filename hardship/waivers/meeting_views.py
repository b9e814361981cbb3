"""Pages of the committee's meeting: put an agenda together, decide all of it on one page, print it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.approvals.machine import Deed, Verb
from carehub.approvals.models import Meeting
from carehub.approvals.pictures import back_to
from carehub.calendar import today
from hardship.models import Waiver
from hardship.models.waiver import months_between
from hardship.steps import note_reading, opinions_of, seen_version
from hardship.waivers import meetings
from hardship.waivers.chain import WAIVERS
from hardship.waivers.dues import reckon
from hardship.waivers.pages import Row, rows_of
from members.kinship import declare
from members.roles_forms import DayField, OnceForm


class MeetingForm(OnceForm):
    """A meeting and what stands on its agenda."""

    title = forms.CharField(
        label=gettext_lazy("会议"), max_length=60, help_text=gettext_lazy("例如：党委会第 21 次会议。"),
        error_messages={"required": gettext_lazy("还没有填会议名称。")},
    )  # fmt: skip
    held_on = DayField(label=gettext_lazy("会议日期"))
    present = forms.CharField(
        label=gettext_lazy("到会"), max_length=300, help_text=gettext_lazy("写到会的委员，或到会人数。"),
        error_messages={"required": gettext_lazy("还没有填到会情况。")},
    )  # fmt: skip
    waivers = forms.MultipleChoiceField(
        label=gettext_lazy("议题"), widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("还没有选。请至少选一项。"),
            "invalid_choice": gettext_lazy("有的申请已经不在这一步，请刷新后再选。"),
        },
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = {str(one.pk): one for one in meetings.waiting_for_a_meeting()}
        names = [(number, one.person.name) for number, one in self.waiting.items()]
        self.fields["waivers"].choices = names  # type: ignore[attr-defined]

    def clean_waivers(self) -> list[Waiver]:
        return [self.waiting[number] for number in dict.fromkeys(self.cleaned_data["waivers"])]


def seen_meetings(request: HttpRequest) -> Any:
    """Return the meetings; only the department and the committee know of them."""
    viewer = viewer_of(request.user)
    if not (viewer.reach("waiver", "v").everything or viewer.may("waiver", "c")):
        raise Http404
    return Meeting.objects.filter(kind=WAIVERS.kind)


@guard("waiver", "v", "c")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the meetings, those that wait for a resolution first, and what waits for a meeting."""
    found = seen_meetings(request).order_by("-closed_at", "-held_on", "-pk")
    context = {
        "open": [m for m in found if m.closed_at is None],
        "closed": [m for m in found[:30] if m.closed_at is not None],
        "waiting": meetings.waiting_for_a_meeting().count(),
        "may_call": viewer_of(request.user).reach("waiver", "e").everything,
    }
    return render(request, "waivers/meetings.html", context)


@guard("waiver", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Put the agenda of a meeting together."""
    if not viewer_of(request.user).reach("waiver", "e").everything:
        raise Http404
    form = MeetingForm(request.POST or None, initial={"held_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = meetings.call_meeting(by=request.user, **form.cleaned_data)
            messages.success(request, _("议题已排好，等党委审批人确认。"))
            return redirect("waivers:meeting", made.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    waiting = rows_of(list(form.waiting.values()), request.user, today())
    status = 422 if request.method == "POST" else 200
    picked = set(request.POST.getlist("waivers")) if form.is_bound else {str(row.waiver.pk) for row in waiting}
    return render(
        request, "waivers/meeting_new.html", {"form": form, "waiting": waiting, "picked": picked}, status=status
    )


@guard("waiver", "v", "c")
@require_GET
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the agenda: one row a request, the file of one open at a time, the resolution below."""
    context = page_of(request, get_object_or_404(seen_meetings(request), pk=pk))
    if (shown := context["open_row"]) is not None:
        note_reading(request, shown.waiver.person, path=shown.waiver.path, what="waiver")
    return render(request, "waivers/meeting.html", context)


def page_of(request: HttpRequest, one: Meeting, *, error: str = "", typed: Any = None) -> dict[str, Any]:
    """Return the agenda as this visitor sees it."""
    on, viewer = today(), viewer_of(request.user)
    items = {item.application_id: item for item in one.items.all()}
    seen = Waiver.objects.visible_to(request.user).filter(application__in=items).with_names()
    rows = sorted(rows_of(list(seen), request.user, on), key=lambda row: items[row.waiver.application_id].place)
    left = [row for row in rows if not items[row.waiver.application_id].decided]
    confirms = viewer.may("waiver", "a") and viewer.may("waiver", "c") and one.made_by_id != request.user.pk
    open_row = next((row for row in rows if str(row.waiver.pk) == request.GET.get("open", "")), None)
    ready = [row for row in left if row.is_mine]
    return {
        "meeting": one,
        "rows": rows,
        "left": left,
        "ready": ready if confirms else [],
        "apart": [row for row in left if not row.is_mine] if confirms else [],
        "confirms": confirms,
        "open_row": open_row,
        "file": file_of(open_row) if open_row else None,
        "number": typed if typed is not None else one.document_number or meetings.next_document(one.held_on.year),
        "minutes": meetings.minutes_of([r.waiver for r in (ready or rows)]),
        "sums": sums_of([row.waiver for row in ready]),
        "error": error,
        "prefix": settings.DOCUMENT_PREFIX,
        "may_change": viewer.reach("waiver", "e").everything and one.closed_at is None,
    }


def file_of(row: Row) -> dict[str, Any]:
    """Return the ground of one request as the committee reads it."""
    whole = Waiver.objects.select_related("application", "person").get(pk=row.waiver.pk)
    income = forms.DecimalField().to_python(whole.income) if whole.income else None
    return {
        "waiver": whole,
        "reckoning": reckon(whole.dues, income, whole.application.submitted_on),
        "opinions": opinions_of(whole.application),
        "back": back_to(whole.application, WAIVERS),
        "before": list(Waiver.objects.filter(person=whole.person_id).approved().exclude(pk=whole.pk).with_names()[:3]),
    }


def sums_of(waivers: Sequence[Waiver]) -> dict[str, Any]:
    """Return by how much the dues are less, each month and over all months."""
    monthly = sum(waiver.saved for waiver in waivers)
    whole = sum(waiver.saved * months_between(waiver.first_month, waiver.last_month) for waiver in waivers)
    return {"monthly": monthly, "whole": whole}


@guard("waiver", "a")
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to the ticked requests under one number."""
    one = _to_confirm(request, pk)
    typed = request.POST.get("number", "").strip()
    if not (typed.isascii() and typed.isdecimal() and 0 < int(typed[:9]) < 10**6 and len(typed) < 7):
        return _again(request, one, _("还没有填文号。请填 1 至 999999 的整数。"), typed)
    try:
        done = meetings.resolve(meeting=one, chosen=_chosen(request), number=int(typed), by=request.user, on=today())
    except Overtaken:
        return render(request, "waivers/meeting_conflict.html", page_of(request, one), status=409)
    except Refused as refusal:
        return _again(request, one, str(refusal), typed)
    messages.success(request, _("已同意 %s 项，告诉了各位申请人。") % len(done))
    return redirect("waivers:meeting", one.pk)


def _again(request: HttpRequest, one: Meeting, error: str, typed: str = "") -> HttpResponse:
    return render(request, "waivers/meeting.html", page_of(request, one, error=error, typed=typed), status=422)


def _to_confirm(request: HttpRequest, pk: int) -> Meeting:
    if not viewer_of(request.user).may("waiver", "c"):
        raise Http404
    found: Meeting = get_object_or_404(seen_meetings(request), pk=pk)
    return found


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Return {application: version shown} of the ticked rows, each posted as 17:4; what is no pair is left out."""
    pairs = [pair.split(":") for pair in request.POST.getlist("chosen")[:500]]
    good = [pair for pair in pairs if len(pair) == 2 and all(part.isdecimal() and len(part) < 10 for part in pair)]
    return {int(application): int(version) for application, version in good}


@guard("waiver", "a")
@require_POST
def except_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Return or decline one request of the agenda with its reason, or stay out of it as a relative."""
    one = _to_confirm(request, pk)
    found = _of_the_agenda(request, one)
    if found is None:
        return _again(request, one, _("请先点开一项申请的材料。"))
    if request.POST.get("verb") == "recuse":
        declare(person_id=viewer_of(request.user).person_id or 0, other_id=found.person_id, by=request.user)
        messages.success(request, _("已记下您与申请人有亲属关系，本项由别的同志办。"))
        return redirect("waivers:meeting", one.pk)
    opinion, back = request.POST.get("opinion", "").strip()[:500], request.POST.get("back", "")
    if len(opinion) < 4:
        return _again(request, one, _("请写明原因，至少 4 个字；本人和各级都看得到。"))
    deed = Deed(Verb.DECLINE) if back == "decline" else Deed(Verb.RETURN, to=_place(back))
    said: dict[str, Any] = {"deed": deed, "opinion": opinion, "seen": seen_version(request)}
    try:
        meetings.except_one(meeting=one, waiver=found, by=request.user, on=today(), **said)
    except Overtaken:
        return render(request, "waivers/meeting_conflict.html", page_of(request, one), status=409)
    except Refused as refusal:
        return _again(request, one, str(refusal))
    messages.success(request, _("已办，告诉了本人和经手的同志。"))
    return redirect("waivers:meeting", one.pk)


def _of_the_agenda(request: HttpRequest, one: Meeting) -> Waiver | None:
    """Return the request that the form names, None for one that is not on this agenda or not in reach."""
    wanted = request.POST.get("waiver", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    seen = Waiver.objects.visible_to(request.user).select_related("application", "person")
    return seen.filter(application__items__meeting=one, pk=int(wanted)).first()


def _place(typed: str) -> int | None:
    return int(typed) if typed in {"-1", *(str(n) for n in range(len(WAIVERS.steps)))} else None


@guard("waiver", "e")
@require_POST
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one request off the agenda."""
    if not viewer_of(request.user).reach("waiver", "e").everything:
        raise Http404
    one = get_object_or_404(seen_meetings(request), pk=pk)
    found = _of_the_agenda(request, one)
    if found is None or one.closed_at is not None:
        return _again(request, one, _("这一项不在还没办完的议题里。"))
    meetings.take_off(meeting=one, application=found.application, by=request.user)
    messages.success(request, _("已从议题里撤下，可以列入下一次会议。"))
    return redirect("waivers:meeting", one.pk)


@guard("waiver", "v", "c")
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the agenda as the committee gets it on paper."""
    return render(request, "waivers/agenda.html", page_of(request, get_object_or_404(seen_meetings(request), pk=pk)))
