"""The roster (党员名册): who is new, who changed, who moved, who is missing. Nothing is ever deleted or blanked."""

from collections import Counter, defaultdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.importing.base import CHANGED, NEW, REJECTED, UNCHANGED, Column, Entry, Importer, Row, register
from members.importing.lookup import CHUNK, Organizations, People, in_chunks
from members.importing.merging import merge, put_together
from members.importing.person_row import Wanted, admission_in, admission_of, check_admission, read_person
from members.importing.remembering import remembered
from members.importing.roster_writing import write_people
from members.models import Organization, Person
from members.models.person import PersonQuerySet

ID_SYNONYMS = (
    "公民身份证号", "公民身份证号码", "身份证号", "身份证号码", "证件号码", "身份证", "居民身份证号", "居民身份证号码",
)  # fmt: skip
NUMBER_SYNONYMS = ("工号", "学号", "职工号", "教工号", "学工号", "工号/学号", "工号学号", "人员编号")
ORGANIZATION_SYNONYMS = (
    "组织关系所在党支部", "所属支部", "所在支部", "所属党支部", "所在党组织", "党支部", "党支部名称", "党组织",
    "所属党组织", "支部名称", "组织关系所在党组织",
)  # fmt: skip
JOINED_SYNONYMS = ("加入党组织日期", "入党时间", "入党年月", "加入党组织时间", "加入中共组织日期")
SINCE_SYNONYMS = ("进入支部日期", "组织关系转入时间", "组织关系转入日期", "转入时间", "进入支部时间")
NOT_IN_ROSTER = _("您的名册里没有此人。新发展、新转入的同志由组织部导入名册，之后可在这里更新。")
NAME_SYNONYMS = ("党员姓名", "名字")


