"""Posts and oversight (任职和分管): who holds which office from when to when, and over whom a leader watches."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Field
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from carehub.calendar import FAR_FUTURE, date_words, last_possible_day
from carehub.sheets.words import squeezed, tidy_name
from members.events_records import note_post
from members.identity import identity_of
from members.importing import labels
from members.importing.base import CHANGED, NEW, REJECTED, UNCHANGED, Change, Column, Entry, Importer, Row, register
from members.importing.lookup import Organizations, People, as_id, in_chunks
from members.importing.person_row import ID_WORDS, digits_lost
from members.importing.roster import ID_SYNONYMS, NAME_SYNONYMS
from members.models import Organization, Oversight, Person, Post
from members.roles import APART_WORDS, RESTRICTED, apart_from, are_apart

SEPARATORS = str.maketrans(dict.fromkeys("；、,，\n", ";"))
Target = tuple[str, int]  # ("organization" or "person", number)


@dataclass
class Tenure:
    """One post as a row gives it, joined with the post it continues or corrects."""

    row: Row
    name: str
    role: str = ""
    manner: str = ""
    person: Person | None = None
    organization: Organization | None = None
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    post: Post | None = None
    targets: list[Target] = field(default_factory=list)
    oversights: list[Oversight] = field(default_factory=list)
    repeats: bool = False  # an earlier row of the file opens this very post
    changes: list[Change] = field(default_factory=list)

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        ended_on = self.ended_on or (self.post.ended_on if self.post else None) or FAR_FUTURE
        return self.started_on or dt.date.min, ended_on

    @property
    def office(self) -> tuple[int, int, str]:
        assert self.person is not None  # nosec B101 # an accepted row has it; this tells mypy
        assert self.organization is not None  # nosec B101 # an accepted row has it; this tells mypy
        return self.person.pk, self.organization.pk, self.role


@register
class PostImporter(Importer):
    kind = "posts"
    title = _("任职和分管")
    for_whole_school = True
    columns = (
        Column("organization", "党组织", ("所在党组织", "党组织名称", "任职党组织", "所在党支部"), required=True),
        Column("role", "职务", ("党内职务", "担任职务", "职务名称"), required=True, sample="书记"),
        Column("name", "姓名", NAME_SYNONYMS, required=True),
        Column(
            "id_number", "身份证号", (*ID_SYNONYMS, "公民身份号码", "工号", "学号", "工号或学号"),
            required=True, sensitive=True, hint="或工号、学号，文本格式",
        ),
        Column("manner", "任职方式", ("任职形式",), hint="正式、主持工作、兼职"),
        Column("started_on", "任职起", ("任职日期", "任职时间", "任职开始日期", "起始日期", "任职起始日期")),
        Column("ended_on", "任职止", ("免职日期", "任职结束日期", "终止日期", "离任日期")),
        Column("oversight", "分管", ("分管单位", "分管党组织", "分管对象"), hint="党组织或人员，几个用；隔开"),
    )  # fmt: skip

    def read(self, rows: list[Row]) -> list[Entry]:
        self.organizations = Organizations(self.reach)
        tenures = [self.tenure(row) for row in rows]
        self.find_people(tenures)
        self.find_targets(tenures)
        self.join(tenures)
        self.check_overlaps(tenures)
        return [self.entry(one) for one in tenures]

    def tenure(self, row: Row) -> Tenure:
        """Return what a row says."""
        one = Tenure(row, tidy_name(row.text("name")), organization=self.organizations.of_row(row, "organization"))
        if not one.name:
            row.error("name", "name-missing", __("没有填姓名。"))
        one.role = labels.label_in(labels.ROLES, row.text("role")) or ""
        if not one.role:
            row.error("role", "label-unmatched", __("没有对上职务。请写书记、副书记、组织委员、校级领导等。"))
        elif self.by is not None and one.role in RESTRICTED:
            row.error(
                "role", "post-restricted", __("部门、审批和三员的职务不从表格导入。请在“职务办理”里提出、批准、办理。")
            )
        if text := row.text("manner"):
            one.manner = labels.label_in(labels.MANNERS, text) or ""
            if not one.manner:
                row.error("manner", "label-unmatched", __("任职方式应为正式、主持工作或兼职。"))
        started, ended = row.date("started_on"), row.date("ended_on")
        one.started_on = started.on if started else None
        one.ended_on = last_possible_day(*ended.fields) if ended else None
        if started is None and not row.rejected:
            row.error("started_on", "date-invalid", __("没有填任职起。请补上日期。"))
        if one.started_on and one.ended_on and one.ended_on < one.started_on:
            row.error("ended_on", "date-order", __("任职止早于任职起。请核对。"))
        return one

    def find_people(self, tenures: list[Tenure]) -> None:
        """Find each person by ID number or staff number; the name must be theirs."""
        words = {id(one): one.row.text("id_number").replace(" ", "") for one in tenures}
        plain = [text for text in words.values() if text]
        people = People(map(as_id, plain), plain, Person.objects.defer("id_number", "phone", "address"))
        for one in tenures:
            text = words[id(one)]
            if code := self.trouble_with(one.row.raw("id_number"), text, people.find(text)):
                one.row.error("id_number", code, str(NUMBER_WORDS.get(code) or ID_WORDS[code]))
                continue
            person = people.find(text)
            if person is not None and one.name and squeezed(person.name) != squeezed(one.name):
                one.row.error("name", "person-mismatch", __("身份证号或工号属于另一个姓名的人。请核对。"))
            elif person is not None and self.by is not None and person.user_id == self.by.pk:
                one.row.error("name", "person-mismatch", __("自己的任职请由另一位同志导入。"))
            one.person = person

    def trouble_with(self, value: Any, text: str, person: Person | None) -> str:
        """Return the code of what is wrong with an ID or staff number, empty if it names a person."""
        if not text:
            return "id-missing"
        if digits_lost(value, text):
            return "id-digits-lost"
        if person is not None:
            return ""
        faults = identity_of(text, self.on).faults if len(text) >= 15 else ()
        return faults[0] if faults else "person-unknown"

    def find_targets(self, tenures: list[Tenure]) -> None:
        """Find what each leader oversees: organisations by their names, people by name, ID or staff number."""
        self.target_names: dict[Target, str] = {}
        parts = {id(one): split(one.row.text("oversight")) for one in tenures}
        open_words = {word for words in parts.values() for word in words if not self.organizations.find(word)}
        found = People(map(as_id, open_words), open_words, Person.objects.defer("id_number", "phone", "address"))
        named: dict[str, set[int]] = defaultdict(set)
        for chunk in in_chunks(tidy_name(word) for word in open_words):
            for pk, name in Person.objects.filter(name__in=chunk, died_on=None).values_list("pk", "name"):
                named[name].add(pk)
        for one in tenures:
            for word in parts[id(one)]:
                self.add_target(one, word, found, named)

    def add_target(self, one: Tenure, word: str, found: People, named: dict[str, set[int]]) -> None:
        organization, person = self.organizations.find(word), found.find(word)
        people = {person.pk} if person else named.get(tidy_name(word), set())
        if organization is not None:
            one.targets.append(("organization", organization.pk))
            self.target_names[one.targets[-1]] = str(organization)
        elif len(people) == 1:
            one.targets.append(("person", next(iter(people))))
            self.target_names[one.targets[-1]] = person.name if person else word
        else:
            words = __("分管里的“%(word)s”没有找到，或有几人同名。请写党组织全称、编码，或人员的工号。")
            one.row.error("oversight", "person-unknown", words % {"word": word[:30]})

    def join(self, tenures: list[Tenure]) -> None:
        """Join each row with the post and the oversight that it continues or corrects."""
        good = [one for one in tenures if not one.row.rejected and one.person and one.organization]
        people = {one.person.pk for one in good if one.person}
        self.posts = list(Post.objects.select_related("person").filter(person__in=people)) if people else []
        held = list(Oversight.objects.filter(leader__in=people)) if people else []
        by_office: dict[tuple[int, int, str], list[Post]] = defaultdict(list)
        for post in self.posts:
            by_office[post.person_id, post.organization_id, post.role].append(post)
        for one in good:
            one.post = next((post for post in by_office[one.office] if meets(one, post)), None)
            one.oversights = [row for row in held if one.person and row.leader_id == one.person.pk]
        begun: set[tuple[Any, ...]] = set()
        for one in good:
            one.repeats = one.post is None and (*one.office, one.started_on) in begun
            begun.add((*one.office, one.started_on))

    def check_overlaps(self, tenures: list[Tenure]) -> None:
        """Refuse a second 书记 of one organisation at one time, and one person in two offices that are held apart."""
        good = [one for one in tenures if not one.row.rejected and one.person and one.organization]
        replaced = {one.post.pk for one in good if one.post}
        organizations = {one.organization.pk for one in good if one.organization and one.role == Post.Role.SECRETARY}
        standing = Post.objects.secretaries().filter(organization__in=organizations)
        spans: dict[tuple[str, int], list[tuple[dt.date, dt.date, Any]]] = defaultdict(list)
        for post in (post for post in standing if post.pk not in replaced):
            span = (post.started_on, post.ended_on or FAR_FUTURE, post.role)
            spans["secretary", post.organization_id].append(span)
        for post in self.posts:
            if apart_from(post.role) and post.pk not in replaced:
                spans["apart", post.person_id].append((post.started_on, post.ended_on or FAR_FUTURE, post.role))
        for one in good:
            if not one.repeats:
                self.check_overlap(one, spans)

    def check_overlap(self, one: Tenure, spans: dict[tuple[str, int], list[tuple[dt.date, dt.date, Any]]]) -> None:
        assert one.person is not None  # nosec B101 # an accepted row has it; this tells mypy
        assert one.organization is not None  # nosec B101 # an accepted row has it; this tells mypy
        first, last = one.span
        if one.role == Post.Role.SECRETARY:
            key, words = ("secretary", one.organization.pk), __("同一时间这个党组织已有书记。请先填前任的任职止。")
            clash = any(begun <= last and first <= ended for begun, ended, _role in spans[key])
        elif apart_from(one.role):
            key, words = ("apart", one.person.pk), str(APART_WORDS)
            held = [role for begun, ended, role in spans[key] if begun <= last and first <= ended]
            clash = any(are_apart(role, one.role) for role in held)
        else:
            return
        if clash:
            one.row.error("role", "post-overlap", words)
        else:
            spans[key].append((first, last, one.role))

    def entry(self, one: Tenure) -> Entry:
        place = str(one.organization or one.row.text("organization"))
        label = str(Post.Role(one.role).label) if one.role else one.row.text("role")
        if one.row.rejected:
            return Entry(one.row, REJECTED, one.name, f"{place} {label}")
        one.changes = [*([] if one.repeats else post_changes(one)), *self.oversight_changes(one)]
        is_new = one.post is None and not one.repeats
        status = NEW if is_new else CHANGED if one.changes else UNCHANGED
        return Entry(one.row, status, one.name, f"{place} {label}", one.changes, one)

    def oversight_changes(self, one: Tenure) -> list[Change]:
        changes = []
        for target in dict.fromkeys(one.targets):
            held = held_of(one, target)
            if held is None:
                changes.append(Change(__("分管"), "", self.target_names[target]))
            elif one.ended_on and held.ended_on != one.ended_on:
                changes.append(Change(__("分管止"), shown(held.ended_on), date_words(one.ended_on)))
        return changes

    def write(self, entries: list[Entry]) -> None:
        write_posts([entry.payload for entry in entries], by=self.by)


NUMBER_WORDS = {
    "id-missing": _("没有填身份证号，也没有填工号或学号。"),
    "id-digits-lost": _("身份证号被存成了数字，末尾几位已丢失。请设为文本后重新录入。"),
    "person-unknown": _("系统里没有这个人。请先导入党员名册。"),
}


def split(text: str) -> list[str]:
    return [word.strip() for word in text.translate(SEPARATORS).split(";") if word.strip()]


def meets(one: Tenure, post: Post) -> bool:
    """Return whether a stored post of the same office and person is the one of the row."""
    if post.started_on == one.started_on:
        return True
    return post.started_on <= (one.ended_on or FAR_FUTURE) and (one.started_on or dt.date.min) <= (
        post.ended_on or FAR_FUTURE
    )


def post_changes(one: Tenure) -> list[Change]:
    """Return what differs from the stored post; an empty cell keeps what is known."""
    before = one.post
    wanted = {"manner": one.manner, "started_on": one.started_on, "ended_on": one.ended_on}
    changes = []
    for name, value in wanted.items():
        old = getattr(before, name) if before else None
        if value and value != old:
            field = cast("Field[Any, Any]", Post._meta.get_field(name))
            changes.append(Change(str(field.verbose_name), shown(old), shown(value)))
    return changes


def shown(value: Any) -> str:
    if isinstance(value, dt.date):
        return date_words(value)
    return str(Post.Manner(value).label) if value else ""


def held_of(one: Tenure, target: Target) -> Oversight | None:
    """Return the stored oversight of a target that touches the tenure."""
    first, last = one.span
    for row in one.oversights:
        same = getattr(row, f"{target[0]}_id") == target[1]
        if same and row.started_on <= last and first <= (row.ended_on or FAR_FUTURE):
            return row
    return None


def write_posts(tenures: list[Tenure], *, by: Any = None) -> None:
    """Write posts (ends first, so that a new 书记 finds the office free) and oversight, in bulk."""
    kept = [one for one in tenures if one.post is not None]
    for one in kept:
        assert one.post is not None  # nosec B101 # an accepted row has it; this tells mypy
        one.post.manner = one.manner or one.post.manner
        one.post.started_on = one.started_on or one.post.started_on
        one.post.ended_on = one.ended_on or one.post.ended_on
    Post.objects.bulk_update([one.post for one in kept if one.post], ["manner", "started_on", "ended_on"], 200)
    new = [new_post(one) for one in tenures if one.post is None and not one.repeats]
    note_post(Post.objects.bulk_create(new, batch_size=500), by=by)
    ended, begun = [], {}
    for one in tenures:
        for target in one.targets:
            held = held_of(one, target)
            if held is None:
                begun[one.person, target, one.started_on] = new_oversight(one, target)
            elif one.ended_on:
                held.ended_on = one.ended_on
                ended.append(held)
    Oversight.objects.bulk_update(ended, ["ended_on"], 200)
    Oversight.objects.bulk_create(begun.values(), batch_size=500)


def new_post(one: Tenure) -> Post:
    assert one.started_on is not None  # nosec B101 # an accepted row has it; this tells mypy
    return Post(
        person=one.person, organization=one.organization, role=one.role, manner=one.manner or Post.Manner.FORMAL,
        started_on=one.started_on, ended_on=one.ended_on,
    )  # fmt: skip


def new_oversight(one: Tenure, target: Target) -> Oversight:
    assert one.started_on is not None  # nosec B101 # an accepted row has it; this tells mypy
    return Oversight(
        leader=one.person, started_on=one.started_on, ended_on=one.ended_on, **{f"{target[0]}_id": target[1]}
    )
