"""Proves that no row of the trail was altered, removed, added or moved: row by row, seal by seal, little memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from carehub.audit.models import AuditEvent, AuditSeal
from carehub.audit.refusing import missing_refusals
from carehub.audit.seals import head_of, line_of
from carehub.audit.signing import UnknownKey, content_of, is_signed

BATCH = 2_000
MOST_FINDINGS = 1_000  # kept; all are counted


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written."""

    kind: str
    words: str
    row: int | None = None
    seal: int | None = None


@dataclass
class Report:
    """What a verification looked at and found."""

    rows: int = 0
    sealed: int = 0
    seals: int = 0
    latest: AuditSeal | None = None
    findings: list[Finding] = field(default_factory=list)
    wrong: int = 0
    is_whole: bool = True

    @property
    def open(self) -> int:
        return self.rows - self.sealed

    def add(self, kind: str, words: str, *, row: int | None = None, seal: int | None = None) -> None:
        self.wrong += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, words, row, seal))


def verify(*, noted: tuple[int, str] | None = None, seals: int | None = None) -> Report:
    """Check everything, or only the newest `seals` of it; `noted` is (number, digest) that an auditor wrote down."""
    report = Report(latest=AuditSeal.objects.order_by("-number").first())
    for name in missing_refusals():
        report.add("refusal", _("数据库里没有拒绝更改的触发器 %(name)s") % {"name": name})
    last = report.latest.number if report.latest else 0
    before = AuditSeal.objects.filter(number=last - seals).first() if seals is not None else None
    report.is_whole = before is None
    for seal in _seals(before.number if before else 0, last):
        _check_seal(report, seal, before)
        _check_range(report, seal, before)
        before = seal
    _check_open(report, before)
    if report.is_whole:
        _check_copies(report)
    if noted:
        _check_noted(report, *noted)
    return report


def seals_worth(rows: int) -> int | None:
    """Return how many of the newest seals cover about so many rows; None if that is all of them."""
    counted = 0
    for place, size in enumerate(AuditSeal.objects.order_by("-number").values_list("rows", flat=True)[: rows + 1]):
        if counted + size > rows and place:
            return place
        counted += size
    return None


def _seals(after: int, upto: int) -> Iterator[AuditSeal]:
    found = AuditSeal.objects.filter(number__lte=upto).order_by("number")
    if after:
        found = found.filter(number__gt=after)
    yield from found.iterator(chunk_size=BATCH)


def _check_seal(report: Report, seal: AuditSeal, before: AuditSeal | None) -> None:
    """Check that a seal is genuine and follows the one before."""
    report.seals += 1
    expected = before.number + 1 if before else 1
    for number in range(expected, min(seal.number, expected + MOST_FINDINGS)):
        report.add("seal-missing", _("封条 %(n)s 不见了") % {"n": number}, seal=number)
    if not _genuine("seal", seal.digest, seal.signature):
        report.add("seal-altered", _("封条 %(n)s 的签名不符") % {"n": seal.number}, seal=seal.number)
    if seal.number == expected and seal.previous != (before.digest if before else ""):
        report.add("seal-altered", _("封条 %(n)s 接不上前一张封条") % {"n": seal.number}, seal=seal.number)


def _check_range(report: Report, seal: AuditSeal, before: AuditSeal | None) -> None:
    """Check the rows from the seal before up to this one against its count and digest."""
    digest, count, bad = sha256(head_of(seal)), 0, report.wrong
    for event in _rows(before.last_id if before else None, seal.last_id):
        digest.update(line_of(event.pk, event.signature))
        count += 1
        _check_row(report, event)
    report.rows += count
    report.sealed += count
    about = {"n": seal.number, "first": seal.first_id, "last": seal.last_id, "rows": seal.rows, "count": count}
    if count < seal.rows:
        words = _("缺 %(lost)s 行：封条 %(n)s 封存了编号 %(first)s 至 %(last)s 的 %(rows)s 行，现有 %(count)s 行")
        report.add("rows-missing", words % (about | {"lost": seal.rows - count}), seal=seal.number)
    elif count > seal.rows:
        words = _("多 %(more)s 行：封条 %(n)s 封存了编号 %(first)s 至 %(last)s 的 %(rows)s 行，现有 %(count)s 行")
        report.add("rows-added", words % (about | {"more": count - seal.rows}), seal=seal.number)
    elif digest.hexdigest() != seal.digest and report.wrong == bad:
        words = _("封条 %(n)s 与编号 %(first)s 至 %(last)s 的各行对不上：有行被调换，或封条被改")
        report.add("rows-moved", words % about, seal=seal.number)


def _check_open(report: Report, before: AuditSeal | None) -> None:
    """Check the rows that no seal closes yet: their signatures only, a removed one leaves no trace here."""
    for event in _rows(before.last_id if before else None, None):
        report.rows += 1
        _check_row(report, event)


def _check_row(report: Report, event: AuditEvent) -> None:
    try:
        if is_signed("event", content_of(event), event.signature):
            return
        report.add("row-altered", _("第 %(id)s 行被改过，或不是平台写的") % {"id": event.pk}, row=event.pk)
    except UnknownKey as name:
        words = _("第 %(id)s 行的签名用的是 AUDIT_KEYS 里没有的密钥（%(name)s）")
        report.add("row-altered", words % {"id": event.pk, "name": name}, row=event.pk)
    except (AttributeError, TypeError, ValueError):
        report.add("row-altered", _("第 %(id)s 行读不出来") % {"id": event.pk}, row=event.pk)


def _genuine(kind: str, content: str, signature: str) -> bool:
    try:
        return is_signed(kind, content, signature)
    except UnknownKey:
        return False


def _check_copies(report: Report) -> None:
    """A genuine row that was written in a second time has the signature of the first."""
    copied = AuditEvent.objects.order_by().values("signature").annotate(n=Count("id"), last=Max("id")).filter(n__gt=1)
    for row in copied.iterator(chunk_size=BATCH):
        words = _("第 %(id)s 行是另一行的复本") % {"id": row["last"]}
        report.add("row-copied", words, row=row["last"])


def _check_noted(report: Report, number: int, digest: str) -> None:
    """Compare with what an auditor noted: everything up to that seal must be there as it was then."""
    seal = AuditSeal.objects.filter(number=number).first()
    if seal is None:
        report.add("seal-missing", _("记下的封条 %(n)s 不见了：它以前的记录被截去") % {"n": number}, seal=number)
    elif seal.digest != digest.strip().lower():
        report.add("seal-altered", _("封条 %(n)s 与记下的摘要不同") % {"n": number}, seal=number)


def _rows(after: int | None, upto: int | None) -> Iterator[AuditEvent]:
    """Yield the rows between two ids, a batch at a time; one that cannot be read at all comes with its id only."""
    found = AuditEvent.objects.order_by("id")
    if upto is not None:
        found = found.filter(id__lte=upto)
    while batch := _batch(found.filter(id__gt=after) if after is not None else found):
        yield from batch
        after = batch[-1].pk


def _batch(found: Any) -> list[AuditEvent]:
    try:
        return list(found[:BATCH])
    except ValueError:
        ids = list(found.values_list("id", "signature")[:BATCH])
        return [_one(id, signature) for id, signature in ids]


def _one(id: int, signature: str) -> AuditEvent:
    try:
        return AuditEvent.objects.get(pk=id)
    except ValueError:
        return AuditEvent(pk=id, signature=signature, detail={"unreadable": True})
