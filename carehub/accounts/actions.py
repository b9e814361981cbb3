"""The verbs of accounts, each with its line in the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from carehub.accounts.models import User
from carehub.accounts.passwords import readable_password
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


@dataclass(frozen=True)
class FirstPassword:
    """A password made for an account, and the hash that stood there when it was made."""

    user_id: int
    password: str
    hashed: str
    instead_of: str


def first_password_for(user: User) -> FirstPassword:
    """Make a password; nothing is written yet, because hashing is slow on purpose and locks nobody out meanwhile."""
    password = readable_password()
    return FirstPassword(user.pk, password, make_password(password), user.password)


@transaction.atomic
def set_first_passwords(made: Iterable[FirstPassword], *, by: Any = None, path: str = "") -> dict[int, str]:
    """Set the passwords and return those set by account; whoever changed the own one meanwhile keeps it."""
    done = {one.user_id: one.password for one in made if _took_effect(one)}
    record(Action.CHANGE, by=by, path=path, what="first passwords", accounts=len(done))
    return done


def _took_effect(one: FirstPassword) -> bool:
    untouched = User.objects.filter(pk=one.user_id, password=one.instead_of, is_active=True)
    return bool(untouched.update(password=one.hashed, must_change_password=True))
