"""What a backup says of itself: of which moment and version, which files, how many rows with which digest.

It also holds a value sealed under the school's keys, so that a restore with other keys is noticed before it is done.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.utils.crypto import constant_time_compare, salted_hmac

from carehub.audit.signing import UnknownKey, is_signed, sign
from carehub.sealing import SealBroken, keyed_hash, seal, unseal
from carehub.survival.failing import Failed
from carehub.survival.fingerprint import Print, Table

NAME = "manifest.json"
FORMAT = 1
PROBE = "carehub backup probe"
SALT = "carehub.survival.manifest"


@dataclass(frozen=True)
class Manifest:
    """One backup."""

    engine: str
    server: str
    software: str
    made_at: str
    migrations: list[list[str]]
    tables: dict[str, dict[str, Any]]
    triggers: list[str]
    left_out: list[str]
    seal: dict[str, Any] | None = None
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Put it down with a mark of its own."""
        body = asdict(self)
        text = json.dumps({**body, "digest": digest_of(body)}, ensure_ascii=False, indent=1)
        (folder / NAME).touch(mode=0o600)
        (folder / NAME).write_text(text, "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the manifest of a backup; Failed if there is none, it was changed, or it is of a newer format."""
        try:
            body = json.loads((folder / NAME).read_text("utf-8"))
            mark = body.pop("digest")
        except (OSError, ValueError, AttributeError, KeyError):
            raise Failed(f"{folder} 里没有完整的备份：{NAME} 不在或读不了。") from None
        if body.get("format", 0) > FORMAT:
            raise Failed("这份备份由更新版本的平台生成，这个版本读不了。请先升级平台。")
        if mark != digest_of(body):
            raise Failed(f"备份的 {NAME} 被改动过，不能使用。请换一份备份。")
        return cls(**body)

    def rows(self) -> Iterator[tuple[Table, Print]]:
        """Yield every table with what it held."""
        for name, one in self.tables.items():
            yield Table(name, one["key"], one["columns"]), Print(one["rows"], one["digest"])

    def unknown_migrations(self) -> list[str]:
        """Return what was migrated there and is not known here: a newer version made it."""
        known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ())
        ours = {app.label for app in apps.get_app_configs()}
        return [f"{app}.{name}" for app, name in self.migrations if app in ours and (app, name) not in known]

    def wrong_keys(self) -> list[str]:
        """Return the names of the keys that are not those of the backup."""
        return [name for name, is_right in KEY_CHECKS.items() if not is_right(self.keys.get(name, ""))]


def digest_of(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def key_probes() -> dict[str, str]:
    """Return a value under each of the keys. None of them can be found from it."""
    return {
        "FIELD_KEYS": seal(PROBE),
        "FIELD_HASH_KEY": keyed_hash(PROBE),
        "AUDIT_KEYS": sign(SALT, PROBE),
        "SECRET_KEY": signed_probe(),
    }


def signed_probe() -> str:
    return str(salted_hmac(SALT, PROBE, algorithm="sha256").hexdigest())


def opens(sealed: str) -> bool:
    try:
        return unseal(sealed) == PROBE
    except (SealBroken, ValueError):
        return False


def is_of_our_trail(signature: str) -> bool:
    try:
        return is_signed(SALT, PROBE, signature)
    except UnknownKey:
        return False


KEY_CHECKS = {
    "FIELD_KEYS": opens,
    "AUDIT_KEYS": is_of_our_trail,
    "FIELD_HASH_KEY": lambda mark: constant_time_compare(mark, keyed_hash(PROBE)),
    "SECRET_KEY": lambda mark: constant_time_compare(mark, signed_probe()),
}
