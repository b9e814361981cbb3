"""The tool that makes holes is itself watched: its edits are exact, and it tells caught from missed."""

import ast
import tomllib

import pytest

from carehub.access.matrix import matrix, shared_codes
from tests.mutation import run
from tests.mutation.holes import ROOT, Hole, all_holes


@pytest.fixture(scope="module")
def holes() -> list[Hole]:
    return all_holes()


def test_there_are_holes_enough_of_every_kind(holes: list[Hole]):
    assert len(run.chosen(holes, everything=False, only="")) >= 60
    kinds = {hole.kind for hole in holes}
    assert {"filter gone", "reach is everything", "covers everything", "not refused", "unmasked"} <= kinds
    assert {"guard asks nothing of a post", "answers yes", "closed accounts are open"} <= kinds
    assert any("widened" in kind for kind in kinds)


def test_each_edit_changes_one_place_and_leaves_a_file_that_can_be_read(holes: list[Hole]):
    for hole in holes:
        before = (ROOT / hole.file).read_text("utf-8")
        after = hole.applied(before)
        assert after != before, hole.name
        assert after.startswith(before[: hole.start]), hole.name
        assert after.endswith(before[hole.end :]), hole.name
        if hole.file.endswith(".py"):
            ast.parse(after)
        if hole.file.endswith(".toml"):
            tomllib.loads(after)


def test_what_makes_no_difference_still_exists(holes: list[Hole]):
    there = {(hole.file, hole.function, hole.kind) for hole in holes}
    assert set(run.equivalent()) - there == set()


def test_what_is_said_to_be_a_right_over_organisations_alone_is_one():
    rights = [row["right"].split() for row in run.named() if "right" in row]
    scopes = {cell[code] for resource, code in rights for cell in matrix()[resource].values() if code in cell}
    assert len(rights) == 5
    assert scopes == set("ubs")
    assert not [code for resource, code in rights if code in shared_codes(resource)]


def test_the_checkout_is_never_touched_and_caught_differs_from_missed(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "wall.py").write_text("OPEN = False\n")
    (tmp_path / "test_wall.py").write_text("from wall import OPEN\n\ndef test_wall():\n    assert not OPEN\n")
    monkeypatch.setattr(run, "stages", lambda hole: iter([("the test", ["test_wall.py", "-c", "/dev/null"])]))
    copy = run.Copy(tmp_path)
    seen = copy.ask(Hole("wall.py", 1, "", "open", 7, 12, "True"))
    unseen = copy.ask(Hole("wall.py", 1, "", "the same", 7, 12, "False"))
    broken = copy.ask(Hole("wall.py", 1, "", "no Python", 7, 12, "(("))
    assert (seen.caught, unseen.caught, broken.caught) == (True, False, False)
    assert (tmp_path / "wall.py").read_text() == "OPEN = False\n"
