"""The verbs of duties: say why one could not be done, take that back, set a number from a day on."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import DAY
from carehub.duties.duty import DutyKey
from carehub.duties.models import Excuse, RuleSetting
from carehub.duties.settings import SETTINGS, forget_reading


@transaction.atomic
def excuse(key: DutyKey, *, reason: str, until_on: dt.date, by: Any, on: dt.date, path: str = "") -> Excuse:
    """Put down why a duty could not be done; an earlier excuse ends the day before, one of the same day is replaced."""
    reason = reason.strip()
    if not reason:
        raise ValueError(_("请写明原因。"))
    if until_on < on:
        raise ValueError(_("有效期已经过了。请选今天或以后的日期。"))
    _standing(key).filter(made_on__lt=on, until_on__gte=on).update(until_on=on - DAY)
    made, _created = Excuse.objects.update_or_create(
        **_names(key), made_on=on, withdrawn_at=None, defaults={"reason": reason, "until_on": until_on, "by": by}
    )
    record(Action.CHANGE, by=by, target=made, path=path, what="excuse", duty=str(key), until=str(until_on))
    return made


@transaction.atomic
def withdraw_excuse(key: DutyKey, *, by: Any, on: dt.date, path: str = "") -> bool:
    """Take the excuse in force back, so that the duty stands again; return whether there was one."""
    made = _standing(key).in_force(on).select_for_update().first()
    if made is None:
        return False
    made.withdrawn_at = timezone.now()
    made.save(update_fields=["withdrawn_at"])
    record(Action.CHANGE, by=by, target=made, path=path, what="withdraw excuse", duty=str(key))
    return True


@transaction.atomic
def set_rule(name: str, value: str, *, by: Any, on: dt.date) -> RuleSetting:
    """Add a setting that holds from a day on: added, never edited, so a past period keeps the rule of its time."""
    if name not in SETTINGS or not SETTINGS[name].fits(value):
        raise ValueError(_("设置“%(name)s”不能是“%(value)s”。") % {"name": name, "value": value})
    if RuleSetting.objects.filter(name=name, from_on=on).exists():
        raise ValueError(_("设置“%(name)s”在这一天已经登记过。请选另一天。") % {"name": name})
    setting = RuleSetting.objects.create(name=name, value=value, from_on=on, by=by)
    forget_reading()
    record(Action.CHANGE, by=by, target=setting, what="rule setting", name=name, value=value, on=str(on))
    return setting


@transaction.atomic
def take_rule_back(*, setting: RuleSetting, by: Any) -> bool:
    """Take a setting away that the platform put down by itself, as long as it is the only one of its name."""
    if RuleSetting.objects.filter(name=setting.name).exclude(pk=setting.pk).exists():
        return False
    detail = {"name": setting.name, "value": setting.value, "on": str(setting.from_on)}
    record(Action.CHANGE, by=by, target=setting, what="take rule back", **detail)
    setting.delete()
    forget_reading()
    return True


def _names(key: DutyKey) -> dict[str, Any]:
    return {"rule": key.rule, "window": key.window, "owner_id": key.owner_id, "subject_id": key.subject_id}


def _standing(key: DutyKey) -> Any:
    return Excuse.objects.filter(**_names(key), withdrawn_at=None)
