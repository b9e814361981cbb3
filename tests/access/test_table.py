"""The table itself: nobody's reach is wider than the office, exports and deeds lie inside what is seen."""

import pytest

from carehub.access.matrix import PERSONAS, matrix

# The widest scope that an office can give: a branch's its branch, a leader's the own relations, a group's the group.
WIDEST = {
    "M": "o", "GL": "ob", "BS": "ob", "BO": "ob", "GS": "obs", "GO": "obs", "OD": "obsu", "OH": "obsu", "PC": "obsu",
    "LD": "or", "LT": "og", "XG": "og", "RS": "o", "GH": "o", "CW": "o", "JW": "o", "XC": "o",
    "SYS": "o", "SEC": "o", "AUD": "o",
}  # fmt: skip
# What everybody sees of the whole school, and what the three administrators see of the portal, never of people.
FOR_ALL = {"organization"}
OF_THE_PORTAL = {
    "SYS": {"system", "audit"}, "SEC": {"account", "grant", "system", "audit"},
    "AUD": {"account", "grant", "audit", "rule_setting", "system"},
}  # fmt: skip
# A department hands over a fact about anybody; it sees nothing by that.
TOLD = ("life_event", "p")
SENSITIVE = ("contact", "identity", "talk_text")
CELLS = [
    (resource, persona, code, scope)
    for resource, row in matrix().items()
    for persona in PERSONAS
    for code, scope in row.get(persona, {}).items()
]


def cell(resource: str, persona: str) -> dict[str, str]:
    return matrix()[resource].get(persona, {})


@pytest.mark.parametrize("persona", PERSONAS)
def test_nobody_reaches_farther_than_the_office(persona: str):
    own = [(resource, code, scope) for resource, who, code, scope in CELLS if who == persona]
    portal = FOR_ALL | OF_THE_PORTAL.get(persona, set())
    wide = [one for one in own if one[2] not in WIDEST[persona] and one[1] != "n" and one[0] not in portal]
    wide = [one for one in wide if one[:2] != TOLD]
    assert wide == []


def test_what_leaves_lies_inside_what_is_seen():
    """Export ⊆ screen, deed ⊆ sight; reading files in is no sight of anybody."""
    for resource, persona, code, scope in CELLS:
        if code in "xXr" or (code in "ea" and resource not in ("roster_import", "talk", "text_request", "duty")):
            seen = {cell(resource, persona).get(one) for one in ("v", "m", "F", "e", "c")}
            assert scope in seen, f"{resource} {persona} {code}:{scope}"


def test_sensitive_values_are_open_to_their_owner_only():
    open_ones = [(r, p, s) for r, p, code, s in CELLS if r in SENSITIVE and code == "v" and s != "o"]
    assert open_ones == []


def test_only_the_head_of_the_department_exports_full_numbers():
    assert {persona for _resource, persona, code, _scope in CELLS if code == "X"} <= {"OH"}


def test_a_wider_cell_would_be_seen():
    """Negative control."""
    assert "u" not in WIDEST["BS"]
    assert [one for one in CELLS if one[3] == "u" and one[1] == "BS" and one[0] not in FOR_ALL] == []
    assert [one for one in CELLS if one[1] == "GS" and one[3] == "s"]
