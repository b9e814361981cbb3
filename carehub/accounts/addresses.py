"""Where a request comes from, and the marks by which accounts and addresses are told apart without being kept."""

import hashlib
import hmac
import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from carehub.sealing import keyed_hash

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NOWHERE = "0.0.0.0"  # nosec  (not bound to: what stands for an address that nobody knows)


def address_of(request: HttpRequest) -> str:
    """Return the visitor's address: what the outermost trusted proxy saw, else the other end of the line.

    Of IPv6 the network (/64) counts: one machine has as many addresses there as it likes.
    """
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    behind = settings.TRUSTED_PROXIES
    trusted = seen[-behind].strip() if 0 < behind <= len(seen) else ""
    found = _parse(trusted) or _parse(request.META.get("REMOTE_ADDR", ""))
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found or NOWHERE)


def _parse(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def shown(address: str) -> str:
    """Return an address as its owner sees it: 10.20.30.*."""
    parts = address.split(":" if ":" in address else ".")
    return ":".join(parts[:2]) + ":*" if ":" in address else ".".join([*parts[:3], "*"])


def mark_of(number: str) -> str:
    """Return the mark of an account number as typed; a number that is no account's has one, too."""
    return keyed_hash(f"account:{number.strip()[:32]}")


def mark_of_pair(number: str, address: str) -> str:
    """Return the mark of an account at an address."""
    return keyed_hash(f"account:{number.strip()[:32]} at {address}")


def name_for_lock(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name under which axes counts: people type their password into the wrong field, so none is kept."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return mark_of(str(typed))


def address_for_lock(request: HttpRequest) -> str:
    """Return an address that stands for the visitor's in the tables of axes, and from which it cannot be read."""
    digest = hmac.new(settings.FIELD_HASH_KEY.encode(), address_of(request).encode(), hashlib.sha256).digest()
    return str(ipaddress.IPv6Address(digest[:16]))
