"""The house's habits, read from the source: sizes, names, and what is not written here."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.house.sources import ROOT, functions, near, python_files, templates

FORBIDDEN_MODULES = {"utils", "helpers", "services", "signals"}
SLOW_EXCLUDE = re.compile(r"exclude\(\s*(pk|id|\w+_id|\w+__pk|\w+__id)__in\s*=")
SKIPS = re.compile(r"mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail|importorskip)\(|unittest\.skip")
OUTSIDE = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//""")
INLINE = re.compile(r"""<[a-z][^>]*\s(?:style|on[a-z]+)=["']|<style\b|<script(?![^>]*\bsrc=)""", re.IGNORECASE)


def longer_than(limit: int, paths: Iterable[Path]) -> list[str]:
    return [f"{near(path)}: {lines}" for path in paths if (lines := len(path.read_text().splitlines())) > limit]


def holding(pattern: re.Pattern[str], paths: Iterable[Path]) -> list[str]:
    return [
        f"{near(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def lines_of(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_files_are_short():
    assert longer_than(399, python_files(tests=True)) == []
    assert longer_than(149, templates()) == []


def test_a_long_file_would_be_seen():
    assert longer_than(10, [Path(__file__)])


def test_a_helper_is_named_for_what_it_does():
    assert [near(path) for path in python_files(tests=True) if path.stem in FORBIDDEN_MODULES] == []


def test_background_work_has_one_address():
    assert [near(path) for path in python_files() if path.stem == "tasks"] == ["carehub/tasks.py"]


def test_views_are_short():
    views = [path for path in python_files() if path.stem.endswith("views")]
    assert views
    assert [f"{near(path)}: {f.name}" for path in views for f in functions(path) if lines_of(f) > 40] == []


def test_nobody_excludes_by_a_subquery():
    assert holding(SLOW_EXCLUDE, python_files()) == []


def test_an_exclude_by_subquery_would_be_seen():
    assert SLOW_EXCLUDE.search("people.exclude(pk__in=talked)")
    assert SLOW_EXCLUDE.search("people.exclude(person_id__in=talked)")


def test_no_test_is_skipped():
    assert holding(SKIPS, (path for path in python_files(tests=True) if path != Path(__file__))) == []


def test_pages_ask_nothing_of_the_outside():
    own = [path for kind in ("css", "js") for path in sorted((ROOT / "static" / kind).glob(f"*.{kind}"))]
    assert own
    assert holding(OUTSIDE, [*templates(), *own]) == []


def test_templates_carry_no_inline_style_or_script():
    assert holding(INLINE, templates()) == []


def test_inline_code_would_be_seen():
    assert all(map(INLINE.search, ['<p style="x">', '<a onclick="x()">', "<script>x()</script>"]))
    assert not INLINE.search('<script src="/static/js/frame.js" defer></script>')
    assert OUTSIDE.search('<link href="https://cdn.example/x.css">')


def test_no_command_or_view_reads_the_clock_by_itself():
    """Days come from carehub.calendar: the server's own date is another one for eight hours of the day."""
    found = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in ("today", "utcnow"):
                found.append(f"{near(path)}:{node.lineno}")
    assert found == []
