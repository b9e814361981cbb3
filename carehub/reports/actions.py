"""The verbs of the inspection workbook: ask for one, ask again after a failure, hand it over."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action, AuditEvent
from carehub.audit.trail import record, record_first, record_many
from carehub.calendar import Precision, date_words
from carehub.doorbell import ring
from carehub.reports.facts import month_window
from carehub.reports.models import Inspection
from carehub.sheets.writing import file_name
from members.models import Organization, Person

GUARDED = gettext_lazy("里面有困难党员台账或结对帮扶台账，由党委组织部下载。您可以另生成一份不含它们的。")
BUILD = "carehub.tasks.build_inspection"


@transaction.atomic
def request_inspection(
    *, organization: Organization, month_on: dt.date, by: Any, on: dt.date, once_key: uuid.UUID, later: bool = True
) -> Inspection:
    """Ask for the workbook of a month; the same form sent twice asks once.

    `by` is None for the command line, which builds at once (`later` false) instead of ringing for a worker.
    """
    try:
        with transaction.atomic():
            inspection = Inspection.objects.create(
                organization=organization,
                month_on=month_on,
                counted_on=min(on, month_window(month_on).ends_on),
                requested_by=by,
                requester=viewer_of(by).name if by else _("系统命令"),
                once_key=once_key,
                created_at=timezone.now(),
                file_name=name_of_file(organization, month_on),
            )
    except IntegrityError:
        return asked_before(by, once_key)
    record(Action.EXPORT, by=by, target=inspection, path=organization.path or "", month=f"{month_on:%Y-%m}")
    if later:
        ring(BUILD, inspection.pk)
    return inspection


def asked_before(by: Any, once_key: uuid.UUID) -> Inspection:
    """Return what this very form has asked for already."""
    inspection = Inspection.objects.without_content().get(once_key=once_key)
    if inspection.requested_by_id != getattr(by, "pk", None):
        raise PermissionDenied(_("这张表单已被使用。请刷新页面后重新选择。"))
    return inspection


def name_of_file(organization: Organization, month_on: dt.date) -> str:
    """Return 单位_表名_年度.xlsx, here with the month."""
    return file_name(str(organization), _("激励关怀帮扶督查材料"), date_words(month_on, Precision.MONTH))


@transaction.atomic
def ask_again(*, inspection: Inspection, by: Any) -> bool:
    """Put a workbook that could not be made back into the queue; False if somebody else did already."""
    failed = Inspection.objects.filter(pk=inspection.pk, state=Inspection.State.FAILED)
    if not failed.update(state=Inspection.State.WAITING, attempts=0, progress=0, step="", finished_at=None):
        return False
    record(Action.EXPORT, by=by, target=inspection, path=inspection.organization.path or "", again=True)
    ring(BUILD, inspection.pk)
    return True


class NotTheSame(Exception):
    """The stored bytes are no longer those that were frozen."""


def hand_over(*, inspection: Inspection, by: Any) -> tuple[bytes, AuditEvent]:
    """Return the frozen bytes and the row that says they leave: written before, and if that fails nothing leaves.

    PermissionDenied for who may not export all that stands in it, whoever had it made.
    """
    if not inspection.is_open_to(by):
        raise PermissionDenied(GUARDED)
    content = bytes(inspection.content or b"")
    if hashlib.sha256(content).hexdigest() != inspection.sha256:
        raise NotTheSame(inspection.pk)
    path = inspection.organization.path or ""
    event = record_first(Action.DOWNLOAD, by=by, target=inspection, path=path, sha256=inspection.sha256)
    # Who stands in the ledgers of hardship and of pairing reads in the own file that they left.
    if inspection.people:
        people = Person.objects.filter(pk__in=inspection.people).exclude(user=by)
        record_many(Action.READ, people, by=by, what="inspection")
    return content, event
