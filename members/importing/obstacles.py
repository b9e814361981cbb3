"""What stands in the way of taking an import back: each answer is one sentence for the clerk, empty for nothing."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.accounts.models import User
from carehub.duties.models import Excuse
from members.importing.remembering import EVENT, chunks, events_of, known_of, plain, records_about
from members.models import Person, RosterImport
from members.models.roster import RosterImportQuerySet

NAMED = 5
# What the second number of an excuse is: the person, or the event of life that opened the duty.
ABOUT_PEOPLE, ABOUT_EVENTS = ("C-2.1", "C-2.3"), ("C-2.4", "C-2.5")
# What everybody who imports may know of; of anything else only that there is something.
SAID = {"members.Post", "members.Oversight", "talks.Talk"}
SAID_AS = {"talks.Participation": "talks.Talk"}

Kept = dict[str, Any]
NOTHING: Kept = {"new": {}, "changed": {}, "missing": [], "absent": []}


def obstacle(batch: RosterImport, kept: Kept, by: Any) -> str:
    """Return the first thing that stands in the way: what came later goes first."""
    return (
        out_of_reach(kept, by)
        or later_import(batch, kept, by)
        or touched(kept)
        or recorded(kept)
        or excused(kept)
        or used_accounts(kept)
    )


def rows_of(kept: Kept) -> dict[int, dict[str, Any]]:
    """Return what is remembered of each person written by the import."""
    return {int(pk): row for pk, row in (kept["new"] | kept["changed"]).items()}


def out_of_reach(kept: Kept, by: Any) -> str:
    """Return why somebody may not who may no longer import all these people."""
    reach = viewer_of(by).reach("roster_import", "e")
    if reach.everything:
        return ""
    inside = sum(Person.objects.filter(reach.q(), pk__in=chunk).count() for chunk in chunks(rows_of(kept)))
    return "" if inside == len(rows_of(kept)) else _("其中有人已不在您的范围内，不能撤销。请联系党委组织部。")


def later_than(batch: RosterImport) -> RosterImportQuerySet:
    """Return the imports after this one that still stand; what came before them in time is no concern of theirs."""
    later = RosterImport.objects.undoable(timezone.now()).filter(kind=RosterImport.Kind.ROSTER)
    return later.filter(finished_at__gt=batch.finished_at)


def later_import(batch: RosterImport, kept: Kept, by: Any) -> str:
    """Return which later import wrote the same people: it has to be taken back first."""
    ours = everybody(kept)
    for later in later_than(batch).order_by("-finished_at").only("file_name", "finished_at", "before"):
        if common := ours & everybody(later.before or NOTHING):
            own = RosterImport.objects.visible_to(by).filter(pk=later.pk).exists()
            words = _("%(when)s导入的“%(file)s”又写了其中的%(names)s，请先撤销那一次。")
            others = _("%(when)s党委组织部导入的名册又写了其中的%(names)s，不能撤销。请联系党委组织部。")
            facts = {"when": moment_words(later.finished_at), "file": later.file_name, "names": names_of(common)}
            return (words if own else others) % facts
    return ""


def moment_words(moment: dt.datetime | None) -> str:
    return date_format(timezone.localtime(moment), "n月j日 H:i")


def everybody(kept: Kept) -> set[int]:
    return {*rows_of(kept), *kept["missing"]}


def touched(kept: Kept) -> str:
    """Return whose row, or event, is not as the import left it."""
    rows = rows_of(kept)
    now = {pk: known.mark(with_state=rows[pk].get("account") is not None) for pk, known in known_of(rows)}
    changed = {pk for pk, row in rows.items() if now.get(pk) != row["mark"]} | touched_events(kept)
    words = _("导入以后，%(names)s的资料又有了变化，不能整批撤销。请逐人更正。")
    return words % {"names": names_of(changed)} if changed else ""


def touched_events(kept: Kept) -> set[int]:
    then = {int(pk): event["now"] for pk, event in kept["events"].items()}
    who = EVENT.index("person_id")
    now = plain(events_of({row[who] for row in then.values()}))
    return {row[who] for pk, row in then.items() if now.get(str(pk)) != row}


def recorded(kept: Kept) -> str:
    """Return about whom something was written down that builds on their coming, moving or taking a step."""
    then = {pk: row["records"] for pk, row in rows_of(kept).items() if row["records"] is not None}
    now = records_about(then.keys())
    more = {pk: [kind for kind in now[pk] if now[pk][kind] != then[pk].get(kind, 0)] for pk in then}
    found = {pk for pk, kinds in more.items() if kinds}
    if not found:
        return ""
    kinds = "、".join(sorted({kind_words(kind) for pk in found for kind in more[pk]}))
    words = _("导入以后，%(names)s名下有了新的记录（%(kinds)s），不能整批撤销。请逐人更正。")
    return words % {"names": names_of(found), "kinds": kinds}


def kind_words(label: str) -> str:
    """Return what a kind of record is called."""
    label = SAID_AS.get(label, label)
    return str(apps.get_model(label)._meta.verbose_name) if label in SAID else _("其他")


def excused(kept: Kept) -> str:
    """Return for whom somebody gave a reason why a duty that the import opened could not be done."""
    of_event = {int(pk): event["now"][EVENT.index("person_id")] for pk, event in kept["events"].items()}
    found = {of_event[pk] for pk in excuses(ABOUT_EVENTS, of_event)} | excuses(ABOUT_PEOPLE, map(int, kept["new"]))
    words = _("导入以后，已为%(names)s的任务说明过原因，不能整批撤销。请逐人更正。")
    return words % {"names": names_of(found)} if found else ""


def excuses(rules: Collection[str], subjects: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(subjects):
        standing = Excuse.objects.filter(rule__in=rules, subject_id__in=chunk, withdrawn_at=None)
        found |= set(standing.values_list("subject_id", flat=True))
    return found


def used_accounts(kept: Kept) -> str:
    """Return who has signed in with the account that the import opened, or was given a password for it."""
    found: set[int] = set()
    for chunk in chunks(kept["accounts"]):
        used = User.objects.filter(pk__in=chunk).exclude(last_login=None, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        found |= set(used.values_list("person__pk", flat=True))
    words = _("导入时开的账号，%(names)s已领了密码或登录过，不能整批撤销。请逐人更正。")
    return words % {"names": names_of(found)} if found else ""


def names_of(people: Collection[int]) -> str:
    """Return 曾宪平、黎小满等 12 人, the first few by name."""
    few = sorted(people)[:500]
    names = list(Person.objects.filter(pk__in=few).by_name().values_list("name", flat=True)[:NAMED]) or [_("有人")]
    shown = "、".join(names)
    return shown if len(people) <= NAMED else _("%(names)s等 %(n)s 人") % {"names": shown, "n": len(people)}
