"""Every deed that is written down can be read: no row of the trail shows a bare code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from carehub.administration.actions import VERBS, Why
from carehub.audit.models import Action
from carehub.auditlog.words import BEGINNINGS, DEEDS, VALUES, deed_words

ROOT = Path(__file__).resolve().parents[2]


def deeds_written() -> Iterator[str]:
    """Yield every text that the product passes as `what` of a row, of an f-string its beginning."""
    for top in ("carehub", "members", "talks", "hardship"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "what":
                    yield from texts(node.value)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value)


def has_words(what: str) -> bool:
    return what in DEEDS or what in BEGINNINGS or any(deed.startswith(what) for deed in DEEDS if what.endswith(" "))


def test_every_deed_has_words():
    found = set(deeds_written())
    assert len(found) > 25
    assert not {what for what in found if not has_words(what)}
    assert not has_words("something new")  # negative control


@pytest.mark.parametrize("verb", VERBS)
def test_what_the_security_administrator_does_is_named(verb: str):
    assert deed_words(Action.ACCOUNT, "accounts.User:1", {"what": f"administer {verb}"}) != Action.ACCOUNT.label


def test_the_reasons_of_the_security_administrator_have_words():
    assert {value: VALUES["why"].get(value) for value in Why.values} == dict(Why.choices)
