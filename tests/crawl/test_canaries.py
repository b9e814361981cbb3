"""A2: no leak in any byte that leaves. Every persona reads everything; no canary turns up where it must not."""

from collections import Counter

import pytest
from django.core import mail

from carehub.audit.models import AuditEvent
from carehub.reminders.models import OutboxMessage
from carehub.reminders.outbox import send_due
from members.models import Person
from tests.crawl.canaries import Canaries
from tests.crawl.judging import VIEWERS, WITHOUT_A_SESSION, Judge, World
from tests.crawl.signs import canaries_in
from tests.crawl.walking import walk
from tests.figures import Figure

pytestmark = [pytest.mark.django_db, pytest.mark.walk]


def test_the_school_is_large_enough(canaries: Canaries):
    people = Person.objects.all()
    assert people.count() >= 400
    assert people.filter(organization=None).count() >= 8
    assert people.exclude(died_on=None).exists()
    assert len(canaries.talks) > 80
    assert len(canaries.excuses) > 40
    assert canaries.school.organizations["physics"]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_nobody_meets_what_is_not_theirs(canaries: Canaries, world: World, viewer: str, figure: Figure):
    walked = walk(canaries, Judge(world, viewer))
    figure("A2 pages", walked.pages)
    figure("A2 bytes", walked.size)
    figure("A2 canaries seen", walked.seen)
    figure("A2 leaks", len(walked.leaks))
    assert walked.pages > (60 if viewer in WITHOUT_A_SESSION else 100)
    assert bool(walked.seen) == (viewer not in WITHOUT_A_SESSION)
    details = "\n".join(str(event.detail) for event in AuditEvent.objects.all())
    assert set(canaries_in(details)) == set()
    kinds = Counter(leak.rpartition(": ")[2].split()[0] for leak in walked.leaks)
    assert not walked.refused
    assert not walked.leaks, f"{kinds}\n" + "\n".join(walked.leaks[:40])


def test_no_mail_names_anybody(canaries: Canaries, figure: Figure):
    send_due()
    assert len(mail.outbox) > 4
    sent = [f"{message.subject}\n{message.body}\n{message.extra_headers}" for message in mail.outbox]
    kept = [f"{row.subject}\n{row.body}\n{row.error}" for row in OutboxMessage.objects.all()]
    figure("A2 mails", len(sent))
    assert [canary for text in (*sent, *kept) for canary in canaries_in(text)] == []


def test_each_viewer_meets_what_is_theirs(canaries: Canaries, world: World):
    """The judge is not simply strict: a clerk may meet every name, a member the own masked number."""
    names = {("name", n) for n in canaries.people}
    assert Judge(world, "OD").leaks(names) == []
    assert len(Judge(world, "M").leaks(names)) > 300
    me = next(n for n, person in canaries.people.items() if person == canaries.school.member)
    assert Judge(world, "M").leaks({("phone-masked", me)}) == []
    assert Judge(world, "AUD").leaks({("phone-masked", me)}) == [("phone-masked", me)]


def test_a_scope_that_lets_everybody_through_would_be_seen(canaries: Canaries, world: World, monkeypatch):
    """Negative control on the product itself: with the filter of people taken out, a secretary meets strangers."""
    monkeypatch.setattr(type(Person.objects.all()), "visible_to", lambda people, user: people)
    walked = walk(canaries, Judge(world, "BS"))
    assert len(walked.leaks) > 20
