"""Which accounts of the invented university show which persona."""

from carehub.access.matrix import PERSONAS
from carehub.calendar import today
from members.models import Person, Post
from members.scope import persona_of

WORDS = {
    "M": "党员", "GL": "党小组组长", "BS": "支部书记", "BO": "支部组织委员", "GS": "总支书记",
    "GO": "总支组织员", "OD": "组织部经办", "OH": "组织部负责人", "PC": "党委审批人", "LD": "校领导",
    "LT": "离退休工作处", "XG": "学生工作部", "RS": "人事处", "GH": "工会", "CW": "财务处",
    "JW": "纪委", "XC": "宣传部", "SYS": "系统管理员", "SEC": "安全管理员", "AUD": "审计管理员",
}  # fmt: skip


def demo_logins() -> list[tuple[str, str, str]]:
    """Return (persona in words, number, name) of one account per persona."""
    chosen: dict[str, Person] = {}
    posts = Post.objects.in_force(today()).filter(person__user__isnull=False)
    for post in posts.select_related("person", "organization").order_by("organization__code", "pk"):
        persona = persona_of(post.role, post.organization.kind)
        if persona:
            chosen.setdefault(persona, post.person)
    plain = Person.objects.filter(user__isnull=False, posts__isnull=True, died_on=None).exclude(organization=None)
    if member := plain.order_by("pk").first():
        chosen["M"] = member
    return [(WORDS[code], chosen[code].number or "", chosen[code].name) for code in PERSONAS if code in chosen]
