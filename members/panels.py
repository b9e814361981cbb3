"""What the first floor offers to other pages: the words for a scope, people in a search box."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from carehub.access.paths import below
from carehub.access.viewer import Reach, Viewer
from members.actions import branch_of
from members.models import Organization, Person, Post


def scope_words(viewer: Viewer) -> str:
    """Return what the viewer's pages cover: 外国语学院党总支，12 个支部. Empty for one who sees the own file only."""
    reach = viewer.reach("person", "v")
    if reach.everything:
        return _("全校，%(branches)s 个支部") % {"branches": Organization.objects.branches().count()}
    parts = _words_of(reach.paths)
    if reach.occupations:
        labels = [str(Person.Occupation(code).label) for code in sorted(reach.occupations)]
        parts.append(_("全校%(groups)s人员") % {"groups": "、".join(labels)})
    others = reach.people - {viewer.person_id}
    if overseen := others - viewer.shared:
        parts.append(_("分管的 %(people)s 人") % {"people": len(overseen)})
    if others & viewer.shared:
        parts.append(_("另经授权 %(people)s 人") % {"people": len(others & viewer.shared)})
    if not parts and viewer.reach("duty", "n", "v").everything:
        return str(settings.SCHOOL_NAME)
    return "；".join(parts)


def spans_of(reach: Reach, chosen: Organization | None = None) -> list[tuple[str, str]]:
    """Return (path, group of people) of everything that a list covers, for the trail; at least one."""
    if chosen is not None:
        return [(chosen.path or "", "")]
    root = Organization.objects.filter(parent=None).values_list("path", flat=True).first() or ""
    if reach.everything:
        return [(root, "")]
    spans = [*((path, "") for path in reach.paths), *((root, group) for group in sorted(reach.occupations))]
    return spans or [("", "")]


def _words_of(paths: tuple[str, ...]) -> list[str]:
    """Return organisations with the number of their branches, branches with the number of their people: 3 queries."""
    rows = list(Organization.objects.select_related("parent").filter(path__in=paths).in_official_order())
    own = [row for row in rows if row.kind in (Organization.Kind.BRANCH, Organization.Kind.GROUP)]
    people = _counted(Person.objects.all(), [row.path or "" for row in own])
    branches = _counted(Organization.objects.branches(), [row.path or "" for row in rows if row not in own])
    words = []
    for row in rows:
        if row in own:
            words.append(_("%(name)s，%(n)s 人") % {"name": full_words(row), "n": people[row.path or ""]})
        else:
            words.append(_("%(name)s，%(n)s 个支部") % {"name": row, "n": branches[row.path or ""]})
    return words


def _counted(rows: QuerySet[Any], paths: list[str]) -> dict[str, int]:
    """Return {path: how many rows lie at or below it}, in one query; none for no path."""
    if not paths:
        return {}
    counts = rows.aggregate(**{f"n{place}": Count("pk", filter=below(path)) for place, path in enumerate(paths)})
    return {path: counts[f"n{place}"] for place, path in enumerate(paths)}


def full_words(organization: Organization) -> str:
    """Return an organisation as the scope line names it: the general branch first where the short name needs it."""
    parent = organization.parent
    if organization.short_name and parent and parent.kind != Organization.Kind.COMMITTEE:
        return f"{parent} · {organization}"
    return str(organization)


def branch_secretary_of(person: Person, on: dt.date) -> str:
    """Return the name of the secretary of the person's branch, empty while the post is vacant."""
    secretary = secretary_of(branch_of(person.organization), on) if person.organization else None
    return secretary.name if secretary else ""


def secretary_of(organization: Organization, on: dt.date) -> Person | None:
    """Return who is secretary of an organisation on a day, nobody while the post is vacant."""
    posts = Post.objects.in_force(on).secretaries().filter(organization=organization).select_related("person")
    return next((post.person for post in posts[:1]), None)
