"""Many clicks at once share no place in the quota."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from carehub.audit.models import Action, AuditEvent
from carehub.reveals import actions
from carehub.reveals.models import Reveal
from tests.cast import School

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
AT_ONCE, QUOTA, ROUNDS = 12, 5, 5


def reveal_at_once(school: School) -> int:
    """Reveal a dozen values at once with forms of their own; return how many were shown."""
    user = school.user("officer")

    def one(n: int) -> int:
        try:
            actions.reveal(thing=school.member, field="phone", purpose="call", once_key=uuid.uuid4(), by=user)
        except actions.TooMany:
            return 0
        finally:
            connections["default"].close()
        return 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(one, range(AT_ONCE)))


def test_twelve_clicks_at_once_never_pass_a_quota_of_five(school: School, settings: Any, figure: Any) -> None:
    settings.REVEALS_PER_HOUR = QUOTA
    shown = []
    for _round in range(ROUNDS):
        Reveal.objects.all().delete()
        shown.append(reveal_at_once(school))
    figure("reveals over the quota of twelve at once", sum(n - QUOTA for n in shown))
    assert shown == [QUOTA] * ROUNDS
    assert AuditEvent.objects.filter(action=Action.REVEAL).count() == QUOTA * ROUNDS


def test_a_quota_that_only_counts_would_be_passed(school: School, settings: Any, monkeypatch: Any) -> None:
    """The negative control: count first, write then, nothing unique."""
    settings.REVEALS_PER_HOUR = QUOTA

    def take(wanted: Reveal) -> tuple[Reveal, bool]:
        hour = wanted.made_at.replace(minute=0, second=0, microsecond=0)
        count = Reveal.objects.filter(user=wanted.user).count()
        if count >= QUOTA:
            raise actions.TooMany
        place = 1 + uuid.uuid4().int % 30000
        return Reveal.objects.create(
            user=wanted.user, hour_at=hour, place=place, once_key=wanted.once_key, target="x", field="phone",
            made_at=timezone.now(),
        ), True  # fmt: skip

    monkeypatch.setattr(actions, "_take", take)
    passed = []
    for _round in range(ROUNDS * 4):
        Reveal.objects.all().delete()
        passed.append(reveal_at_once(school) > QUOTA)
    assert any(passed)
