"""Pages of a contact: writing it down in three taps and a sentence, putting it right, taking it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.calendar import today
from hardship.models import Contact, Helper, Pairing
from hardship.pairing import actions
from hardship.pairing.forms import ContactForm, CorrectionForm
from hardship.pairing.pages import may_keep
from hardship.pairing.seeing import conflict, joined, note, own_service, seen_pairing, shown_form
from hardship.steps import WhyForm


@guard("pairing", "a", "e")
@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that a helper was in touch: himself, or the officer for one of them."""
    one, on = seen_pairing(request, pk), today()
    helpers, mine = writers(one, request)
    own = helpers == [mine]
    form = ContactForm(request.POST or None, helpers=helpers, on=on, own=own, initial={"helper": mine})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            actions.log_contact(
                pairing=one, helper=said["helper"], said=said, once_key=said.pop("once_key"), by=request.user
            )
            messages.success(request, _("已记下这次联系。"))
            return redirect(one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return shown_form(request, "pairing/contact.html", form, pairing=one)


def writers(one: Pairing, request: HttpRequest) -> tuple[list[Helper], Helper | None]:
    """Return for whom the visitor may write, and as whom he helps himself; 403 for whom it is not to write."""
    keeps, mine = may_keep(one, viewer_of(request.user)), own_service(one, request.user)
    if not one.is_running:
        raise PermissionDenied(_("这项结对已经结束，不能再记联系。"))
    if keeps:
        helpers = list(one.helpers.with_names())
    elif mine is not None:
        helpers = [mine]
    else:
        raise PermissionDenied(_("由帮扶人，或本人所在党组织的书记、组织委员、组织员记联系。"))
    if not helpers:
        raise PermissionDenied(_("还没有帮扶人，请先确定一位。"))
    return helpers, mine


def handled_contact(request: HttpRequest, pk: int) -> Contact:
    """Return a standing contact that the visitor may put right: the helper himself, or who keeps the ledger."""
    seen = Contact.objects.visible_to(request.user).standing().select_related("helper__person")
    found: Contact = get_object_or_404(seen, pk=pk)
    found.pairing = joined(Pairing.objects.all()).get(pk=found.pairing_id)
    own = found.helper.person_id == viewer_of(request.user).person_id and found.helper.to_on is None
    if not (own or may_keep(found.pairing, viewer_of(request.user))):
        raise PermissionDenied(_("由联系的帮扶人，或本人所在党组织的书记、组织委员、组织员更正。"))
    if not found.pairing.is_running:
        raise PermissionDenied(_("这项结对已经结束，不再改。"))
    note(request, found.pairing)
    return found


@guard("pairing", "a", "e")
@require_http_methods(["GET", "POST"])
def contact_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a contact right, with the reason."""
    found, on = handled_contact(request, pk), today()
    initial = {name: getattr(found, name) for name in actions.SAID}
    form = CorrectionForm(request.POST or None, helpers=[found.helper], on=on, own=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            actions.correct_contact(
                contact=found, helper=said["helper"], said=said, why=said["why"], once_key=said.pop("once_key"),
                by=request.user,
            )  # fmt: skip
            messages.success(request, _("已更正，原来的一条作废。"))
            return redirect(found.pairing)
        except Overtaken:
            return conflict(request, found.pairing)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return shown_form(request, "pairing/contact_correct.html", form, pairing=found.pairing, contact=found)


@guard("pairing", "a", "e")
@require_http_methods(["GET", "POST"])
def contact_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a contact back, with the reason: it counts no more."""
    found = handled_contact(request, pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_contact(contact=found, why=form.cleaned_data["why"], by=request.user)
            messages.success(request, _("已撤回，不再算数。"))
            return redirect(found.pairing)
        except Overtaken:
            return conflict(request, found.pairing)
    return shown_form(request, "pairing/contact_withdraw.html", form, pairing=found.pairing, contact=found)
