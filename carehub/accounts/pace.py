"""Slows down guessing at one account from many addresses: nobody sleeps, the answer just does not look yet.

After FREE failures from anywhere, further tries are answered without looking at the password until a short wait is
over: 1, 2, 4 … 60 seconds after the last failure. A quarter of an hour without a failure and all is forgotten.
An address from which the account signed in within 30 days is never slowed: nobody locks a colleague out.
"""

import datetime as dt

from django.db.models import Case, F, Value, When
from django.utils import timezone

from carehub.accounts.addresses import mark_of, mark_of_pair
from carehub.accounts.models import KnownAddress, Pace

FREE, LONGEST = 6, 60  # one address alone is locked before that (AXES_FAILURE_LIMIT)
WINDOW = dt.timedelta(minutes=15)
KNOWN_FOR = dt.timedelta(days=30)


def wait_after(failures: int) -> int:
    """Return the seconds to wait after so many failures."""
    return min(2 ** min(failures - FREE, 6), LONGEST) if failures >= FREE else 0


def seconds_to_wait(number: str, address: str) -> int:
    """Return how long a try from this address has to wait; 0 for none. The same for numbers that are no account's."""
    now = timezone.now()
    known = KnownAddress.objects.filter(mark=mark_of_pair(number, address), signed_in_at__gt=now - KNOWN_FOR).exists()
    pace = Pace.objects.filter(account=mark_of(number), failed_at__gt=now - WINDOW).first()
    if known or pace is None:
        return 0
    left = (pace.failed_at + dt.timedelta(seconds=wait_after(pace.failures)) - now).total_seconds()
    return max(0, -int(-left // 1))


def note_failure(number: str) -> None:
    """Count a failure; two at once are two."""
    now = timezone.now()
    Pace.objects.get_or_create(account=mark_of(number), defaults={"failed_at": now})
    fresh = When(failed_at__lte=now - WINDOW, then=Value(1))
    Pace.objects.filter(account=mark_of(number)).update(failures=Case(fresh, default=F("failures") + 1), failed_at=now)


def remember_address(number: str, address: str) -> None:
    """Remember that an account signed in from an address."""
    KnownAddress.objects.update_or_create(mark=mark_of_pair(number, address), defaults={"signed_in_at": timezone.now()})


def forget_old() -> None:
    """Forget failures and addresses that no longer count."""
    now = timezone.now()
    Pace.objects.filter(failed_at__lte=now - WINDOW).delete()
    KnownAddress.objects.filter(signed_in_at__lte=now - KNOWN_FOR).delete()
