"""What hardship brings with it: dues waivers, and the ledger of Party members in hardship."""

from hardship.models.case import Case, Review
from hardship.models.need import Need
from hardship.models.waiver import Receipt, Waiver, WaiverMonth

__all__ = ["Case", "Need", "Receipt", "Review", "Waiver", "WaiverMonth"]
