"""Which accounts of the invented university show which persona."""

from carehub.access.matrix import PERSONAS
from carehub.access.wording import PERSONAS as WORDS
from carehub.calendar import today
from members.models import Person, Post
from members.scope import persona_of


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
    return [(str(WORDS[code]), chosen[code].number or "", chosen[code].name) for code in PERSONAS if code in chosen]
