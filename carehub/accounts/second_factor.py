"""The second step of signing in: a code from an authenticator (TOTP), or a recovery code.

The secret is sealed and the recovery codes are keyed hashes, so that a stolen dump opens nothing. A code counts once:
the time step of the last one taken only ever grows, in the database.
"""

import base64
import secrets
import time
import unicodedata
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.utils import timezone
from django_otp.oath import TOTP

from carehub.access.viewer import viewer_of
from carehub.accounts.models import RecoveryCode, SecondFactor
from carehub.accounts.passwords import READABLE
from carehub.sealing import keyed_hash

FIGURES, TOLERANCE, CODES = 6, 1, 10
ADMINS = frozenset({"SYS", "SEC", "AUD", "OH", "OD"})
ISSUER = "关怀帮扶"


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def new_recovery_code() -> str:
    """Return a code such as kw7mp-zd3h9, 49 bits of chance."""
    letters = "".join(secrets.choice(READABLE) for _letter in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def plain(typed: str) -> str:
    """Return a code without what people put between."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed).lower() if sign.isalnum())


def hash_of(user: Any, code: str) -> str:
    return keyed_hash(f"recovery:{user.pk}:{plain(code)}")


def counter_of(secret: str, typed: str, *, after: int) -> int | None:
    """Return the time step of a code that fits now, a step earlier or later; None if it fits none after a step."""
    code = plain(typed)
    if len(code) != FIGURES or not code.isdecimal():
        return None
    totp = TOTP(base64.b32decode(secret))
    totp.time = time.time()
    return totp.t() if totp.verify(int(code), tolerance=TOLERANCE, min_t=after + 1) else None


def confirmed(user: Any) -> SecondFactor | None:
    """Return the second factor of an account, None if there is none in use."""
    if settings.SECOND_FACTOR == "off":
        return None
    return SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False).first()


def take_code(user: Any, typed: str) -> str:
    """Use up a code and return its kind (code, recovery code); empty if it fits nothing or was used before."""
    factor = confirmed(user)
    if factor is None:
        return ""
    counter = counter_of(factor.secret, typed, after=factor.last_counter)
    if counter is not None:
        fresh = SecondFactor.objects.filter(pk=factor.pk, last_counter__lt=counter)
        return "code" if fresh.update(last_counter=counter) else ""
    unused = RecoveryCode.objects.filter(user_id=user.pk, code=hash_of(user, typed), used_at=None)
    return "recovery code" if unused.update(used_at=timezone.now()) else ""


def is_obliged(user: Any) -> bool:
    """Return whether this account must have a second factor."""
    wanted = settings.SECOND_FACTOR
    return wanted == "all" or (wanted == "admins" and bool(ADMINS & set(viewer_of(user).personas)))


def is_asked(user: Any, *, campus: bool = False) -> bool:
    """Return whether signing in asks for a code; the campus sign-on has its own, unless one is an obligation here."""
    return confirmed(user) is not None and (not campus or is_obliged(user))


def picture_of(user: Any, secret: str) -> str:
    """Return the QR picture for the authenticator as a data: address."""
    label = quote(f"{ISSUER}:{user.number}")
    address = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
    return segno.make(address, error="m").png_data_uri(scale=5, border=3)


def in_fours(secret: str) -> str:
    """Return a secret as people type it: in groups of four."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
