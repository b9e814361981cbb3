"""No app may have a rule that nobody asks."""

import pytest

from carehub import catalog
from tests.duties.asking import rule


def test_every_rule_of_every_app_is_in_the_catalog() -> None:
    assert catalog.every_rule_is_listed() == []


def test_a_forgotten_rule_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "RULES", [rule("C-2.1"), rule("C-2.2")])
    assert [message.msg for message in catalog.every_rule_is_listed()] == [
        f"{code} is in no list of carehub/catalog.py." for code in ("C-2.3", "C-2.4", "C-2.5")
    ]
