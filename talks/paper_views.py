"""Pages to print: what to take along to a talk."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from carehub.access.guards import guard
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from members.models import Person
from talks.preparing import preparable, preparation


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
