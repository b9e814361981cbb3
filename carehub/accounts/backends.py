"""Who may sign in: an open account whose person still belongs here or holds a post."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from carehub.access.viewer import viewer_of
from carehub.accounts.models import User
from carehub.accounts.passwords import first_password_expired


def belongs_here(user: User) -> bool:
    """Return whether the person behind an account has a seat today, be it plain membership."""
    return bool(viewer_of(user).seats)


class AccountBackend(ModelBackend):
    """Number and password. What is refused after the password fitted is refused in the same words."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        user: Any = super().authenticate(request, username=username, password=password, **kwargs)
        return user if user and belongs_here(user) and not first_password_expired(user) else None
