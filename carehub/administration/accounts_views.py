"""The security administrator's list of accounts, one account, and what is done to it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.accounts.models import Session, User
from carehub.administration.accounts import (
    AccountsForm,
    WhyForm,
    counts,
    has_second_factor,
    rows_of,
    with_posts,
)
from carehub.administration.actions import OwnAccount, administer, mark_of_password, renew_first_password
from carehub.calendar import today
from members.models import RoleProposal

PAGE = 50
OWN = "自己的账号由另一位安全管理员办理。"


def all_accounts(request: HttpRequest) -> Any:
    """Return every account for who may see them all; nobody else learns that there is a list."""
    if not viewer_of(request.user).reach("account", "v").everything:
        raise Http404
    return User.objects.all()


@guard("account", "v")
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts, 50 a page."""
    form = AccountsForm(request.GET)
    found = with_posts(form.filter(all_accounts(request), today()), today())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    may = viewer_of(request.user).may("account", "e")
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page),
        "query": asked.urlencode(),
        "counts": counts(),
        "waiting": RoleProposal.objects.filter(state=RoleProposal.State.APPROVED).count() if may else 0,
    }
    return render(request, "administration/accounts.html", context)


@guard("account", "v")
@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account and what may be done to it."""
    return page_of(request, one_of(request, pk), WhyForm())


def one_of(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(with_posts(all_accounts(request), today()), pk=pk)


def page_of(request: HttpRequest, user: Any, form: WhyForm) -> HttpResponse:
    mine = user.pk == request.user.pk
    context = {
        "row": rows_of([user])[0],
        "account": user,
        "form": form if viewer_of(request.user).may("account", "e") and not mine else None,
        "mine": mine,
        "sessions": Session.objects.filter(user=user).count(),
        "second_factor": has_second_factor(user),
        "seen": mark_of_password(user),
    }
    return render(request, "administration/account.html", context, status=422 if form.errors else 200)


def take(request: HttpRequest, pk: int, verb: str, said: str, nothing: str) -> HttpResponse:
    """Do one thing; 422 without a reason, 403 to the own account, a plain word when there was nothing to do."""
    user, form = one_of(request, pk), WhyForm(request.POST)
    if not form.is_valid():
        return page_of(request, user, form)
    try:
        done = administer(verb, user=user, why=form.cleaned_data["why"], by=request.user)
    except OwnAccount:
        raise PermissionDenied(_(OWN)) from None
    if done:
        messages.success(request, said)
    else:
        messages.info(request, nothing)
    return redirect("administration:account", pk)


@guard("account", "e")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, "close", _("已停用，各处的登录都已结束。"), _("这个账号已经停用，没有重复。"))


@guard("account", "e")
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, "reopen", _("已重新启用。"), _("这个账号本来就启用着，没有重复。"))


@guard("account", "e")
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, "unlock", _("已解除锁定，可以再试。"), _("这个账号没有被锁定。"))


@guard("account", "e")
@require_POST
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, "end-sessions", _("各处的登录都已结束。"), _("这个账号眼下没有登录。"))


@guard("account", "e")
@require_POST
def take_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, "second-factor", _("已撤销第二步验证，请本人重新绑定。"), _("这个账号没有第二步验证。"))


@guard("account", "e")
@sensitive_variables("made")
@require_POST
def first_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a new first password and show it on this one page."""
    user, form = one_of(request, pk), WhyForm(request.POST)
    if not form.is_valid():
        return page_of(request, user, form)
    try:
        seen = request.POST.get("seen", "")
        made = renew_first_password(user=user, seen=seen, why=form.cleaned_data["why"], by=request.user)
    except OwnAccount:
        raise PermissionDenied(_(OWN)) from None
    if made is None:
        messages.info(request, _("账号已停用，或刚刚已设过新密码，这次没有再设。没看到那个密码，请再设一次。"))
        return redirect("administration:account", pk)
    return render(request, "administration/first_password.html", {"row": rows_of([user])[0], "made": made})
