"""C-3.3: each running pairing is contacted every ⟨60⟩ days.

对困难党员确定帮扶对象，制定帮扶措施，落实帮扶责任: from the start or the last contact; when it is due,
`hardship/pairing/rules.py` says. The helper is in touch, the 责任人 answers for it, as long as he is in that post: then
the secretary of the organisation that keeps it.
"""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from carehub.duties.rule import Ask
from carehub.duties.settings import PAIRING_CONTACT, Settings
from hardship.duties.keepers import PLACES
from hardship.duties.matters import Obligor
from hardship.duties.recurring import RecurringRule, Subject, deeds_of, narrowed
from hardship.models import Contact, Pairing
from hardship.pairing.rules import is_in_office, next_contact_of
from members.models import Post


class PairingContacts(RecurringRule):
    """Owner: the organisation that keeps the pairing. Subject: the pairing. Its 责任人 owes it."""

    code = "C-3.3"
    title = gettext_lazy("结对联系")
    explains = gettext_lazy("责任人与每一项结对帮扶")
    named = True
    page = "pairing:list"

    def due_after(self, since: dt.date, settings: Settings) -> dt.date | None:
        return since + settings.days(PAIRING_CONTACT)

    def subjects(self, ask: Ask) -> Iterable[Subject]:
        pairings = narrowed(Pairing.objects.filter(started_on__lte=ask.on), ask, "case__person")
        contacts = Contact.objects.standing().filter(pairing__in=pairings.values("pk"))
        held = deeds_of(contacts.values_list("pairing", "on", "entered_at", "pk"))
        settings = Settings(ask.on)
        for one in pairings.with_names().select_related(f"case__person__{PLACES}"):
            deeds = held.get(one.pk, [])
            coming = next_contact_of(one, [deed.on for deed in deeds], settings, ask.on)
            obligor = _answerable(one.responsible, ask.on)
            yield Subject(one.pk, one.person, one.started_on, deeds, coming, one.over_on, obligor)


def _answerable(post: Post, on: dt.date) -> Obligor | None:
    return Obligor(post.person_id, post.person.name) if is_in_office(post, on) else None
