"""Pages to print: what to take along to a talk, and the form that is signed after it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from members.models import Person
from talks.lists import grace_on, line_of
from talks.models import Talk
from talks.preparing import preparable, preparation
from talks.record_form import record_form
from talks.text import may_read


@guard("talk", "e")
@require_GET
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one sheet to take along, for whoever may record a talk with this person; the trail is written first."""
    on = today()
    talker = preparable(request.user, [pk], on).get(pk)
    if talker is None:
        raise Http404(_("没有这个人。"))
    person = get_object_or_404(Person.objects.select_related("organization__parent"), pk=pk)
    record_first(Action.READ, by=request.user, target=person, path=person.path, what="prepare")
    return render(request, "talks/prepare.html", {"sheet": preparation(person, talker, request.user, on)})


@guard("talk", "v", "F")
@require_GET
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one talk as the form that is signed by hand; that it was taken out, and the words, is written down first."""
    user, on = request.user, today()
    found = get_object_or_404(Talk.objects.visible_to(user).with_people(), pk=pk)
    words = found.line if may_read(user, found) else ""
    if words:
        record_first(Action.READ, by=user, target=found, path=found.path, what="talk-text")
    record_first(Action.EXPORT, by=user, target=found, path=found.path, what="talk-form")
    form = record_form(found, line_of(found, viewer_of(user), user, grace_on(on)), words, user, on)
    return render(request, "talks/record_form.html", {"form": form})
