"""What Django and Celery find by name is really there, and every door has its guard."""

import io
from collections.abc import Iterable

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, path
from django.urls.resolvers import RegexPattern

from carehub.access.checks import routes
from carehub.access.guards import guard_of
from tests.house.sources import PACKAGES


def unguarded(resolver: URLResolver | None = None) -> list[str]:
    return [route for _name, route, view in routes(resolver) if guard_of(view) is None]


def test_every_view_declares_a_guard():
    assert list(routes())
    assert unguarded() == []


def test_a_view_without_a_guard_would_be_seen():
    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    class Urls:
        urlpatterns = [path("bare/", bare)]

    assert unguarded(URLResolver(RegexPattern(r""), Urls)) == ["bare/"]


def test_every_url_has_a_name():
    assert [route for name, route, _view in routes() if not name or name.endswith(":")] == []


def unknown_tasks(names: Iterable[str]) -> set[str]:
    current_app.loader.import_default_modules()
    return set(names) - set(current_app.tasks)


def test_the_schedule_names_tasks_that_exist():
    assert unknown_tasks(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()) == set()


def test_a_task_that_is_not_there_would_be_seen():
    assert unknown_tasks(["carehub.tasks.sweep", "carehub.tasks.no_such"]) == {"carehub.tasks.no_such"}


def test_the_visibility_timeout_is_the_same_in_all_three_places():
    conf = current_app.conf
    places = [conf.broker_transport_options, conf.result_backend_transport_options]
    assert {place["visibility_timeout"] for place in places} | {conf.visibility_timeout} == {900}


def test_messages_are_json_and_given_back_when_a_worker_dies():
    conf = current_app.conf
    assert conf.accept_content == ["json"]
    assert (conf.task_serializer, conf.task_acks_late, conf.task_reject_on_worker_lost) == ("json", True, True)
    assert conf.worker_prefetch_multiplier == 1


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = io.StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)
    assert "No changes" in out.getvalue() or "没有" in out.getvalue()


def misnamed(owned: Iterable[type[models.Model]]) -> list[str]:
    """Return the fields whose name does not say whether they hold a day or a moment."""
    found = []
    for model in owned:
        for field in model._meta.local_fields:
            moment = isinstance(field, models.DateTimeField)
            day = isinstance(field, models.DateField) and not moment
            name = f"_{field.name}"
            # A month is kept as its first day: first_month.
            if moment != name.endswith("_at") or day != name.endswith(("_on", "_month")):
                found.append(f"{model._meta.label}.{field.name}")
    return found


# Django's own fields of an account and a session.
INHERITED = {"accounts.User.last_login", "accounts.User.date_joined", "accounts.Session.expire_date"}


def test_days_end_in_on_or_month_and_moments_in_at():
    own = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    assert set(misnamed(own)) - INHERITED == set()


def test_a_misnamed_field_would_be_seen():
    assert set(misnamed([apps.get_model("accounts.User")])) & INHERITED
