"""What is owed on a case: C-2.12 the steps of a waiver, C-3.1 the review of a hardship, C-3.3 the next contact."""

from carehub.duties.rule import Rule
from hardship.duties.contacts import PairingContacts
from hardship.duties.reviews import CaseReviews
from hardship.duties.waivers import WaiverSteps

RULES: list[Rule] = [WaiverSteps(), CaseReviews(), PairingContacts()]
