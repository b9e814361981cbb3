"""The last step of every way in: a session of one's own, known by machine and address."""

import time
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest

from carehub.accounts.actions import note_sign_in
from carehub.accounts.addresses import address_of, shown
from carehub.accounts.devices import device_words
from carehub.accounts.models import Session, User
from carehub.accounts.pace import remember_address
from carehub.accounts.sessions import BEGUN, SEEN, row_key

CAMPUS = "campus"


def enter(request: HttpRequest, user: User, *, how: str, ticket_hash: str = "") -> None:
    """Sign in: a new key, the clock at the beginning, the machine noted for its owner, a line in the trail."""
    login(request, user, backend=getattr(user, "backend", None))
    request.session[BEGUN] = request.session[SEEN] = int(time.time())
    request.session[CAMPUS] = how == CAMPUS
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
