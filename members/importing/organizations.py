"""The tree of organisations: 党委 → 党总支 | 直属党支部, 党总支 → 党支部, 党支部 → 党小组. All of it or nothing."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Field
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from carehub.sheets.words import squeezed
from members.importing import labels
from members.importing.base import CHANGED, NEW, REJECTED, UNCHANGED, Change, Column, Entry, Importer, Row, register
from members.importing.organizations_writing import write_organizations
from members.models import Organization

Kind = Organization.Kind
MAY_STAND_UNDER = {Kind.GENERAL_BRANCH: (Kind.COMMITTEE,), Kind.BRANCH: (Kind.COMMITTEE, Kind.GENERAL_BRANCH),
                   Kind.GROUP: (Kind.BRANCH,)}  # fmt: skip
KIND_WORDS = _("组织类别应为党委、党总支、党支部、直属党支部、联合党支部或党小组。")
WIDTHS = {"name": 200, "short_name": 100, "code": 40}


@dataclass
class Place:
    """One organisation as it will be: from the file, or standing in the system."""

    code: str
    kind: str
    names: set[str]
    row: Row | None = None
    parent: str = ""  # the parent's code
    stored: Organization | None = None
    values: dict[str, Any] = field(default_factory=dict)
    parent_text: str = ""
    is_direct: bool = False


@register
class OrganizationImporter(Importer):
    kind = "organizations"
    title = _("党组织")
    all_or_nothing = True
    for_whole_school = True
    columns = (
        Column("name", "党组织全称", ("党组织名称", "全称", "名称"), required=True, sample="外国语学院党总支"),
        Column("short_name", "简称", ("党组织简称",), sample="外语总支"),
        Column("code", "党组织编码", ("编码", "党组织代码", "组织编码"), required=True, hint="文本格式"),
        Column(
            "parent",
            "上一级党组织",
            ("上级党组织", "上级", "隶属党组织"),
            required=True,
            hint="编码、全称或简称；党委留空",
        ),
        Column(
            "kind", "组织类别", ("党组织类别", "类别"), required=True, hint="党委、党总支、党支部、直属党支部、党小组"
        ),
        Column("aliases", "别名", ("曾用名", "其他名称"), hint="几个用；隔开"),
    )

    def read(self, rows: list[Row]) -> list[Entry]:
        stored = {row.code: row for row in Organization.objects.select_related("parent")}
        places = [self.place_of(row, stored) for row in rows]
        self.find_twins(places)
        self.tree = {code: standing_place(row) for code, row in stored.items()}
        self.tree |= {place.code: place for place in places if place.code}
        self.find_parents(places)
        self.check_shapes(places)
        return [self.entry(place) for place in places]

    def place_of(self, row: Row, stored: dict[str, Organization]) -> Place:
        """Return what a row says of an organisation."""
        name, code, kind = row.text("name"), row.text("code").replace(" ", ""), row.text("kind")
        if not name or len(name) > WIDTHS["name"]:
            row.error("name", "name-missing", __("没有填党组织全称。"))
        if not code or len(code) > WIDTHS["code"]:
            row.error("code", "id-missing", __("没有填党组织编码。"))
        known = labels.label_in(labels.KINDS, kind)
        if known is None:
            row.error("kind", "category-unknown", str(KIND_WORDS))
        values = {"name": name, "kind": known, "short_name": row.text("short_name")[: WIDTHS["short_name"]]}
        aliases = [word.strip() for word in row.text("aliases").replace("；", ";").split(";") if word.strip()]
        names = {squeezed(word) for word in (name, values["short_name"], code, *aliases) if word}
        return Place(
            code, known or "", names, row, stored=stored.get(code), values={**values, "aliases": aliases},
            parent_text=row.text("parent"), is_direct=squeezed(kind) == labels.DIRECT_BRANCH,
        )  # fmt: skip

    def find_twins(self, places: list[Place]) -> None:
        codes = Counter(place.code for place in places if place.code)
        for place in places:
            if place.row and codes[place.code] > 1:
                place.row.error("code", "id-duplicate", __("这个编码在表里出现了多次。请只保留一行。"))

    def find_parents(self, places: list[Place]) -> None:
        """Find each parent by code, full or short name, in the file and in the system, wherever it stands."""
        named: dict[str, set[str]] = defaultdict(set)
        for place in self.tree.values():
            for name in place.names:
                named[name].add(place.code)
        for place in places:
            word = squeezed(place.parent_text)
            found = {place.parent_text.replace(" ", "")} & self.tree.keys() or named.get(word, set())
            if word and len(found) != 1 and place.row:
                place.row.error("parent", "organization-unknown", __("没有找到上一级党组织，或有几个同名。请填编码。"))
            place.parent = next(iter(found)) if len(found) == 1 else ""

    def check_shapes(self, places: list[Place]) -> None:
        roots = sorted((p for p in self.tree.values() if not p.parent and not p.parent_text), key=self.root_order)
        for place in places:
            row = place.row
            if row is None or row.rejected:
                continue
            parent = self.tree.get(place.parent)
            if self.is_circle(place):
                row.error("parent", "organization-circle", __("上级关系绕成了圈。请核对上一级党组织。"))
            elif parent is None and place.kind != Kind.COMMITTEE:
                row.error("parent", "organization-missing", __("没有填上一级党组织。只有学校党委可以留空。"))
            elif parent is None and place is not roots[0]:
                row.error("parent", "organization-second-root", __("学校党委只能有一个，表里或系统里已有另一个。"))
            elif parent is not None and not self.may_stand(place, parent):
                words = __("%(kind)s不能设在%(above)s下面。")
                told = {"kind": Kind(place.kind).label, "above": Kind(parent.kind).label if parent.kind else "?"}
                row.error("parent", "organization-shape", words % told)

    @staticmethod
    def root_order(place: Place) -> tuple[bool, int]:
        """The root that stands in the system comes first, else the first of the file."""
        return (place.stored is None and place.row is not None, place.row.number if place.row else 0)

    @staticmethod
    def may_stand(place: Place, parent: Place) -> bool:
        if place.is_direct:
            return parent.kind == Kind.COMMITTEE
        return parent.kind in MAY_STAND_UNDER.get(Kind(place.kind), ())

    def is_circle(self, place: Place) -> bool:
        seen, at = set(), place
        while at.parent and at.parent in self.tree:
            if at.code in seen:
                return True
            seen.add(at.code)
            at = self.tree[at.parent]
        return False

    def entry(self, place: Place) -> Entry:
        assert place.row is not None  # nosec B101 # sorted out before; this tells mypy
        name = place.values["short_name"] or place.values["name"]
        above = self.tree.get(place.parent)
        above_words = str(above.values.get("name") or above.stored or above.code) if above else ""
        if place.row.rejected:
            return Entry(place.row, REJECTED, name, above_words)
        if place.stored is None:
            return Entry(place.row, NEW, name, above_words, payload=place)
        changes = changes_of(place)
        return Entry(place.row, CHANGED if changes else UNCHANGED, name, above_words, changes, place)

    def write(self, entries: list[Entry]) -> None:
        write_organizations([entry.payload for entry in entries])


def standing_place(row: Organization) -> Place:
    """Return an organisation of the system that the file does not name."""
    names = {squeezed(str(word)) for word in (row.name, row.short_name, row.code, *row.aliases) if word}
    parent = row.parent.code if row.parent else ""
    return Place(row.code, row.kind, names, parent=parent, stored=row)


def changes_of(place: Place) -> list[Change]:
    """Return what differs from the system; an empty cell keeps what is known. Leaves only that in `values`."""
    old = place.stored
    assert old is not None  # nosec B101 # sorted out before; this tells mypy
    place.values = {name: value for name, value in place.values.items() if value and value != getattr(old, name)}
    changes = [
        Change(label_of(name), words(name, getattr(old, name)), words(name, value))
        for name, value in place.values.items()
    ]
    above = old.parent.code if old.parent else ""
    if place.parent != above:
        changes.append(Change(__("上一级党组织"), above, place.parent))
    return changes


def label_of(name: str) -> str:
    field = cast("Field[Any, Any]", Organization._meta.get_field(name))
    return str(field.verbose_name)


def words(name: str, value: Any) -> str:
    if name == "kind":
        return str(Kind(value).label)
    return "；".join(value) if isinstance(value, list) else str(value)
