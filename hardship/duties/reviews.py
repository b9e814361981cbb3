"""C-3.1: each recognised hardship is looked at again every ⟨6⟩ months, or on an earlier day that was agreed on.

做好对生活困难、独居、老弱病残等困难党员登记工作，在册的每 ⟨6⟩ 个月复核一次: from the day of recognition or of the last
review. When it is due, `hardship/cases/rules.py` says.
"""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from carehub.duties.rule import Ask
from carehub.duties.settings import Settings
from hardship.cases.rules import due_after, months_of, next_review_of
from hardship.duties.keepers import PLACES
from hardship.duties.recurring import RecurringRule, Subject, deeds_of, narrowed
from hardship.models import Case, Review


class CaseReviews(RecurringRule):
    """Owner: the organisation that keeps the case. Subject: the case. Its secretary owes it."""

    code = "C-3.1"
    title = gettext_lazy("台账复核")
    explains = gettext_lazy("支部书记与台账里的每一份登记")
    page = "hardship:list"

    def due_after(self, since: dt.date, settings: Settings) -> dt.date | None:
        return due_after(since, None, months_of(settings))

    def subjects(self, ask: Ask) -> Iterable[Subject]:
        cases = narrowed(Case.objects.filter(recognised_on__lte=ask.on), ask, "person")
        reviews = Review.objects.filter(case__in=cases.values("pk"))
        looked = deeds_of(reviews.values_list("case", "on", "entered_at", "pk"))
        settings = Settings(ask.on)
        for case in cases.with_names().select_related(f"person__{PLACES}"):
            deeds = looked.get(case.pk, [])
            coming = next_review_of(case, [deed.on for deed in deeds], settings, ask.on)
            yield Subject(case.pk, case.person, case.recognised_on, deeds, coming, case.over_on)
