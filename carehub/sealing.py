"""Values that stand encrypted in the database, and the keyed hash by which they can still be found.

AES-256-GCM through `cryptography`; the keys come from the environment, never from the database. The first key
of FIELD_KEYS seals, all of them open, so keys can be rotated (`manage.py rotate_keys`). Each value names the key that
sealed it: text is s2:<key>:<base64>, a file S2 + key + nonce + sealed bytes. Older values (s1, or a file without a
name) are tried with every key. A value that no key opens raises: it is never shown as empty.
"""

import base64
import hashlib
import hmac
import json
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.lookups import Exact

NONCE_BYTES = 12
OLD, NEW = "s1:", "s2:"
FILE_MARK = b"S2"
NAME_CHARACTERS = 8


class SealBroken(ImproperlyConfigured):
    """No configured key opens a sealed value."""


@cache
def _key(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


@cache
def name_of_key(words: str) -> str:
    """Return the name under which values refer to a key: eight characters that tell nothing of it."""
    return hashlib.sha256(b"name of a field key:" + _key(words)).hexdigest()[:NAME_CHARACTERS]


def newest_key() -> str:
    """Return the name of the key that seals."""
    return name_of_key(settings.FIELD_KEYS[0])


def _sealed(content: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key(settings.FIELD_KEYS[0])).encrypt(nonce, content, None)


def _opened(raw: bytes, name: str, what: str) -> bytes:
    """Open with the key of that name, without a name with whichever fits."""
    for words in settings.FIELD_KEYS:
        if name and name != name_of_key(words):
            continue
        try:
            return AESGCM(_key(words)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            continue
    raise SealBroken(f"FIELD_KEYS holds no key that opens this {what}.")


def seal(text: str) -> str:
    """Return the text encrypted under the newest key; the empty text stays empty."""
    return f"{NEW}{newest_key()}:{base64.b64encode(_sealed(text.encode())).decode()}" if text else ""


def unseal(sealed: str) -> str:
    """Return the text of a sealed value; SealBroken if no key opens it."""
    if not sealed:
        return ""
    try:
        raw = base64.b64decode(sealed.rpartition(":")[2], validate=True)
    except ValueError as error:
        raise SealBroken("This is no sealed value.") from error
    return _opened(raw, key_of(sealed), "value").decode()


def key_of(sealed: str) -> str:
    """Return the name of the key that sealed a text, empty for a value from before keys had names."""
    return sealed.split(":")[1] if sealed.startswith(NEW) else ""


def seal_bytes(content: bytes) -> bytes:
    """Return a file encrypted under the newest key."""
    return FILE_MARK + newest_key().encode() + _sealed(content)


def unseal_bytes(sealed: bytes) -> bytes:
    """Return a file that was sealed; SealBroken if no key opens it."""
    if name := key_of_bytes(sealed):
        return _opened(sealed[len(FILE_MARK) + NAME_CHARACTERS :], name, "file")
    return _opened(sealed, "", "file")


def key_of_bytes(sealed: bytes) -> str:
    """Return the name of the key that sealed a file, empty for one from before keys had names."""
    name = sealed[len(FILE_MARK) : len(FILE_MARK) + NAME_CHARACTERS]
    known = sealed.startswith(FILE_MARK) and all(byte in b"0123456789abcdef" for byte in name)
    return name.decode() if known else ""


def keyed_hash(text: str) -> str:
    """Return the hash by which a sealed value is found again (equality only)."""
    return hmac.digest(settings.FIELD_HASH_KEY.encode(), text.encode(), "sha256").hex()


class SealedTextField(models.TextField):
    """A text that is encrypted on its way into the database and opened on its way out."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return IsEmpty
        if lookup_name != "isnull":
            raise TypeError("A sealed value is found through its keyed hash, not by lookup.")
        return super().get_lookup(lookup_name)


class SealedJSONField(SealedTextField):
    """A structure (dicts, lists, words, numbers) that stands in the database as sealed text."""

    _pyi_private_set_type: Any  # what mypy lets into the field and expects out of it
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else super().get_prep_value(json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return json.loads(unseal(value)) if value else None


class IsEmpty(Exact):
    """The one question that a sealed text answers: whether there is any."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        if rhs != "":
            raise TypeError("A sealed value is found through its keyed hash, not by lookup.")
        super().__init__(lhs, rhs)


class SealedBinaryField(models.BinaryField):
    """A file that is encrypted on its way into the database and opened on its way out."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = seal_bytes(bytes(value)) if value is not None else None
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        return None if value is None else unseal_bytes(bytes(value))
