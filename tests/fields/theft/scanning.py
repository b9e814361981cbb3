"""Looks for canaries in stolen bytes as a thief would: as they are, and unpacked in every usual way."""

import base64
import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from tests.fields.theft.canaries import ID_BORN, PHONE, WORDS, Canary, found_in

BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
HEX_RUN = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
ENTITY = re.compile(rb"&#([0-9]{2,7});")
PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
SIGNS = [sign.encode(encoding) for sign in (WORDS, ID_BORN, PHONE) for encoding in ENCODINGS]
DEEPEST = 2


def canaries_in(blobs: Iterable[bytes]) -> set[Canary]:
    """Return the canaries that a thief reads out of the bytes."""
    return {canary for blob in blobs for canary in _read(blob, 0)}


def _read(blob: bytes, depth: int) -> Iterator[Canary]:
    if any(sign in blob for sign in SIGNS):
        for encoding in ENCODINGS:
            yield from found_in(blob.decode(encoding, "ignore"))
            yield from found_in(blob[1:].decode(encoding, "ignore"))
    if depth < DEEPEST:
        for inner in _unpacked(blob):
            yield from _read(inner, depth + 1)


def _unpacked(blob: bytes) -> Iterator[bytes]:
    if b"\\u" in blob:
        yield ESCAPED.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "ignore"), blob)
    if b"&#" in blob:
        yield ENTITY.sub(lambda match: chr(min(int(match[1]), 0x10FFFF)).encode("utf-8", "ignore"), blob)
    if b"%" in blob:
        yield PERCENT.sub(lambda match: bytes([int(match[1], 16)]), blob)
    yield from _from_base64(blob)
    for run in HEX_RUN.findall(blob):
        yield binascii.unhexlify(run)
    if b"PK\x03\x04" in blob:
        yield from _from_zip(blob)
    yield from _from_zlib(blob)


def _from_base64(blob: bytes) -> Iterator[bytes]:
    """Yield the runs of a blob decoded, at each of the four places where one may begin."""
    runs = [run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/") for run in BASE64_RUN.findall(blob)]
    for start in range(4):
        yield b"\n".join(_decoded(run[start:]) for run in runs)


def _decoded(run: bytes) -> bytes:
    run = run[:-1] if len(run) % 4 == 1 else run
    return base64.b64decode(run + b"=" * (-len(run) % 4))


def _from_zip(blob: bytes) -> Iterator[bytes]:
    """Yield the members of every zip that stands in a blob (a workbook is one)."""
    for match in re.finditer(b"PK\x03\x04", blob):
        try:
            with zipfile.ZipFile(io.BytesIO(blob[match.start() :])) as archive:
                yield from (archive.read(name) for name in archive.namelist())
                return
        # NotImplementedError: zipfile does not know this way of compressing.
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
            continue


def _from_zlib(blob: bytes) -> Iterator[bytes]:
    for match in ZLIB.finditer(blob):
        try:
            yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(blob[match.start() :], 5_000_000)
        except zlib.error:
            continue
