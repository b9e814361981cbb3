"""The inbox."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from carehub.access.guards import signed_in
from carehub.calendar import today
from carehub.reminders.actions import mark_read
from carehub.reminders.inbox import messages_of, unread_of
from carehub.reminders.models import InboxItem

ITEMS_A_PAGE = 10
OWN = "the messages are the reader's own"


@signed_in(because=OWN)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the reader's messages, unread first."""
    items = InboxItem.objects.visible_to(request.user).unread_first()
    page = Paginator(items, ITEMS_A_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "messages_shown": messages_of(page, request.user), "unread": unread_of(request.user)}
    return render(request, "reminders/inbox.html", shown | {"today": today()})


@signed_in(because=OWN)
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one message among the read ones."""
    item = get_object_or_404(InboxItem.objects.visible_to(request.user), pk=pk)
    mark_read(items=InboxItem.objects.filter(pk=item.pk), by=request.user)
    return redirect("reminders:inbox")


@signed_in(because=OWN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Put every message among the read ones."""
    mark_read(items=InboxItem.objects.all(), by=request.user)
    return redirect("reminders:inbox")


@signed_in(because=OWN)
@require_POST
def open_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message read and go where its work is done."""
    item = get_object_or_404(InboxItem.objects.visible_to(request.user), pk=pk)
    mark_read(items=InboxItem.objects.filter(pk=item.pk), by=request.user)
    return redirect(item.path)
