"""The rule settings: what holds today, and a new value from a day on."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import date_words, today
from carehub.duties.actions import set_rule
from carehub.duties.settings import SETTINGS, Setting
from carehub.rulebook.book import book, entry_of, newest_first
from carehub.rulebook.forms import SettingForm

SHOWN = 50


@guard("rule_setting", "v")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Show every setting as it holds today, and the latest changes."""
    entries = book(today())
    context = {"entries": entries, "changes": newest_first(entries)[:SHOWN], "may_set": may_set(request)}
    return render(request, "rulebook/rules.html", context)


@guard("rule_setting", "v")
@require_GET
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """Show one setting with its whole history, and the form for who may change it."""
    setting = setting_named(name)
    return page_of(request, setting, SettingForm(setting=setting, on=today()))


@guard("rule_setting", "e")
@require_POST
def set_from(request: HttpRequest, name: str) -> HttpResponse:
    """Put down a new value from a day on. The same value and day posted again change nothing."""
    setting = setting_named(name)
    form = SettingForm(request.POST, setting=setting, on=today())
    if not form.is_valid():
        return page_of(request, setting, form)
    value, from_on = form.cleaned_data["value"], form.cleaned_data["from_on"]
    told = {"title": setting.title, "day": date_words(from_on), "words": setting.words(value)}
    try:
        if form.is_repeated:
            messages.info(request, _("“%(title)s”从%(day)s起是“%(words)s”，已经登记过，没有重复。") % told)
        else:
            set_rule(name, value, by=request.user, on=from_on)
            messages.success(request, _("已登记：“%(title)s”从%(day)s起是“%(words)s”。") % told)
    except (ValueError, IntegrityError):
        form.add_error("from_on", _("这一天刚刚有人登记过。请核对下面的记录，需要再改请选之后的一天。"))
        return page_of(request, setting, form)
    return redirect("rules:setting", name)


def setting_named(name: str) -> Setting:
    """Return the setting of a name; 404 if there is none."""
    if name not in SETTINGS:
        raise Http404
    return SETTINGS[name]


def may_set(request: HttpRequest) -> bool:
    return viewer_of(request.user).may("rule_setting", "e")


def page_of(request: HttpRequest, setting: Setting, form: SettingForm) -> HttpResponse:
    context = {"entry": entry_of(setting, today()), "form": form if may_set(request) else None}
    return render(request, "rulebook/rule.html", context, status=422 if form.is_bound else 200)
