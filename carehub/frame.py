"""What every page's frame shows: scope, navigation, unread messages. Nothing that the viewer may not open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, resolve, reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext_lazy as _

from carehub.access.guards import Guard, guard_of
from carehub.access.matrix import codes_of
from carehub.access.viewer import Viewer, viewer_of
from carehub.calendar import today
from carehub.demo.invention import SCHOOL as INVENTED_SCHOOL
from carehub.reminders.inbox import unread_of
from members.models import Organization
from members.panels import scope_words

OFFICERS = ("BS", "BO")
Arguments = Callable[[Viewer], list[int] | None]


def always(viewer: Viewer) -> list[int] | None:
    return []


def for_officers_of_posts(viewer: Viewer) -> list[int] | None:
    """Whoever looks after somebody else: any post that opens more than the own file."""
    return [] if sees_others(viewer) else None


def for_the_ledger(viewer: Viewer) -> list[int] | None:
    """Whoever sees others in the hardship ledger, or its numbers; a member applies from the own file."""
    return [] if viewer.reach("hardship", "v", "n").over_others() else None


def for_keepers_of_the_roster(viewer: Viewer) -> list[int] | None:
    """Whoever brings in the roster; who brings in one ledger alone goes there from the ledger's own page."""
    return [] if viewer.may("roster_import", "e") else None


def for_helpers(viewer: Viewer) -> list[int] | None:
    """Whoever a post can bring something to do for somebody else."""
    return [] if viewer.may("follow_up", "a") else None


def with_duties(viewer: Viewer) -> list[int] | None:
    return [] if has_desk(viewer) else None


def own_branch(viewer: Viewer) -> list[int] | None:
    seat = next((seat for seat in viewer.seats if seat.persona in OFFICERS), None)
    return [seat.organization_id] if seat and seat.organization_id else None


def above_branches(viewer: Viewer) -> list[int] | None:
    """Whoever watches more than one branch: a general branch, the school, a group of people."""
    watches = viewer.reach("duty", "n", "v").over_others()
    return [] if watches and set(viewer.personas) - {"M", "GL", *OFFICERS} else None


def besides_officers(viewer: Viewer) -> list[int] | None:
    return [] if has_desk(viewer) and set(viewer.personas) - {"M", "GL", *OFFICERS} else None


def only_members(viewer: Viewer) -> list[int] | None:
    return None if has_desk(viewer) else []


def has_desk(viewer: Viewer) -> bool:
    """Return whether a post of the viewer brings duties, own or to watch."""
    return any(codes_of("duty", persona) for persona in viewer.personas if persona != "M")


def sees_others(viewer: Viewer) -> bool:
    """Return whether the viewer may open anybody's file but the own."""
    reach = viewer.reach("person", "v")
    return bool(reach.over_others() or reach.people - {viewer.person_id})


def for_auditor(viewer: Viewer) -> list[int] | None:
    return [] if viewer.reach("audit", "v").everything else None


def for_watchers_of_security(viewer: Viewer) -> list[int] | None:
    return [] if viewer.reach("audit", "F").everything else None


def for_accounts(viewer: Viewer) -> list[int] | None:
    """Who sees the accounts and is no office of the department: the security and the audit administrator."""
    return [] if for_offices(viewer) is not None and {"SEC", "AUD"} & set(viewer.personas) else None


def for_offices(viewer: Viewer) -> list[int] | None:
    return [] if viewer.reach("account", "v").everything else None


def for_keepers_of_waivers(viewer: Viewer) -> list[int] | None:
    """Whoever decides on waivers, prepares them or watches them."""
    return [] if viewer.reach("waiver", "v", "c").over_others() else None


def for_the_committee(viewer: Viewer) -> list[int] | None:
    return [] if viewer.may("waiver", "c") else None


def front_of(viewer: Viewer) -> str:
    """Return where an administrator begins, empty for everybody else: none of the three has a desk."""
    fronts = {"SYS": "administration:system", "SEC": "administration:accounts", "AUD": "audit:list"}
    routes = (fronts[persona] for persona in viewer.personas if persona in fronts)
    return next((route for route in routes if address_of(route, [])), "")


@dataclass(frozen=True)
class Place:
    """One entry of the navigation. `arguments` gives the URL's arguments, None where it does not concern a viewer."""

    label: Any
    icon: str
    route: str
    arguments: Arguments = always
    tab: Any = ""  # the short word on the phone's tab bar
    group: Any = ""
    below: tuple[str, ...] = field(default=())  # further address beginnings that belong to it


