"""What hardship brings with it: dues waivers."""

from hardship.models.waiver import Receipt, Waiver, WaiverMonth

__all__ = ["Receipt", "Waiver", "WaiverMonth"]
