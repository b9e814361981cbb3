"""Puts a backup back: verified before anything is touched, compared with its manifest afterwards."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection as default

from carehub.access.classes import is_sealed
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.audit.verifying import verify
from carehub.sealing import SealBroken, unseal, unseal_bytes
from carehub.survival.backups import DUMPS
from carehub.survival.failing import Failed, in_words
from carehub.survival.fingerprint import models, print_of
from carehub.survival.loading import is_empty, load
from carehub.survival.manifest import Manifest
from carehub.survival.moment import triggers
from carehub.survival.state_files import FILES, copied, mark_of

SAMPLE = 20


@dataclass(frozen=True)
class Line:
    """One thing that was compared: as the backup says it, and as it was found."""

    what: str
    wanted: str
    found: str

    @property
    def is_same(self) -> bool:
        return self.wanted == self.found


def restore(folder: Path, *, replace: bool = False, without_keys: bool = False, files: bool = True) -> list[Line]:
    """Restore a backup into the configured database and state folder; return what was compared."""
    manifest = Manifest.read(folder)
    refuse_unfit(manifest, folder, without_keys=without_keys)
    if not replace:
        refuse_full(files=files)
    with in_words("恢复"):
        staged = stage(manifest, folder) if files else None
        load(folder / DUMPS[manifest.engine], default)
        if staged:
            put_files(staged)
    lines = [*compare(manifest, default), *(compare_files(manifest) if files else [])]
    call_command("migrate", verbosity=0, interactive=False)
    lines += [trail(manifest), *sealed_values(expected=not without_keys)]
    record(Action.BACKUP, what="restore", name=folder.name, same=all(line.is_same for line in lines))
    return lines


def refuse_unfit(manifest: Manifest, folder: Path, *, without_keys: bool) -> None:
    """Refuse a backup that is torn, newer than we are, of another engine, or sealed with other keys."""
    if broken := list(damaged(manifest, folder)):
        raise Failed(
            f"备份不完整或被改动过，没有恢复任何内容：{'、'.join(broken[:5])}（共 {len(broken)} 个文件）。"
            "请换一份备份。"
        )
    if manifest.engine != default.vendor:
        raise Failed(
            f"这份备份来自 {manifest.engine}，现在的数据库是 {default.vendor}。请用 DATABASE_URL 指向同一种数据库。"
        )
    if unknown := manifest.unknown_migrations():
        raise Failed(f"这份备份由更新版本的平台生成（多出 {len(unknown)} 步数据表更新）。请先升级平台。")
    wrong = [name for name in manifest.wrong_keys() if name != "SECRET_KEY"]
    if wrong and not without_keys:
        raise Failed(
            f"{'、'.join(wrong)} 与备份时的不同，恢复后打不开加密的内容（证件号码、手机号码、谈话要点等），"
            "或无法核对审计记录。"
            "请改用备份时的密钥；密钥确已丢失、只要其余内容时，加 --without-keys。"
        )


def damaged(manifest: Manifest, folder: Path) -> Iterator[str]:
    """Yield the files that are not those of the manifest."""
    for name, mark in manifest.files.items():
        path = folder / name
        outside = not path.resolve().is_relative_to(folder.resolve())
        if outside or not path.is_file() or mark_of(path) != mark:
            yield name


def refuse_full(*, files: bool) -> None:
    """Refuse to write over what somebody may need."""
    if not is_empty(default):
        raise Failed("数据库里已有数据，没有恢复任何内容。确要用备份替换现有的全部数据，请加 --replace。")
    media = Path(settings.MEDIA_ROOT)
    if files and media.is_dir() and any(path.is_file() for path in media.rglob("*")):
        raise Failed(f"{media} 里已有文件，没有恢复任何内容。确要用备份替换，请加 --replace。")


def stage(manifest: Manifest, folder: Path) -> Path:
    """Copy the files beside the place where they belong: a full or read-only disk is found before anything changes."""
    staged = Path(settings.STATE_DIR) / f".restoring-{folder.name}"
    shutil.rmtree(staged, ignore_errors=True)
    try:
        staged.mkdir(parents=True, mode=0o700)
        for name in manifest.files:
            if name.startswith(f"{FILES}/"):
                copied(folder / name, staged / name.removeprefix(f"{FILES}/"))
    except OSError:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return staged


def put_files(staged: Path) -> None:
    """Move each into its place; what stood there is removed last."""
    state = Path(settings.STATE_DIR)
    old = state / staged.name.replace(".restoring-", ".replaced-")
    old.mkdir(exist_ok=True, mode=0o700)
    for path in sorted({*staged.iterdir(), staged / Path(settings.MEDIA_ROOT).name}):
        target = state / path.name
        if target.exists():
            target.rename(old / path.name)
        if path.exists():
            path.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    staged.rmdir()


def compare(manifest: Manifest, connection: Any) -> Iterator[Line]:
    """Yield every table as it was and as it is, and whether the triggers stand."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    for table, wanted in manifest.rows():
        found = print_of(table, connection) if table.name in there else None
        yield Line(table.name, words(wanted), words(found) if found else "没有这张表")
    yield Line("触发器", "、".join(manifest.triggers), "、".join(triggers(connection)))


def words(one: Any) -> str:
    return f"{one.rows} 行 {one.digest[:12]}"


def compare_files(manifest: Manifest) -> Iterator[Line]:
    """Yield whether the files are in their place, byte by byte."""
    state = Path(settings.STATE_DIR)
    wanted = {
        name.removeprefix(f"{FILES}/"): mark for name, mark in manifest.files.items() if name.startswith(f"{FILES}/")
    }
    same = sum((state / name).is_file() and mark_of(state / name) == mark for name, mark in wanted.items())
    yield Line("文件", f"{len(wanted)} 个", f"{same} 个")


def trail(manifest: Manifest) -> Line:
    """Ask whether the audit trail is whole, up to the seal that the backup noted."""
    if "AUDIT_KEYS" in manifest.wrong_keys():
        return Line("审计记录", "没有核对：AUDIT_KEYS 与备份时的不同", "没有核对：AUDIT_KEYS 与备份时的不同")
    seal = manifest.seal
    report = verify(noted=(seal["number"], seal["digest"]) if seal else None)
    first = f"{report.wrong} 处不符：{report.findings[0].words}" if report.findings else "完整"
    return Line("审计记录", "完整", first)


def sealed_values(*, expected: bool) -> Iterator[Line]:
    """Try to open a few sealed values of each kind: whether the keys fit is better known today than when needed."""
    tried = opened = 0
    for model in models():
        for field in model._meta.local_concrete_fields:
            if is_sealed(field):
                values = stored(model._meta.db_table, str(field.column))
                tried += len(values)
                opened += sum(opens(value) for value in values)
    yield Line("加密的内容（抽查）", f"打开 {tried} 条" if expected else f"打开 {opened} 条", f"打开 {opened} 条")


def stored(table: str, column: str) -> list[Any]:
    """Return a few values as they stand in the database."""
    quote = default.ops.quote_name
    with default.cursor() as cursor:
        cursor.execute(
            f"SELECT {quote(column)} FROM {quote(table)} "  # nosec B608 # names of our models
            f"WHERE {quote(column)} IS NOT NULL LIMIT {SAMPLE}"
        )
        return [value for (value,) in cursor.fetchall() if value]


def opens(value: Any) -> bool:
    try:
        unseal(value) if isinstance(value, str) else unseal_bytes(bytes(value))
    except (SealBroken, ValueError):
        return False
    return True
