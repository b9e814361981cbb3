"""What belongs to one account alone, or to one organisation: messages, other devices, monthly workbooks."""

from collections.abc import Callable, Iterator
from typing import Any

from carehub.accounts.models import Session
from carehub.reminders.models import InboxItem
from carehub.reports.models import Inspection

Make = Callable[..., Any]


def messages(target: Make) -> Iterator[Any]:
    for row in InboxItem.objects.order_by("pk"):
        yield target(row.pk, made_by=row.recipient_id)


def devices(target: Make) -> Iterator[Any]:
    for row in Session.objects.filter(device="other").order_by("pk"):
        yield target(row.name, made_by=row.user_id)


def inspections(target: Make) -> Iterator[Any]:
    for row in Inspection.objects.select_related("organization").order_by("pk"):
        yield target(row.pk, row.organization)
