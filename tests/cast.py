"""The shared cast: a small school in which every test knows who is who.

委员会 → 外国语学院党总支 (一支部 with a group, 二支部), 数学学院党总支 (数学支部), 图书馆直属党支部.
Logins are the person's key in `School.people`; every password is PASSWORD.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from carehub.accounts.models import User
from members.actions import affiliate
from members.models import Organization, Oversight, Person, Post

PASSWORD = "correct-horse-battery"
START = dt.date(2020, 1, 1)
Kind, Role, Category = Organization.Kind, Post.Role, Person.Category

ORGANIZATIONS = (
    # key, code, name, kind, parent
    ("committee", "060000", "中共四川文理学院委员会", Kind.COMMITTEE, None),
    ("languages", "06000001", "外国语学院党总支", Kind.GENERAL_BRANCH, "committee"),
    ("first", "0600000101", "外国语学院教工第一党支部", Kind.BRANCH, "languages"),
    ("first_group", "060000010101", "教工第一党支部第一党小组", Kind.GROUP, "first"),
    ("second", "0600000102", "外国语学院教工第二党支部", Kind.BRANCH, "languages"),
    ("maths", "06000002", "数学学院党总支", Kind.GENERAL_BRANCH, "committee"),
    ("maths_branch", "0600000201", "数学学院教工党支部", Kind.BRANCH, "maths"),
    ("direct", "06000003", "图书馆直属党支部", Kind.BRANCH, "committee"),
)

PEOPLE = (
    # key, name, pinyin, organisation, posts
    ("owner", "林晓岚", "lin xiao lan", "first", [("first", Role.SECRETARY)]),
    ("officer", "王志远", "wang zhi yuan", "first", [("first", Role.ORGANIZER)]),
    ("member", "黎小满", "li xiao man", "first", []),
    ("group_leader", "陈立群", "chen li qun", "first_group", [("first_group", Role.GROUP_LEADER)]),
    ("colleague", "谭明", "tan ming", "second", [("second", Role.SECRETARY)]),
    ("colleague_member", "何静怡", "he jing yi", "second", []),
    ("outsider", "赵启文", "zhao qi wen", "maths_branch", [("maths_branch", Role.SECRETARY)]),
    ("outsider_member", "孙秉钧", "sun bing jun", "maths_branch", []),
    ("general_secretary", "程立新", "cheng li xin", "first", [("languages", Role.SECRETARY)]),
    ("general_officer", "罗秀芝", "luo xiu zhi", "second", [("languages", Role.ORGANIZING_CLERK)]),
    ("maths_secretary", "曾宪平", "zeng xian ping", "maths_branch", [("maths", Role.SECRETARY)]),
    ("librarian", "沈若兰", "shen ruo lan", "direct", [("direct", Role.SECRETARY)]),
    ("direct_member", "袁梦", "yuan meng", "direct", []),
    ("clerk", "周启明", "zhou qi ming", "direct", [("committee", Role.DEPARTMENT_CLERK)]),
    ("head", "唐婉清", "tang wan qing", "direct", [("committee", Role.DEPARTMENT_HEAD)]),
    ("approver", "吴佳宁", "wu jia ning", "direct", [("committee", Role.APPROVER)]),
    ("leader", "高建国", "gao jian guo", "direct", [("committee", Role.LEADER)]),
    ("retirees", "韩雪梅", "han xue mei", "direct", [("committee", Role.RETIREES_OFFICE)]),
    ("students", "马晓东", "ma xiao dong", "direct", [("committee", Role.STUDENTS_OFFICE)]),
    ("personnel", "邓雨桐", "deng yu tong", "direct", [("committee", Role.PERSONNEL_OFFICE)]),
    ("union", "谢雨薇", "xie yu wei", "direct", [("committee", Role.UNION)]),
    ("finance", "彭子涵", "peng zi han", "direct", [("committee", Role.FINANCE)]),
    ("discipline", "付海涛", "fu hai tao", "direct", [("committee", Role.DISCIPLINE_OFFICE)]),
    ("publicity", "秦川", "qin chuan", "direct", [("committee", Role.PUBLICITY_OFFICE)]),
    ("system_admin", "蒋文博", "jiang wen bo", "direct", [("committee", Role.SYSTEM_ADMIN)]),
    ("security_admin", "冯国栋", "feng guo dong", "direct", [("committee", Role.SECURITY_ADMIN)]),
    ("auditor", "田春生", "tian chun sheng", "direct", [("committee", Role.AUDIT_ADMIN)]),
)


@dataclass
class School:
    organizations: dict[str, Organization] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, key: str) -> Any:
        """school.first is an organisation, school.owner a person."""
        if key in self.organizations:
            return self.organizations[key]
        if key in self.people:
            return self.people[key]
        raise AttributeError(key)

    def user(self, key: str) -> User:
        return User.objects.get(number=key)


def id_number_of(n: int) -> str:
    """Return a valid-looking ID number with an impossible region code (99)."""
    body = f"990101{1960 + n % 40}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def make_person(name: str, organization: Organization, *, since: dt.date = START, **fields: Any) -> Person:
    """Create a Party member who has been in an organisation since a day."""
    fields.setdefault("category", Category.FULL)
    fields.setdefault("occupation", Person.Occupation.STAFF)
    fields.setdefault("joined_on", dt.date(2010, 7, 1))
    fields.setdefault("confirmed_on", dt.date(2011, 7, 1))
    person = Person.objects.create(name=name, **fields)
    affiliate(person=person, organization=organization, on=since)
    return person


def assemble() -> School:
    """Build the school."""
    school = School()
    for key, code, name, kind, parent in ORGANIZATIONS:
        school.organizations[key] = Organization.objects.create(
            code=code, name=name, kind=kind, parent=school.organizations.get(parent or "")
        )
    for n, (key, name, pinyin, organization, posts) in enumerate(PEOPLE):
        school.people[key] = _hire(school, n, key, name, pinyin, organization, posts)
    Oversight.objects.create(leader=school.leader, organization=school.languages, started_on=START)
    return school


def _hire(school: School, n: int, key: str, name: str, pinyin: str, organization: str, posts: list) -> Person:
    from carehub.sealing import keyed_hash

    user = User.objects.create_user(key, PASSWORD, email=f"{key}@example.invalid")
    person = make_person(
        name,
        school.organizations[organization],
        user=user,
        number=f"2020{n:04d}",
        pinyin=pinyin,
        pinyin_joined=pinyin.replace(" ", ""),
        initials="".join(word[0] for word in pinyin.split()),
        id_number=id_number_of(n),
        id_hash=keyed_hash(id_number_of(n)),
        phone=f"1380000{n:04d}",
    )
    for place, role in posts:
        Post.objects.create(person=person, organization=school.organizations[place], role=role, started_on=START)
    return person
