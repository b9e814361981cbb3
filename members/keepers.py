"""Who keeps the roster of an organisation today."""

from carehub.access.matrix import codes_of
from carehub.access.paths import parent_paths
from carehub.calendar import today
from members.models import Person, Post
from members.scope import persona_of


def keepers_of(path: str, *, without: Person | None = None) -> set[int]:
    """Return the accounts of the nearest organisation, at a path or above it, whose posts may edit people there.

    "/" asks for those who keep the whole school's.
    """
    found: dict[str, set[int]] = {}
    paths = [path, *parent_paths(path)]
    posts = Post.objects.in_force(today()).exclude(person__user=None).select_related("organization", "person")
    here = posts.filter(organization__parent=None) if path == "/" else posts.filter(organization__path__in=paths)
    for post in here.exclude(person=without):
        if "e" in codes_of("person", persona_of(post.role, post.organization.kind)):
            found.setdefault(post.organization.path or "", set()).add(post.person.user_id or 0)
    return found[max(found, key=len)] if found else set()
