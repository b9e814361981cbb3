"""The steps of every way in: who still owes a code waits without being signed in; then a session of one's own."""

import time
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from carehub.accounts.actions import note_sign_in
from carehub.accounts.addresses import address_of, shown
from carehub.accounts.backends import belongs_here
from carehub.accounts.devices import device_words
from carehub.accounts.models import Session, User
from carehub.accounts.pace import remember_address
from carehub.accounts.sessions import BEGUN, SEEN, row_key

CAMPUS, CODED, WAITING = "campus", "coded", "waiting"
WAITS = 600  # seconds for the code


def ask_for_code(request: Any, user: Any, *, how: str, ticket_hash: str = "") -> None:
    """Remember who has taken the first step; nobody is signed in by that."""
    request.session.flush()
    proof = user.get_session_auth_hash()
    waiting = {"user": user.pk, "backend": user.backend, "proof": proof, "at": int(time.time())}
    request.session[WAITING] = waiting | {"how": how, "ticket": ticket_hash}


def who_waits(request: Any) -> Any:
    """Return the account that owes a code, None if there is none, it took too long or the account changed."""
    waiting = request.session.get(WAITING) or {}
    if time.time() - waiting.get("at", 0) > WAITS:
        return None
    user: Any = User.objects.filter(pk=waiting["user"], is_active=True).first()
    if user is None or not belongs_here(user):
        return None
    user.backend = waiting["backend"]
    return user if constant_time_compare(user.get_session_auth_hash(), waiting["proof"]) else None


def enter_with_code(request: Any, user: Any, *, kind: str) -> None:
    """Sign in whoever waited, by the way they came plus the kind of code."""
    waiting = request.session.pop(WAITING)
    enter(request, user, how=f"{waiting['how']} and {kind}", ticket_hash=waiting["ticket"])
    request.session[CODED] = True


def enter(request: HttpRequest, user: User, *, how: str, ticket_hash: str = "") -> None:
    """Sign in: a new key, the clock at the beginning, the machine noted for its owner, a line in the trail."""
    login(request, user, backend=getattr(user, "backend", None))
    request.session[BEGUN] = request.session[SEEN] = int(time.time())
    request.session[CAMPUS] = how.startswith(CAMPUS)
    request.session.save()
    address = address_of(request)
    Session.objects.filter(pk=row_key(request.session.session_key or "")).update(
        device=device_words(request.headers.get("User-Agent", "")), address=shown(address), ticket_hash=ticket_hash
    )
    remember_address(user.number, address)
    note_sign_in(by=user, how=how)


def came_by_campus(request: Any) -> bool:
    """Return whether this session was opened by the campus sign-on, which has a password of its own."""
    return bool(request.session.get(CAMPUS))
