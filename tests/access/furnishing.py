"""The cast with talks, uploads, cases and all else that the pages ask for."""

import datetime as dt

from django.utils import timezone

from carehub.accounts.models import Session
from carehub.reminders.models import InboxItem
from tests.access import authority
from tests.access.happenings import let_happen
from tests.access.hardships import fill_ledger
from tests.access.layers import ask_for_help, ask_for_words, make_talk
from tests.access.pairings import pair_up
from tests.access.probing import CAST, TODAY
from tests.access.uploads import bring_files, freeze
from tests.access.waivers import put_in
from tests.cast import School, assemble


def furnished() -> School:
    """Return the cast with what furnish puts into it."""
    school = assemble()
    furnish(school)
    return school


def furnish(school: School) -> None:
    """Put talks and uploads of every side into the school."""
    pairs = (
        ("owner", "member", "first"),
        ("colleague", "colleague_member", "second"),
        ("outsider", "outsider_member", "maths_branch"),
        ("general_secretary", "owner", "languages"),
        ("leader", "general_secretary", "committee"),
        ("librarian", "direct_member", "direct"),
    )
    for talker, listener, place in pairs:
        make_talk(school.people[talker], [school.people[listener]], school.organizations[place])
    bring_files(school)
    for key in CAST.values():
        end = timezone.now() + dt.timedelta(hours=1)
        Session.objects.create(session_key=key, user=school.user(key), device="other", expire_date=end)
        InboxItem.objects.create(
            recipient=school.user(key), key=f"digest:{key}", title="提醒", path="/mine/", day_on=TODAY,
            created_at=timezone.now(),
        )  # fmt: skip
    for key in ("committee", "languages", "maths", "direct"):
        freeze(school.organizations[key])
    let_happen(school)
    put_in(school)
    ask_for_help(school)
    ask_for_words(school)
    authority.furnish_authority(school)
    fill_ledger(school)
    pair_up(school)
