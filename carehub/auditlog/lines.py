"""Rows of the trail as the audit page shows them: who, what, about what, where. Two queries for any number of rows."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from carehub.audit.models import AuditEvent
from carehub.auditlog.words import deed_words, detail_words, target_words
from members.models import Organization, Person

ACCOUNT = "accounts.User:"


@dataclass(frozen=True)
class Line:
    """One row in words."""

    id: int
    at: dt.datetime
    name: str
    post: str
    deed: str
    about: str
    place: str
    action: str
    parts: tuple[tuple[str, str], ...]


def lines_of(rows: Iterable[AuditEvent]) -> list[Line]:
    """Return the rows in words."""
    rows = list(rows)
    names, places = _names(rows), _places(rows)
    return [
        Line(
            row.pk,
            row.at,
            _who(row, names),
            row.post,
            deed_words(row.action, row.target, row.detail),
            _about(row, names),
            places.get(row.path, ""),
            str(row.get_action_display()),
            tuple(detail_words(row)),
        )
        for row in rows
    ]


def _who(row: AuditEvent, names: dict[int, str]) -> str:
    if row.actor_id is None:
        return _("系统")
    return names.get(row.actor_id) or _("账号 %(number)s 号") % {"number": row.actor_id}


def _about(row: AuditEvent, names: dict[int, str]) -> str:
    """Return the target in words: an account by its holder, everything else by kind and number."""
    account = _account(row.target)
    if account is None:
        return target_words(row.target)
    if account == row.actor_id:
        return _("本人账号")
    return _("%(name)s的账号") % {"name": names[account]} if account in names else target_words(row.target)


def _account(target: str) -> int | None:
    number = target.removeprefix(ACCOUNT)
    return int(number) if number != target and number.isdecimal() else None


def _names(rows: list[AuditEvent]) -> dict[int, str]:
    """Return {account: name} of everybody who acted or whose account was acted on."""
    users = {row.actor_id for row in rows} | {_account(row.target) for row in rows}
    return dict(Person.objects.filter(user__in=users - {None}).values_list("user_id", "name"))


def _places(rows: list[AuditEvent]) -> dict[str, str]:
    """Return {path: organisation}."""
    found = Organization.objects.filter(path__in={row.path for row in rows if row.path})
    return {row.path or "": str(row) for row in found}
