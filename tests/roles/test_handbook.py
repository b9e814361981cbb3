"""The page 权限说明 says what the data file says, cell by cell, and the data file says what the law says."""

import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from carehub.access import matrix as access
from carehub.access.matrix import PERSONAS, matrix
from carehub.access.wording import CODES, SCOPES, unworded
from members.models import Post
from tests.cast import School

RAW = tomllib.loads((Path(access.__file__).parent / "matrix.toml").read_text("utf-8"))

# trust.md, part 1, row by row; what a persona does not name is "–".
LAW = {
    "organization": "M v:u, BS v:u, BO v:u, GS v:u, GO v:u, OD v:u e:u, OH v:u e:u, PC v:u, LD v:u, LT v:u, XG v:u, "
    "RS v:u, GH v:u, CW v:u, JW v:u, XC v:u, SYS v:u, SEC v:u, AUD v:u",
    "person": "M v:o, BS v:b, BO v:b e:b, GS v:s, GO v:s e:s, OD v:u e:u, OH v:u, LD v:r, LT v:g, XG v:g",
    "talk": "M F:o, BS v:b F:b e:b, BO F:b e:b, GS F:s, GO F:s, OD F:u, OH F:u, PC n:u, LD F:o, LT F:g, XG F:g, "
    "AUD n:u",
    "duty": "M v:o, BS v:b, BO v:b, GS v:s, GO v:s, OD v:u, OH v:u, PC n:u, LD v:o, LT v:g, XG v:g",
    "roster_import": "BO e:b, GO e:s, OD e:u",
    "account": "M v:o, OD p:u v:u, OH a:u v:u, SEC e:u v:u, AUD v:u",
}
# What the portal needs besides, each with its reason.
BESIDES = {
    "organization": "GL v:u",  # a member
    "person": "GL v:b, BS x:b, BO x:b, GS x:s, GO x:s, OD x:u, OH x:u X:u",  # own names; masked and full roster
    "talk": "GS e:s, GO e:s, LD e:r",  # who owes a talk writes it down (C-2.1, C-2.2), or the 组织员 for the secretary
    "duty": "BS e:b, GS e:s, OD e:u, OH e:u",  # saying why something could not be done
    "roster_import": "BS p:b",  # who keeps the hardship ledger brings it in as well
    "account": "OH p:u",  # a head proposes too; another head then approves
}


class Table(HTMLParser):
    """Reads the table of rights: heads, and each row's cells as text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = self.open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs) -> None:
        self.inside = self.inside or (tag == "table" and "ch-matrix" in (dict(attrs).get("class") or ""))
        if self.inside and tag == "tr":
            self.rows.append([])
        if self.inside and tag in ("td", "th"):
            self.rows[-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "table"
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside and self.open:
            self.rows[-1][-1] += data.strip()


def in_words(cell: str) -> str:
    """Say a cell of the file, worked out without the product's own code."""
    pairs = [part.split(":") for part in cell.split()]
    said = ""
    for scope, where in SCOPES.items():
        verbs = "、".join(str(word) for code, word in CODES.items() if [code, scope] in pairs)
        said += f"{verbs}{where}" if verbs else ""
    return said or "—"


@pytest.mark.django_db
def test_every_cell_of_the_page_says_what_the_file_says(as_):
    head, *rows = Table(as_("member").get("/handbook/access/").content.decode()).rows
    assert len(head) == len(PERSONAS) + 1
    assert len(rows) == len(RAW)
    for (_name, row), said in zip(RAW.items(), rows, strict=True):
        assert said[0] == row["title"] + row.get("note", "")
        assert said[1:] == [in_words(row.get(persona, "")) for persona in PERSONAS]


def test_every_letter_of_the_file_has_its_word():
    assert unworded(cell for row in matrix().values() for cell in row.values()) == set()
    assert unworded([{"q": "u"}]) == {"q"}


def pairs(text: str) -> set[tuple[str, str]]:
    return {
        (persona, code) for part in text.split(", ") if part for persona, *codes in [part.split()] for code in codes
    }


@pytest.mark.parametrize("resource", LAW)
def test_the_file_keeps_to_the_letter_of_the_law(resource: str):
    kept = {(persona, code) for persona in PERSONAS for code in RAW[resource].get(persona, "").split()}
    assert kept == pairs(LAW[resource]) | pairs(BESIDES.get(resource, ""))


def test_departments_reach_their_own_group_only_and_the_others_no_person():
    for row in matrix().values():
        for persona in ("LT", "XG"):
            assert set(row.get(persona, {}).values()) <= {"g", "o"} or row is matrix()["organization"]
    for resource in ("person", "contact", "identity", "talk", "duty"):
        for persona in ("RS", "GH", "CW", "JW", "XC", "SYS", "SEC", "AUD", "PC"):
            assert set(matrix()[resource].get(persona, {})) <= {"n"}, (resource, persona)


@pytest.mark.django_db
def test_the_page_begins_with_the_own_posts_in_sentences(as_):
    page = as_("owner").get("/handbook/access/").content.decode()
    assert "您现在能做什么" in page
    assert "支部书记<" in page
    assert "可以查看、看事实、登记和办理（本支部、小组）。" in page
    own = as_("member").get("/handbook/access/").content.decode().split("能做什么</h2>")[1]
    assert "可以查看（本人）。" in own
    assert "登记和办理" not in own


@pytest.mark.django_db
def test_one_post_is_chosen_and_nonsense_falls_back_to_the_own(as_):
    assert "财务处能做什么" in as_("member").get("/handbook/access/?persona=CW").content.decode()
    assert "党员能做什么" in as_("member").get("/handbook/access/?persona=XX").content.decode()


@pytest.mark.django_db
def test_an_ended_post_is_no_longer_told(school: School, as_):
    Post.objects.filter(person=school.owner).update(ended_on="2021-01-01")
    assert "支部书记，" not in as_("owner").get("/handbook/access/").content.decode().split("能做什么</h2>")[1]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["member", "clerk", "finance", "auditor"])
def test_everybody_finds_the_page(as_, key: str):
    assert "/handbook/access/" in as_(key).get("/more/").content.decode()
