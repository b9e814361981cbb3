"""The places where a filter or a guard stands, and what each looks like with the wall taken out.

A hole is an exact edit of one file: from one character to another, replaced by a text. Nothing is written here.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("carehub", "members", "talks", "hardship")
# Not scope: the demonstration invents, the sheets draw, commands are for whoever holds the machine.
OUTSIDE = ("migrations", "demo", "management", "sheets")
EVERYTHING = "__import__('django.db.models', fromlist=['Q']).Q()"
FILTERS = ("visible_to", "exportable_by", "decidable_by")
YES = ("covers", "may_read", "may_change", "may_open", "is_open_to", "may", "may_ask", "may_write", "is_author", "can")
MASKS = ("masked_id", "masked_phone", "masked_id_for_export", "short_masked", "masked_card", "masked_name")
SCOPE_FILES = ("members/scope.py", "talks/offices.py", "talks/models/follow_up.py")


@dataclass(frozen=True)
class Hole:
    """One wall taken out."""

    file: str
    line: int
    function: str
    kind: str
    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.kind}"

    def applied(self, source: str) -> str:
        """Return the file with this hole."""
        return source[: self.start] + self.text + source[self.end :]


class Places(ast.NodeVisitor):
    """Walks one module and notes where a wall stands."""

    def __init__(self, file: str, source: str) -> None:
        self.file, self.source = file, source
        self.holes: list[Hole] = []
        self.inside: list[str] = []
        lengths = [len(line) for line in source.splitlines(keepends=True)]
        self.begins = [sum(lengths[:n]) for n in range(len(lengths) + 1)]
        self.lines = source.splitlines(keepends=True)
        self.visit(ast.parse(source))

    def at(self, line: int, column: int) -> int:
        """Return where a place of the syntax tree (its columns count bytes) stands in the text."""
        return self.begins[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def words(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end]

    def hole(self, node: ast.AST, kind: str, text: str) -> None:
        start, end = self.span(node)
        if self.source[start:end] == text:
            return
        where = self.inside[-1] if self.inside else ""
        self.holes.append(Hole(self.file, node.lineno, where, kind, start, end, text))  # type: ignore[attr-defined]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.inside.append(node.name)
        for decorator in node.decorator_list:
            self.look_at_guard(decorator)
        own = [argument.arg for argument in node.args.args]
        if node.name in FILTERS and own[:1] == ["self"]:
            self.hole(node.body[-1], "filter answers everything", "return self.all()")
        if node.name in YES and node.name not in ("may", "can"):
            self.hole(node.body[-1], "answers yes", "return True")
        if node.name in ("masked_id_number", "masked_phone") and own == ["self"]:
            self.hole(node.body[-1], "shows what was masked", f"return self.{node.name.removeprefix('masked_')}")
        self.generic_visit(node)
        self.inside.pop()

    def look_at_guard(self, decorator: ast.expr) -> None:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Name):
            return
        if decorator.func.id == "guard":
            self.hole(decorator, "guard asks nothing of a post", 'guard("organization", "v")')
        if decorator.func.id == "signed_in":
            name = "__import__('carehub.access.guards', fromlist=['open_to_all']).open_to_all"
            self.hole(decorator, "guard asks for no sign-in", f"{name}(because='hole')")

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            self.look_at_method(node, self.words(function.value), function.attr)
            name = function.attr
        else:
            name = getattr(function, "id", "")
            self.look_at_function(node, name)
        if name in MASKS and node.args:
            self.hole(node, "unmasked", self.words(node.args[0]))
        self.generic_visit(node)

    def look_at_method(self, node: ast.Call, owner: str, name: str) -> None:
        in_scope = self.file in SCOPE_FILES
        texts = {
            **dict.fromkeys(FILTERS, ("filter gone", f"{owner}.all()")),
            "covers": ("covers everything", "True"),
            "is_open_to": ("covers everything", "True"),
            "over_others": ("part of a reach taken for all of it", owner),
            "over_organizations": ("part of a reach taken for all of it", owner),
        }
        if in_scope:
            texts["in_force"] = ("in force for ever", f"{owner}.all()")
        if not owner.startswith("super"):
            texts["q"] = ("reach is everything", EVERYTHING)
        if "viewer" in owner:
            texts["may"] = ("may do everything", "True")
        if name in texts:
            self.hole(node, *texts[name])

    def look_at_function(self, node: ast.Call, name: str) -> None:
        paths = "__import__('members.models', fromlist=['Organization']).Organization.objects"
        texts = {
            **dict.fromkeys(YES, ("answers yes", "True")),
            "reachable": ("reaches everybody", EVERYTHING),
            "own_ledgers": ("every ledger is one's own", f"frozenset({paths}.values_list('path', flat=True))"),
        }
        if len(node.args) < 3:
            texts["below"] = ("below everything", EVERYTHING)
        if name in texts:
            self.hole(node, *texts[name])

    def visit_Raise(self, node: ast.Raise) -> None:
        raised = self.words(node.exc) if node.exc else ""
        if raised.startswith(("PermissionDenied", "Http404")):
            self.hole(node, "not refused", "pass")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        if "is_active" in self.words(node.test):
            self.hole(node.test, "closed accounts are open", "True")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if "died_on" in self.words(node.test) and self.file in SCOPE_FILES:
            self.hole(node.test, "the dead hold posts", "person is None")
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg in ("uploaded_by", "recipient", "requester", "user__is_active") and self.inside:
            call = self.words(node.value)
            if self.inside[-1] in FILTERS:
                self.hole(node, "anybody's", "pk__isnull=False")
            elif node.arg == "user__is_active" and call == "True":
                self.hole(node, "closed accounts too", "pk__isnull=False")
        self.generic_visit(node)


def in_python() -> Iterator[Hole]:
    """Yield the holes of every module."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            near = path.relative_to(ROOT)
            if not set(OUTSIDE) & set(near.parts[:-1]):
                yield from Places(str(near), path.read_text("utf-8")).holes


