"""The verbs of accounts, each with its line in the audit trail."""

from typing import Any

from django.db import transaction

from carehub.accounts.models import User
from carehub.audit.models import Action
from carehub.audit.trail import record


def note_sign_in(*, by: User) -> None:
    record(Action.LOGIN, by=by, target=by)


def note_sign_out(*, by: Any) -> None:
    record(Action.LOGOUT, by=by, target=by)


def note_sign_in_refused(*, number: str) -> None:
    """Write down a refusal. What was typed is not kept: people type their password into the wrong field."""
    record(Action.LOGIN_FAILED, target=User.objects.filter(number=number.strip()[:32]).first())


@transaction.atomic
def change_own_password(*, by: Any, password: str) -> None:
    """Set a new password; the duty to change the first one ends."""
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    record(Action.CHANGE, by=by, target=by, what="password")


def set_large_type(*, by: Any, on: bool) -> None:
    """Keep the size of type with the account, so that it is there on every machine."""
    by.large_type = on
    by.save(update_fields=["large_type"])
