"""Campus single sign-on (CAS), an extra: the ticket's name is the account number, and accounts are never made here."""

import hashlib
import re
from typing import Any

import requests
from defusedxml import ElementTree
from django.contrib.auth import load_backend
from django.http import HttpRequest
from django_cas_ng.backends import CASBackend
from django_cas_ng.utils import get_cas_client

from carehub.accounts.backends import belongs_here
from carehub.accounts.models import Session, User

PATIENCE = 5  # seconds: a campus server that hangs does not hold one of the few workers
BACKEND = "carehub.accounts.campus.CampusBackend"
SESSION_INDEX = "{urn:oasis:names:tc:SAML:2.0:protocol}SessionIndex"
MOST_BYTES = 10_000


class Patient(requests.Session):
    """A connection to the campus server that gives up in time."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().request(*args, **{"timeout": PATIENCE, **kwargs})


class CampusBackend(CASBackend):
    """Open accounts of people who belong here; the campus knows many more."""

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user is not None and super().user_can_authenticate(user) and belongs_here(user))

    def clean_username(self, username: str) -> str:
        return username.strip()[: User._meta.get_field("number").max_length]

    def get_user(self, user_id: int) -> Any:
        """Return the account of a session; whether it still belongs here is asked at each request anyway."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def address_to_sign_in(request: HttpRequest, service: str) -> str:
    """Return where the campus asks for its own password."""
    return str(get_cas_client(service_url=service, request=request).get_login_url())


def address_to_sign_out(request: HttpRequest, after: str) -> str:
    """Return where the campus ends its own session, too."""
    return str(get_cas_client(request=request).get_logout_url(after))


def account_of(request: HttpRequest, ticket: str, service: str) -> Any:
    """Return the account of a ticket, None if the campus does not know it or the account is refused here."""
    try:
        user = load_backend(BACKEND).authenticate(request, ticket=ticket, service=service)
    except (requests.RequestException, SyntaxError, ValueError, IndexError, AttributeError):
        return None  # no answer, or none that is one: the way with number and password stays open
    finally:
        request.session.pop("attributes", None)  # what the campus tells of a person is not asked for here
    if user is not None:
        user.backend = BACKEND
    return user


def hash_of_ticket(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def sessions_named_in(message: str) -> Any:
    """Return the sessions that a log-out message of the campus names; ValueError for what is none."""
    if len(message) > MOST_BYTES:
        raise ValueError("too long")
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", message))
    except SyntaxError as error:
        raise ValueError("no XML") from error
    tickets = [element.text.strip() for element in root.iter(SESSION_INDEX) if element.text]
    return Session.objects.filter(ticket_hash__in=[hash_of_ticket(ticket) for ticket in tickets])
