"""The address under which a calendar program finds somebody's plan: secret, shown once, ended at any time."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from carehub.accounts.models import CalendarLink, User
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.sealing import keyed_hash

BYTES = 32


def hash_of(token: str) -> str:
    return keyed_hash(f"calendar:{token}")


@transaction.atomic
def open_link(*, user: Any) -> str:
    """Make a new secret for the account's calendar and return it; the one before ends."""
    token = secrets.token_urlsafe(BYTES)
    CalendarLink.objects.update_or_create(user=user, defaults={"token_hash": hash_of(token), "made_at": timezone.now()})
    record(Action.ACCOUNT, by=user, target=user, what="calendar-link")
    return token


@transaction.atomic
def close_link(*, user: Any) -> bool:
    """End the address; return whether there was one."""
    done = CalendarLink.objects.filter(user=user).delete()[0]
    if done:
        record(Action.ACCOUNT, by=user, target=user, what="calendar-link-end")
    return bool(done)


def link_of(user: Any) -> CalendarLink | None:
    return CalendarLink.objects.filter(user=user).first()


def owner_of(token: str) -> User | None:
    """Return whose calendar a secret opens; nobody's if it was ended or the account is closed."""
    found = CalendarLink.objects.filter(token_hash=hash_of(token), user__is_active=True).select_related("user").first()
    return found.user if found else None
