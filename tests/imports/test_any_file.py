"""Any file gets an answer (X1): mutated workbooks are read or refused, never more; a report costs no query per row."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.imports.bombs import base, packed
from tests.imports.making import bring, counts, person, roster

MUTANTS = 300


def mutated(chance: random.Random) -> bytes:
    """Return a workbook in which something was changed, cut or repeated, in a part or in the archive."""
    parts = base()
    name = chance.choice(sorted(parts))
    content = bytearray(parts[name])
    for _n in range(chance.randrange(1, 6)):
        at = chance.randrange(len(content))
        span = content[at : at + chance.randrange(1, 40)]
        content[at : at + chance.randrange(0, 20)] = chance.choice([b"", span * 3, bytes([chance.randrange(256)])])
    data = packed(parts | {name: bytes(content)})
    if chance.random() < 0.2:
        cut = bytearray(data)
        cut[chance.randrange(len(cut))] ^= 1 << chance.randrange(8)
        data = bytes(cut[: chance.randrange(len(cut) // 2, len(cut) + 1)])
    return data


@pytest.mark.django_db
def test_any_file_gets_an_answer() -> None:
    chance = random.Random(1123)
    answers = [bring(mutated(chance), dry_run=True).report for _n in range(MUTANTS)]
    assert all(report["refused"] or report["rows"] == sum(report[key] for key in KEYS) for report in answers)
    assert any(report["refused"] for report in answers)
    assert any(not report["refused"] for report in answers)


KEYS = ("new", "changed", "unchanged", "rejected")


def queries_of(rows: int) -> int:
    data = roster(*(person(n + 1000 * rows) for n in range(rows)))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert counts(bring(data)) == (rows, 0, 0, 0)
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_the_rows(school) -> None:
    assert queries_of(20) == queries_of(2)