@register
class RosterImporter(Importer):
    kind = "roster"
    title = _("党员名册")
    columns = (
        Column("name", "姓名", NAME_SYNONYMS, required=True, sample="黎小满"),
        Column("sex", "性别", sample="女"),
        Column("id_number", "公民身份号码", ID_SYNONYMS, required=True, sensitive=True, hint="文本格式，18 位"),
        Column("number", "工号或学号", NUMBER_SYNONYMS, hint="用于登录，文本格式"),
        Column("ethnicity", "民族", sample="汉族"),
        Column("born_on", "出生日期", ("出生年月", "出生年月日", "出生时间"), sample="1990-03-07"),
        Column("education", "学历", ("文化程度",), sample="硕士研究生"),
        Column("category", "人员类别", ("党员类型", "党员类别"), sample="正式党员"),
        Column(
            "organization",
            "所在党支部",
            ORGANIZATION_SYNONYMS,
            required=True,
            hint="全称、简称或编码",
        ),
        Column("joined_on", "入党日期", JOINED_SYNONYMS, sample="2012-06-20"),
        Column("confirmed_on", "转正日期", ("转为正式党员日期", "转正时间", "转为正式党员时间"), sample="2013-06-20"),
        Column("since_on", "转入日期", SINCE_SYNONYMS),
        Column("position", "工作岗位", ("岗位", "工作岗位类别"), sample="事业单位专业技术人员"),
        Column("phone", "手机号码", ("手机号", "联系电话", "移动电话", "手机", "电话", "联系方式"), sensitive=True),
        Column("address", "现居住地", ("家庭住址", "住址", "家庭地址", "现住址", "居住地"), sensitive=True),
        Column("standing", "党籍状态"),
        Column("lost", "是否失联党员", ("是否为失联党员", "是否失联", "失联党员")),
        Column("lost_contact_on", "失去联系日期", ("失联日期", "失联时间", "失去联系时间")),
        Column("floating", "是否流动党员", ("是否为流动党员", "是否流动", "流动党员")),
        Column("floating_to", "外出流向", ("流动去向", "外出地点")),
        Column("correction", "党龄校正值", ("党龄校正值月", "党龄校正")),
    )

    def read(self, rows: list[Row]) -> list[Entry]:
        """Judge every row; a fixed number of queries per 500 people."""
        wanted = [read_person(row, self.on) for row in rows]
        self.organizations = Organizations(self.reach)
        for one in wanted:
            one.organization = self.organizations.of_row(one.row, "organization")
        self.find_twins(wanted)
        self.find_namesakes(wanted)
        self.wanted = wanted
        self.seen: set[int | None] = set()
        self.categories = {*Person.MEMBER_CATEGORIES, *(one.fields.get("category", "") for one in wanted)}
        return [
            entry for start in range(0, len(wanted), CHUNK) for entry in self.entries(wanted[start : start + CHUNK])
        ]

    def entries(self, wanted: list[Wanted]) -> list[Entry]:
        """Return what will happen with some rows; of a row without effect nothing is kept but its counts."""
        self.people = People(
            numbers=(one.fields.get("number", "") for one in wanted),
            people=self.known_people().defer("id_number"),
            hashes=(one.id_hash for one in wanted),
        )
        self.organizations.attach_to(self.people.everybody)
        entries = [self.entry(one) for one in wanted]
        for one, entry in zip(wanted, entries, strict=True):
            if entry.payload is not one:
                one.fields, one.defaults, one.dates = {}, {}, {}
            one.row.cells = one.row.cells if one.row.findings else {}  # of a row to be put right they are kept
        return entries

    def known_people(self) -> PersonQuerySet:
        """Return the people whom the uploader's file may name: those in reach. Whoever is elsewhere is not there."""
        return Person.objects.all() if self.reach.everything else Person.objects.filter(self.reach.q())

    def find_twins(self, wanted: list[Wanted]) -> None:
        """Name every row of an ID number, or of a staff or student number, that stands twice in the file."""
        ids = Counter(one.id_number for one in wanted if one.id_number)
        numbers: dict[str, set[str]] = defaultdict(set)
        for one in wanted:
            if number := one.fields.get("number"):
                numbers[number].add(one.id_number)
        for one in wanted:
            if ids[one.id_number] > 1:
                one.row.error("id_number", "id-duplicate", str(_("同一身份证号在表里出现了多次。请只保留一行。")))
            elif len(numbers.get(one.fields.get("number", ""), ())) > 1:
                one.row.error("number", "person-mismatch", str(_("同一工号或学号在表里给了不同的人。请核对。")))

    def find_namesakes(self, wanted: list[Wanted]) -> None:
        """Warn of another person with the same name and birth date, in the file or in the system."""
        known: dict[tuple[str, Any], set[str]] = defaultdict(set)
        for chunk in in_chunks(one.name for one in wanted if one.name):
            found = self.known_people().filter(name__in=chunk).exclude(born_on=None)
            for name, born_on, id_hash in found.values_list("name", "born_on", "id_hash"):
                known[name, born_on].add(id_hash or "")
        for one in wanted:
            if one.name and one.born and one.id_hash:
                known[one.name, one.born.on].add(one.id_hash)
        for one in wanted:
            if one.id_hash and one.born and known[one.name, one.born.on] - {one.id_hash}:
                one.row.warn("name", "namesake", str(_("另有同名同出生日期的人，身份证号不同。请核对是不是同一个人。")))

    def entry(self, one: Wanted) -> Entry:
        """Return what will happen with one row. Somebody new is put together only when they are written."""
        place = str(one.organization or one.row.text("organization"))
        person = self.person_of(one)
        if one.row.rejected or one.organization is None:
            return Entry(one.row, REJECTED, one.name, place)
        if person is None:
            check_admission(one.row, admission_in(one, self.on), self.on)
            return Entry(one.row, NEW, one.name, place, payload=one)
        merged = merge(one, person, self.on)
        check_admission(one.row, admission_of(merged.person), self.on)
        status = CHANGED if merged.changes else UNCHANGED
        return Entry(one.row, status, one.name, place, merged.changes, merged if merged.changes else None)

    def person_of(self, one: Wanted) -> Person | None:
        """Return the person of a row: by ID number, else by staff or student number if that person has no ID yet."""
        number = one.fields.get("number", "")
        person, holder = self.people.by_hash.get(one.id_hash), self.people.by_number.get(number)
        if person is None and holder is not None and holder.id_hash is None and holder.name == one.name:
            person = holder
        self.seen.add(person.pk if person else None)
        if not self.reach.everything:
            self.keep_to_known(one, person)
        elif holder is not None and holder is not person:
            one.row.error("number", "person-mismatch", str(_("这个工号或学号属于另一个人。请核对。")))
        return person

    def keep_to_known(self, one: Wanted, person: Person | None) -> None:
        """Let a part of the school update its own people only.

        Whether somebody unknown here belongs elsewhere, or a number is somebody else's, is not to be found out by a
        file: both answers are the same for everybody.
        """
        if person is None:
            one.row.error("id_number", "person-unknown", str(NOT_IN_ROSTER))
        elif one.fields.get("number") and one.fields["number"] != person.number:
            del one.fields["number"]
            one.row.warn("number", "number-kept", str(_("与名册里的工号或学号不同，没有采用。更正请找组织部。")))

    def missing(self) -> list[dict[str, str]]:
        """Return the people of the file's organisations who are not in the file: Party members, and of other
        categories if the file has any of them."""
        return [{"name": person.name, "organization": str(person.organization)} for person in self.missing_people()]

    def missing_people(self) -> list[Person]:
        named = {one.organization.pk for one in self.wanted if one.organization}
        unclear = {(one.name, one.organization.pk) for one in self.wanted if one.organization and not one.id_number}
        found: list[Person] = []
        for organizations in in_chunks(str(pk) for pk in self.organizations.groups_within(named)):
            people = Person.objects.filter(organization_id__in=organizations, category__in=self.categories)
            people = people.filter(died_on=None, left_party_on=None).select_related("organization")
            found += people.defer("id_number", "phone", "address")
        gone = [person for person in found if person.pk not in self.seen and not self.is_unclear(person, unclear)]
        return sorted(
            gone, key=lambda person: (person.organization.code if person.organization else "", person.pinyin, person.pk)
        )

    def is_unclear(self, person: Person, unclear: set[tuple[str, int]]) -> bool:
        """Return whether a rejected row without a readable ID bears the person's name in the same organisation."""
        organization: Organization | None = person.organization
        places = {organization.pk, organization.parent_id} if organization else set()
        return any((person.name, place) in unclear for place in places)

    def write(self, entries: list[Entry]) -> None:
        absent = self.missing_people()
        missing = [person.pk for person in absent if person.verify_since_on is None]
        merged = [put_together(entry.payload, self.on) for entry in entries]
        with remembered(merged, missing, [person.pk for person in absent]) as self.before:
            write_people(merged, missing, on=self.on, by=self.by)


def by_office(person: Person) -> tuple[str, str, int]:
    """Return what puts people in the order of their offices, then of their names."""
    return person.organization.code if person.organization else "", person.pinyin, person.pk
