"""The tags of every page: icons, states, surname tiles, clauses, dates, money, one-time keys."""

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import tablericons
from django import template
from django.forms import BoundField
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from carehub.calendar import date_words, near_date_words
from carehub.duties.duty import Duty, State
from carehub.policy import CLAUSES

register = template.Library()


@dataclass(frozen=True)
class Look:
    """How a state looks: never colour alone, always an icon and a word with it."""

    css: str
    icon: str


LOOKS: dict[str, Look] = {
    State.OVERDUE: Look("is-overdue", "alert-triangle"),
    State.DUE_SOON: Look("is-soon", "clock"),
    State.OPEN: Look("is-open", "circle"),
    State.UPCOMING: Look("is-upcoming", "calendar"),
    State.DONE: Look("is-done", "circle-check"),
    State.DONE_LATE: Look("is-late", "clock-check"),
    State.LATE_ENTRY: Look("is-entered", "pencil-plus"),
    State.EXCUSED: Look("is-excused", "message-2-check"),
    State.NOT_APPLICABLE: Look("is-na", "minus"),
    "unknown": Look("is-unknown", "help-circle"),
    "vacant": Look("is-unknown", "user-question"),
    "honour": Look("is-honour", "award"),
}


@cache
def drawing(name: str, css: str) -> SafeString:
    """Return one Tabler outline icon as inline SVG; IconDoesNotExist for a name that is not there."""
    # `class` is a Python word, so it goes in by a dict.
    svg = tablericons._render_icon(f"outline/{name}", None, **{"class": css, "aria-hidden": "true"})
    return mark_safe(svg)  # nosec B308 B703 # from the icon package, names are ours


@register.simple_tag
def icon(name: str, **attributes: str) -> SafeString:
    """Draw an icon: {% icon "pencil" %}, {% icon "pencil" class="ch-icon-sm" %}."""
    return drawing(name + "", f"ch-icon {attributes.get('class', '')}".strip())


@register.simple_tag
def state_badge(kind: str, words: str, title: str = "") -> SafeString:
    """Draw a state with words of the page's own: {% state_badge "overdue" "逾期 6 天" %}."""
    look = LOOKS[kind]
    tip = format_html(' title="{}"', title) if title else ""
    return format_html(
        '<span class="ch-state {}"{}>{}{}</span>', look.css, tip, drawing(look.icon, "ch-icon"), str(words)
    )


@register.simple_tag
def state(duty: Duty, on: dt.date) -> SafeString:
    """Draw the state of a duty as it stands on a day. The words of an excuse stay on the duty's own page."""
    title = "" if duty.state == State.EXCUSED else duty.why
    return state_badge(duty.state, state_words(duty, on), title)


def state_words(duty: Duty, on: dt.date) -> str:
    """Return the word on the badge: 逾期 6 天, 还有 5 天, 未谈, 12月31日, 已谈, 迟办 6 天, 补录, 已说明, 不适用."""
    if duty.state == State.OVERDUE:
        return _("逾期 %(days)s 天") % {"days": -duty.days_left(on)}
    if duty.state == State.DUE_SOON:
        return _("还有 %(days)s 天") % {"days": duty.days_left(on)} if duty.days_left(on) else _("今天到期")
    if duty.state == State.UPCOMING:
        return near_date_words(duty.opens_on, on)
    if duty.state == State.DONE_LATE and duty.done_on:
        return _("迟办 %(days)s 天") % {"days": (duty.done_on - duty.due_on).days}
    is_talk = duty.rule in ("C-2.1", "C-2.2", "C-2.3") or duty.rule.startswith(("C-2.4", "C-2.5"))
    plain = (
        {State.OPEN: _("未谈"), State.DONE: _("已谈")} if is_talk else {State.OPEN: _("待办"), State.DONE: _("已办")}
    )
    return str(plain.get(State(duty.state), State(duty.state).label))


@register.simple_tag
def mono(name: str, size: str = "") -> SafeString:
    """Draw the surname tile, the same neutral colour for everybody: {% mono person.name "sm" %}."""
    css = f"ch-mono ch-mono-{size}" if size else "ch-mono"
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, str(name)[:1])


@register.simple_tag
def basis(code: str) -> SafeString:
    """Cite a clause: 依据 三（二）1, a link to its sentence."""
    clause = CLAUSES.get(code)
    if clause is None:
        return SafeString("")
    words = _("依据 %(basis)s") % {"basis": clause.basis}
    try:
        href = f"{reverse('policy')}#{code}"
    except NoReverseMatch:
        return format_html('<span class="ch-basis">{}</span>', words)
    return format_html('<a class="ch-basis" href="{}" title="{}">{}</a>', href, clause.text, words)


@register.filter
def day(value: dt.date | None, precision: str = "day") -> str:
    """Return 2026年7月1日; a date of partial precision with |day:person.joined_precision."""
    return date_words(value, precision)


@register.filter
def near(value: dt.date | None, on: dt.date) -> str:
    """Return 今天, 昨天, 11月23日, with the year when it is not this one."""
    return near_date_words(value, on) if value else ""


@register.filter
def moment(value: dt.datetime | None, on: dt.date) -> str:
    """Return 今天 9:12, 11月23日 16:05."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{near_date_words(local.date(), on)} {local.hour}:{local.minute:02d}"


@register.filter
def money(value: Decimal | int | None) -> str:
    """Return 1,000.00; the unit stands in the head."""
    return f"{value:,.2f}" if value is not None else ""


@register.filter
def thousands(value: int) -> str:
    """Return 2,001."""
    return f"{value:,}"


@register.filter
def styled(field: BoundField) -> SafeString:
    """Draw a form field in the house's look, marked when it is wrong."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    css = {"checkbox": "form-check-input", "radio": "form-check-input", "select": "form-select"}.get(
        kind, "form-control"
    )
    wrong = " is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": f"{css}{wrong} {widget.attrs.get('class', '')}".strip()})


@register.simple_tag(takes_context=True)
def once_key(context: Context) -> SafeString:
    """Put the one-time key into a form: fresh, or the posted one when the form comes back with an error."""
    return format_html('<input type="hidden" name="once_key" value="{}">', key_of(context.get("request")))


def key_of(request: Any) -> str:
    """Return the key that was posted if it is one, else a new one."""
    posted = request.POST.get("once_key", "") if request is not None and request.method == "POST" else ""
    try:
        return str(uuid.UUID(posted))
    except ValueError:
        return str(uuid.uuid4())
