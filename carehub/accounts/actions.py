"""The verbs of accounts, each with its line in the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from carehub.accounts.models import Closing, RecoveryCode, SecondFactor, Session, User
from carehub.accounts.pace import forget_old
from carehub.accounts.passwords import keep_in_mind, readable_password
from carehub.accounts.second_factor import CODES, counter_of, hash_of, new_recovery_code, new_secret
from carehub.accounts.sessions import SessionStore
from carehub.audit.models import Action
from carehub.audit.trail import record


def note_sign_in(*, by: User, how: str = "password") -> None:
    record(Action.LOGIN, by=by, target=by, how=how)


def note_sign_out(*, by: Any, why: str = "own") -> None:
    record(Action.LOGOUT, by=by, target=by, why=why)


def note_sign_in_refused(*, number: str, why: str = "password") -> None:
    """Write down a refusal. What was typed is not kept: people type their password into the wrong field."""
    record(Action.LOGIN_FAILED, target=User.objects.filter(number=number.strip()[:32]).first(), why=why)


@transaction.atomic
def change_own_password(*, by: Any, password: str) -> None:
    """Set a new password; the duty to change the first one ends, and so does every other sign-in."""
    keep_in_mind(by)
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "password_set_at", "must_change_password"])
    record(Action.ACCOUNT, by=by, target=by, what="password")


@transaction.atomic
def close_account(*, user: User, because: str = Closing.BY_HAND, by: Any = None) -> bool:
    """Close an account and end its sign-ins; return whether it was open until now."""
    open_one = User.objects.filter(pk=user.pk, is_active=True)
    if not open_one.update(is_active=False, closed_at=timezone.now(), closed_because=because):
        return False
    ended = end_sessions(user)
    record(Action.ACCOUNT, by=by, target=user, what="close", because=str(because), sessions=ended)
    return True


@transaction.atomic
def reopen_account(*, user: User, by: Any = None, closed_because: Iterable[str] = Closing.values) -> bool:
    """Open an account again if it was closed for one of the reasons; return whether it was closed until now."""
    closed = User.objects.filter(pk=user.pk, is_active=False, closed_because__in=["", *closed_because])
    if not closed.update(is_active=True, closed_at=None, closed_because=""):
        return False
    record(Action.ACCOUNT, by=by, target=user, what="reopen")
    return True


@transaction.atomic
def issue_first_password(*, user: User, by: Any) -> str | None:
    """Set a new first password, end all sign-ins, return it to be handed over; None if closed or changed meanwhile."""
    made = first_password_for(user)
    keep_in_mind(user)
    if not _took_effect(made):
        return None
    ended = end_sessions(user)
    record(Action.ACCOUNT, by=by, target=user, what="first password", sessions=ended)
    return made.password


@transaction.atomic
def reset_second_factor(*, user: User, by: Any) -> bool:
    """Take the second factor off an account whose phone is gone, and end its sign-ins; return whether there was one."""
    taken, _each = SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if not taken:
        return False
    ended = end_sessions(user)
    record(Action.ACCOUNT, by=by, target=user, what="second factor reset", sessions=ended)
    return True


@transaction.atomic
def begin_second_factor(*, by: Any) -> None:
    """Prepare a new secret; it counts once a code of it has been shown. What is in use already stays."""
    SecondFactor.objects.filter(user_id=by.pk, confirmed_at=None).delete()
    SecondFactor.objects.get_or_create(user_id=by.pk, defaults={"secret": new_secret()})


@transaction.atomic
def confirm_second_factor(*, by: Any, code: str) -> list[str] | None:
    """Take the new secret into use and return the recovery codes; None if the code does not fit it."""
    factor = SecondFactor.objects.filter(user_id=by.pk, confirmed_at=None).first()
    counter = counter_of(factor.secret, code, after=factor.last_counter) if factor else None
    if factor is None or counter is None:
        return None
    waiting = SecondFactor.objects.filter(pk=factor.pk, confirmed_at=None)
    if not waiting.update(confirmed_at=timezone.now(), last_counter=counter):
        return None
    record(Action.ACCOUNT, by=by, target=by, what="second factor on")
    return _new_recovery_codes(by)


@transaction.atomic
def renew_recovery_codes(*, by: Any) -> list[str]:
    """Replace the recovery codes, used or not, and return the new ones."""
    record(Action.ACCOUNT, by=by, target=by, what="recovery codes renewed")
    return _new_recovery_codes(by)


def _new_recovery_codes(user: Any) -> list[str]:
    codes = [new_recovery_code() for _code in range(CODES)]
    RecoveryCode.objects.filter(user_id=user.pk).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user_id=user.pk, code=hash_of(user, code)) for code in codes)
    return codes


@transaction.atomic
def drop_second_factor(*, by: Any) -> None:
    """Turn the own second factor off."""
    SecondFactor.objects.filter(user_id=by.pk).delete()
    RecoveryCode.objects.filter(user_id=by.pk).delete()
    record(Action.ACCOUNT, by=by, target=by, what="second factor off")


def end_sessions(user: Any, *, but: str = "") -> int:
    """End the sign-ins of an account but one (the row's key); the next request of each is a visitor's."""
    rows = Session.objects.filter(user_id=user.pk)
    return (rows.exclude(pk=but) if but else rows).delete()[0]


@transaction.atomic
def end_own_session(*, by: Any, name: Any) -> bool:
    """End one of the own sign-ins; return whether it was there."""
    ended, _each = Session.objects.filter(user_id=by.pk, name=name).delete()
    if ended:
        record(Action.LOGOUT, by=by, target=by, why="ended from the list", sessions=ended)
    return bool(ended)


@transaction.atomic
def end_by_campus(*, row: Session) -> None:
    """End a sign-in because the campus says that its own is over."""
    if Session.objects.filter(pk=row.pk).delete()[0]:
        record(Action.LOGOUT, by=row.user, target=row.user, why="campus")


@transaction.atomic
def end_other_sessions(*, by: Any, this: str) -> int:
    """End every own sign-in but this one; return how many."""
    if ended := end_sessions(by, but=this):
        record(Action.LOGOUT, by=by, target=by, why="all others ended", sessions=ended)
    return ended


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
    record(Action.ACCOUNT, by=by, path=path, what="first passwords", accounts=len(done))
    return done


def _took_effect(one: FirstPassword) -> bool:
    untouched = User.objects.filter(pk=one.user_id, password=one.instead_of, is_active=True)
    return bool(untouched.update(password=one.hashed, must_change_password=True, password_set_at=timezone.now()))


def forget_what_is_over() -> None:
    """Clear away sessions that ended, and failures and addresses that no longer count."""
    SessionStore.clear_expired()
    forget_old()
