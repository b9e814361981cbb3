"""The project's own files, for the tests that read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("carehub", "members", "talks", "hardship")


def python_files(*, tests: bool = False) -> Iterator[Path]:
    """Yield every Python file that a person wrote; migrations are written by Django."""
    for name in (*PACKAGES, *(["tests"] if tests else [])):
        yield from (path for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts)


def templates() -> Iterator[Path]:
    """Yield every template."""
    yield from sorted((ROOT / "templates").rglob("*.*"))


def near(path: Path) -> str:
    """Return the path as people name it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module's top level."""
    yield from (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))
