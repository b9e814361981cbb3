"""A view without a guard is nothing to be reached, whatever the build has overlooked."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from carehub.access.middleware import GuardMiddleware


def test_a_view_that_declares_no_guard_is_not_there():
    """Beside the check that fails the build: what was forgotten answers like nothing, and not with an error."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(Http404):
        GuardMiddleware(lambda _request: HttpResponse()).process_view(request, lambda _request: HttpResponse(), (), {})