PLACES = (
    Place(_("工作台"), "home", "desk:home", with_duties, _("工作台"), below=("/duties/",)),
    Place(_("待审批"), "gavel", "waivers:meetings", for_the_committee, _("审批")),
    Place(_("系统状况"), "heartbeat", "administration:system", always, _("系统")),
    Place(_("账号"), "key", "administration:accounts", for_accounts, _("账号"), below=("/accounts/",)),
    Place(_("我的档案"), "user", "members:mine", only_members, _("我的")),
    Place(_("我要申请"), "receipt", "waivers:list", only_members, _("申请")),
    Place(_("支部一屏"), "layout-rows", "dashboard:branch", own_branch, _("支部")),
    Place(_("总览"), "chart-dots", "dashboard:overview", above_branches, _("总览")),
    Place(_("党组织"), "sitemap", "members:organizations", besides_officers, below=("/handover/",)),
    Place(_("人员档案"), "users", "members:people", for_officers_of_posts, _("人员")),
    Place(_("组织关系转接"), "arrows-exchange", "transfers:list", always),
    Place(_("谈心谈话"), "messages", "talks:list", for_officers_of_posts, _("谈话"), _("关怀"), ("/talk-requests/",)),
    Place(_("生活事件"), "calendar-event", "events:list", always, "", _("关怀")),
    Place(_("告知一件事"), "send", "events:tell", always, _("告知"), _("关怀")),
    Place(_("办理事项"), "heart-handshake", "follow-ups:list", for_helpers, "", _("关怀")),
    Place(_("党费减免"), "receipt", "waivers:list", for_keepers_of_waivers, "", _("关怀")),
    Place(_("应急查阅"), "lock", "text-requests:list", always, "", _("关怀")),
    Place(_("我的谈话"), "messages", "talks:list", only_members, _("谈话"), below=("/talk-requests/",)),
    Place(_("困难台账"), "heart-handshake", "hardship:list", for_the_ledger, "", _("帮扶")),
    Place(_("结对帮扶"), "friends", "pairing:list", for_officers_of_posts, "", _("帮扶")),
    Place(_("督查资料"), "folders", "reports:list", always, "", _("经费与监督")),
    Place(_("名册导入"), "list-check", "members:imports", for_keepers_of_the_roster, "", _("经费与监督")),
    Place(_("审计记录"), "shield-check", "audit:list", for_auditor, _("审计")),
    Place(_("安全事件"), "shield-check", "audit:list", for_watchers_of_security, _("安全")),
    Place(_("职务办理"), "id-badge-2", "roles:list", for_offices, "", _("账号和授权")),
    Place(_("临时授权"), "user-question", "grants:list", always, "", _("账号和授权")),
    Place(_("规则"), "adjustments", "rules:list", always, "", _("经费与监督")),
)
RECORD = Place(_("记录谈话"), "pencil", "talks:new", with_duties, _("记录"))


@dataclass(frozen=True)
class Link:
    label: str
    icon: str
    href: str
    tab: str
    group: str
    current: bool


def is_demo() -> bool:
    """Return whether the portal shows the invented university: every page then says so."""
    return Organization.objects.filter(parent=None, name=INVENTED_SCHOOL).exists()


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a signed-in page; for a visitor only the school's name."""
    school = {"school_name": settings.SCHOOL_NAME, "is_demo": SimpleLazyObject(is_demo)}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return school
    return school | {
        "viewer": viewer_of(user),
        "today": today(),
        "frame": SimpleLazyObject(lambda: Frame(request, viewer_of(user))),
    }


class Frame:
    """The frame of one page, worked out only when a whole page is rendered (not for fragments)."""

    def __init__(self, request: HttpRequest, viewer: Viewer) -> None:
        self.viewer = viewer
        self.path = request.path
        self.user = request.user
        self.links = [link for place in PLACES if (link := self.link_to(place))]
        self.record = self.link_to(RECORD)

    def link_to(self, place: Place) -> Link | None:
        """Return the link to a place, None if there is no such page or it is not for this viewer."""
        arguments = place.arguments(self.viewer)
        href = address_of(place.route, arguments) if arguments is not None else None
        if href is None or not may_open(href, self.viewer):
            return None
        current = self.path == href or (href != "/" and self.path.startswith(href))
        current = current or any(self.path.startswith(start) for start in place.below)
        return Link(str(place.label), place.icon, href, str(place.tab), str(place.group), current)

    @property
    def groups(self) -> list[tuple[str, list[Link]]]:
        """Return the sidebar: (heading, links), the first group without a heading."""
        names = dict.fromkeys(link.group for link in self.links)
        return [(name, [link for link in self.links if link.group == name]) for name in names]

    @property
    def tabs(self) -> list[Link]:
        """Return the phone's tabs but the last (更多): four at most, 记录 in the third place."""
        with_word = [link for link in self.links if link.tab and not (self.record and link.tab == str(_("谈话")))]
        if self.record:
            with_word = [*with_word[:2], self.record, *with_word[2:]]
        return with_word[:4]

    @property
    def here(self) -> Link | None:
        return next((link for link in self.links if link.current), None)

    @property
    def back(self) -> str:
        """Return where the phone's back arrow leads: the list above a detail page."""
        return self.here.href if self.here and self.here.href != self.path else ""

    @cached_property
    def scope(self) -> str:
        """Return the words after 范围：."""
        return scope_words(self.viewer)

    @property
    def search(self) -> str:
        """Return the address of the roster page for those who may look people up."""
        return (address_of("members:people", []) or "") if sees_others(self.viewer) else ""

    @property
    def mine(self) -> str:
        """Return the address of the own file for those whose navigation begins elsewhere."""
        return (address_of("members:mine", []) or "") if has_desk(self.viewer) else ""

    @property
    def inbox(self) -> str:
        return address_of("reminders:inbox", []) or ""

    @cached_property
    def unread(self) -> int:
        return unread_of(self.user) if self.inbox else 0


def address_of(route: str, arguments: list[int]) -> str | None:
    """Return the address of a route, None while there is none."""
    return _address(route, tuple(arguments), urls_in_use(), get_script_prefix())


def urls_in_use() -> str:
    """Return the module of the addresses: what is remembered belongs to it."""
    return get_urlconf() or settings.ROOT_URLCONF


@lru_cache(maxsize=1024)
def _address(route: str, arguments: tuple[int, ...], urls: str, prefix: str) -> str | None:
    try:
        return reverse(route, args=arguments)
    except NoReverseMatch:
        return None


def may_open(href: str, viewer: Viewer) -> bool:
    """Return whether the guard of the page lets the viewer in."""
    asked = _guard(href, urls_in_use())
    return asked is not None and (not asked.resource or viewer.may(asked.resource, *asked.codes))


@lru_cache(maxsize=1024)
def _guard(href: str, urls: str) -> Guard | None:
    """Return what guards a page: every page asks for two dozen of them, and none changes while the portal runs."""
    return guard_of(resolve(href).func)
