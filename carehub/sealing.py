"""Values that stand encrypted in the database, and the keyed hash by which they can still be found.

AES-256-GCM through `cryptography`; the keys come from the environment, never from the database. The first key
of FIELD_KEYS seals, all of them open, so keys can be rotated. A value that no key opens raises: it is never shown
as empty.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12
PREFIX = "s1:"


class SealBroken(ImproperlyConfigured):
    """No configured key opens a sealed value."""


def _keys() -> list[bytes]:
    return [hashlib.sha256(key.encode()).digest() for key in settings.FIELD_KEYS]


def seal(text: str) -> str:
    """Return the text encrypted under the newest key; the empty text stays empty."""
    if not text:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_keys()[0]).encrypt(nonce, text.encode(), None)
    return PREFIX + base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str) -> str:
    """Return the text of a sealed value; SealBroken if no key opens it."""
    if not sealed:
        return ""
    raw = base64.b64decode(sealed.removeprefix(PREFIX))
    for key in _keys():
        try:
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
        except InvalidTag:
            continue
    raise SealBroken("FIELD_KEYS holds no key that opens this value.")


def seal_bytes(content: bytes) -> bytes:
    """Return a file encrypted under the newest key."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_keys()[0]).encrypt(nonce, content, None)


def unseal_bytes(sealed: bytes) -> bytes:
    """Return a file that was sealed; SealBroken if no key opens it."""
    for key in _keys():
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except InvalidTag:
            continue
    raise SealBroken("FIELD_KEYS holds no key that opens this file.")


def keyed_hash(text: str) -> str:
    """Return the hash by which a sealed value is found again (equality only)."""
    return hmac.new(settings.FIELD_HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


class SealedTextField(models.TextField):
    """A text that is encrypted on its way into the database and opened on its way out."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError("A sealed value is found through its keyed hash, not by lookup.")
        return super().get_lookup(lookup_name)
