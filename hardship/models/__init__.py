"""What hardship brings with it: dues waivers, the ledger of Party members in hardship, and who helps whom."""

from hardship.models.case import Case, Review
from hardship.models.exchange import Activity, Exchange, Volunteer, VolunteerAction
from hardship.models.need import Need
from hardship.models.pairing import Contact, Helper, Pairing
from hardship.models.waiver import Receipt, Waiver, WaiverMonth

__all__ = [
    "Activity",
    "Case",
    "Contact",
    "Exchange",
    "Helper",
    "Need",
    "Pairing",
    "Receipt",
    "Review",
    "Volunteer",
    "VolunteerAction",
    "Waiver",
    "WaiverMonth",
]