CONDITIONS = re.compile(r"{% if (shows_\w+|may_\w+|reveals?_\w+)( and [\w.]+)? %}")


def in_templates() -> Iterator[Hole]:
    """Yield the conditions of templates under which a value or a deed is shown."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = path.read_text("utf-8")
        for found in CONDITIONS.finditer(source):
            if found[1].startswith("shows_"):
                line = source.count("\n", 0, found.start()) + 1
                near = str(path.relative_to(ROOT))
                yield Hole(near, line, "", f"shown whatever {found[1]} says", *found.span(), "{% if True %}")


WIDER = {"o": "u", "b": "u", "s": "u", "g": "u", "r": "u"}
CELL = re.compile(r'^([A-Z]{1,3}) = "([^"]+)"', re.MULTILINE)
CODES_THAT_OPEN = ("v", "F", "m", "x", "X", "r")


def in_matrix() -> Iterator[Hole]:
    """Yield the table with one cell widened to the whole school, for each resource and scope letter once."""
    near = "carehub/access/matrix.toml"
    source = (ROOT / near).read_text("utf-8")
    resource, done = "", set()
    for found in re.finditer(r"^\[(\w+)\]|" + CELL.pattern, source, re.MULTILINE):
        if found[1]:
            resource = found[1]
            continue
        for part in found[3].split():
            code, scope = part.split(":")
            if scope in WIDER and code in CODES_THAT_OPEN and (resource, scope) not in done:
                done.add((resource, scope))
                at = found.start(3) + found[3].index(part) + len(code) + 1
                line = source.count("\n", 0, at) + 1
                yield Hole(near, line, "", f"{resource} {found[2]} {part} widened", at, at + 1, "u")


def all_holes() -> list[Hole]:
    """Return every hole once, in order."""
    seen: dict[tuple[str, int, int], Hole] = {}
    sources: tuple[Callable[[], Iterator[Hole]], ...] = (in_python, in_templates, in_matrix)
    for source in sources:
        for hole in source():
            seen.setdefault((hole.file, hole.start, hole.end), hole)
    return list(seen.values())
