"""Who can be asked to do something, and who holds the office with which a matter lies."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from carehub.access.matrix import codes_of
from carehub.access.paths import parent_paths
from carehub.access.viewer import Viewer, viewer_of
from members.models import Organization, Person, Post
from members.scope import persona_of, title_of
from talks.models import FollowUp, Talk
from talks.models.follow_up import GROUPS, RESOURCE
from talks.models.talk import SEALED

ASKED_UP = ("OH",)  # the department's head decides what is handed up; he is not asked directly


def post_words(post: Post) -> str:
    """Return 王志远（支部组织委员）."""
    return _("%(name)s（%(title)s）") % {"name": post.person.name, "title": title_of(post)}


def may_ask(user: Any, talk: Talk) -> bool:
    """Return whether an account writes down what is to be done after a talk: its secretary, or the leader himself."""
    viewer = viewer_of(user)
    return talk.withdrawn_at is None and asks_from(viewer, talk.path, talk.talker_id)


def asks_from(viewer: Viewer, path: str, talker_id: int) -> bool:
    """Return whether matters that come up in this organisation's talks are the viewer's to write down."""
    for seat in viewer.seats:
        scope = codes_of(RESOURCE, seat.persona).get("e", "")
        if scope in ("b", "s") and seat.path and path.startswith(seat.path):
            return True
        if scope == "o" and seat.path == path and (seat.persona != "LD" or talker_id == viewer.person_id):
            return True
    return False


def candidates(path: str, person: Person, on: dt.date) -> list[Post]:
    """Return the posts that can be given a matter: in its organisation and those above, then of the person's own.

    A secretary outside his branch is not among them: of other ledgers he sees nothing. Nobody does his own matter.
    """
    paths = {path, *parent_paths(path), *([person.path, *parent_paths(person.path)] if person.path else [])}
    posts = (
        Post.objects.in_force(on)
        .filter(organization__path__in=sorted(paths), person__user__is_active=True, person__died_on=None)
        .filter(~Q(person=person.pk))
        .select_related("person", "organization")
        .defer(*(f"person__{name}" for name in SEALED))
    )
    fit = [
        post for post in posts.order_by("-organization__path", "started_on", "pk") if _can_be_asked(post, path, person)
    ]
    return sorted(fit, key=lambda post: not path.startswith(post.organization.path or ""))


def _can_be_asked(post: Post, path: str, person: Person) -> bool:
    persona = persona_of(post.role, post.organization.kind)
    cell = codes_of(RESOURCE, persona) if persona else {}
    if "a" not in cell or persona in (*ASKED_UP, "LD"):
        return False
    if persona in GROUPS:
        return person.occupation == GROUPS[persona]
    return cell["v"] not in ("b", "s") or path.startswith(post.organization.path or "")


def general_above(path: str) -> Organization | None:
    """Return the general branch over a branch, None where there is none (直属党支部, the committee)."""
    above = Organization.objects.filter(path__in=parent_paths(path), kind=Organization.Kind.GENERAL_BRANCH)
    return above.first()


def holders(item: FollowUp, on: dt.date) -> list[Post]:
    """Return the posts that hold the office with which a matter lies today, none while it is vacant."""
    posts = Post.objects.in_force(on).select_related("person", "organization")
    posts = posts.defer(*(f"person__{name}" for name in SEALED))
    if item.to_department_at:
        found = posts.filter(role=Post.Role.DEPARTMENT_HEAD)
    elif item.to_general_at:
        general = general_above(item.path)
        found = posts.secretaries().filter(organization=general)
    elif item.organization.kind == Organization.Kind.COMMITTEE:
        leading = posts.filter(organization=item.organization_id, person__user=item.asked_by_id)
        found = leading.filter(role__in=[Post.Role.LEADER, Post.Role.SECRETARY])
    else:
        found = posts.secretaries().filter(organization=item.organization_id)
    return list(found.order_by("started_on", "pk"))


def accounts_of(posts: list[Post]) -> list[int]:
    """Return the accounts of those who hold the posts."""
    return [post.person.user_id for post in posts if post.person.user_id]


def next_office(item: FollowUp, on: dt.date) -> str:
    """Return where a matter can be handed up: "general", "department" or nowhere; a vacant secretary is passed over."""
    if item.to_department_at:
        return ""
    if item.to_general_at or item.organization.kind != Organization.Kind.BRANCH:
        return "department"
    general = general_above(item.path)
    filled = general and Post.objects.in_force(on).secretaries().filter(organization=general).exists()
    return "general" if filled else "department"


def readers(item: FollowUp, on: dt.date) -> list[str]:
    """Return the names and posts of those who see a matter today, office by office; the member himself apart."""
    at_home = FollowUp(organization=item.organization, path=item.path, asked_by_id=item.asked_by_id)
    at_general = FollowUp(organization=item.organization, path=item.path, to_general_at=item.to_general_at)
    offices = [holders(at_home, on), [item.assignee] if item.assignee and item.in_hand_of else []]
    offices += [holders(at_general, on)] if item.to_general_at else []
    offices += [holders(item, on)] if item.to_department_at else []
    named = ["、".join(post_words(post) for post in posts if post.person_id != item.person_id) for posts in offices]
    return list(dict.fromkeys(words for words in named if words))
