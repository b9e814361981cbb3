"""What every page's frame shows: scope, navigation, unread messages."""

from typing import Any

from django.http import HttpRequest

from carehub.access.viewer import viewer_of


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a signed-in page; nothing for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"viewer": viewer_of(user)}
