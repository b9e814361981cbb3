"""What is to be paid each month: the whole base times one rate of the bands (中组发〔2008〕3号, articles 2, 5 and 6).

A help for the form, not a judgement: who applies may put down what the branch has determined for the year.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from carehub.duties.kinds import bands_of
from carehub.duties.settings import DUES_FIXED, DUES_RETIRED, DUES_STAFF, Settings
from hardship.models import Waiver
from hardship.money import CENT

BANDS = {Waiver.Dues.STAFF: DUES_STAFF, Waiver.Dues.RETIRED: DUES_RETIRED}


@dataclass(frozen=True)
class Reckoning:
    """The monthly dues with their arithmetic."""

    amount: Decimal
    income: Decimal | None = None
    rate: Decimal | None = None  # per cent

    @property
    def words(self) -> str:
        """Return 4,600.00 × 1% = 46.00."""
        if self.income is None or self.rate is None:
            return f"{self.amount:,.2f}"
        return f"{self.income:,.2f} × {self.rate.normalize():f}% = {self.amount:,.2f}"


def reckon(dues: str, income: Decimal | None, on: dt.date) -> Reckoning | None:
    """Return what is due by the bands that hold on a day; None for an income that is not known."""
    settings = Settings(on)
    if dues == Waiver.Dues.FIXED:
        return Reckoning(Decimal(settings[DUES_FIXED]).quantize(CENT))
    if income is None or dues not in BANDS:
        return None
    rate = rate_of(settings[BANDS[Waiver.Dues(dues)]], income)
    return Reckoning((income * rate / 100).quantize(CENT, ROUND_HALF_UP), income, rate)


def rate_of(bands: str, income: Decimal) -> Decimal:
    """Return the rate in per cent of the first band that reaches an income, its upper end included."""
    return next(rate for upto, rate in bands_of(bands) if upto is None or income <= upto)
