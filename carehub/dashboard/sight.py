"""What part of the school the overview shows to a viewer: which rows, and where names may stand."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from carehub.access.viewer import Reach, Viewer, viewer_of
from carehub.duties.rule import Ask
from members.models import Organization

Kind = Organization.Kind
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Sight:
    """The organisations in view. `unit` is the one that was opened, None for everything within reach."""

    viewer: Viewer
    unit: Organization | None = None

    @property
    def counted(self) -> Reach:
        """Return where numbers are shown."""
        return self.viewer.reach("duty", "n", "v").over_others()

    @property
    def named(self) -> Reach:
        """Return where names are shown."""
        return self.viewer.reach("duty", "v").over_others()

    @cached_property
    def rows(self) -> list[Organization]:
        """Return the organisations of the table in official order: those at the top and those right below them."""
        tops = Organization.objects.filter(pk=self.unit.pk) if self.unit else tops_of(self.counted)
        shown = tops | Organization.objects.filter(parent__in=tops, kind__in=(Kind.GENERAL_BRANCH, Kind.BRANCH))
        return list(shown.select_related("parent").in_official_order())

    @cached_property
    def below(self) -> dict[int, Organization]:
        """Return every organisation in view."""
        inside = Reach(paths=(self.unit.path or "",)) if self.unit else organizations_in(self.counted)
        rows = Organization.objects.filter(inside.q()).exclude(kind=Kind.GROUP)
        return {row.pk: row for row in rows.only(*COLUMNS)}

    @cached_property
    def own(self) -> set[int]:
        """Return the organisations in view that lie under a post of the viewer."""
        reach = self.named.over_organizations()
        return {pk for pk, row in self.below.items() if reach.covers(row.access_facts())}

    def ask(self, *, named: bool = False, **limits: Any) -> Ask:
        """Return the question about the part in view."""
        owners = frozenset(self.below) if self.unit and self.unit.kind != Kind.COMMITTEE else None
        return Ask(on=self.viewer.on, scope=self.named if named else self.counted, owners=owners, **limits)

    def may_name(self, organization: Organization) -> bool:
        """Return whether names of this organisation may be opened."""
        return bool(self.named.occupations) or self.named.covers(organization.access_facts())


COLUMNS = ("name", "short_name", "code", "kind", "path", "parent")


def organizations_in(reach: Reach) -> Reach:
    """Return the organisations that a reach touches: a group of people (离退休, 学生) lives in all of them."""
    return Reach(everything=bool(reach.everything or reach.occupations), paths=reach.paths)


def tops_of(reach: Reach) -> Any:
    """Return the highest organisations of a reach: the committee, or those of the posts held."""
    if organizations_in(reach).everything:
        return Organization.objects.filter(kind=Kind.COMMITTEE)
    return Organization.objects.filter(path__in=reach.paths)


def sight_of(user: Any, unit: str = "") -> Sight:
    """Return what the account sees of an organisation, or of everything; 404 for what lies outside."""
    viewer = viewer_of(user)
    sight = Sight(viewer)
    if not sight.counted:
        raise Http404
    if not unit:
        return sight
    organizations = (
        Organization.objects.filter(organizations_in(sight.counted).q())
        .exclude(kind=Kind.GROUP)
        .select_related("parent")
    )
    found = organizations.filter(pk=unit).first() if unit.isdecimal() and len(unit) < 19 else None
    if found is None:
        raise Http404
    if not sight.may_name(found):
        raise PermissionDenied(_("您的职务看全校和各党总支的数字。支部的情况请向党委组织部了解。"))
    return Sight(viewer, found)
