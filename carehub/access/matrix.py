"""The access matrix as data: resource → persona → codes with their scopes."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PERSONAS = tuple("M GL BS BO GS GO OD OH PC LD LT XG RS GH CW JW XC SYS SEC AUD".split())
Cell = dict[str, str]


def cell_of(text: str) -> Cell:
    """Return {code: scope} of a cell such as "v:b e:b"."""
    return dict(part.split(":") for part in text.split())


@dataclass(frozen=True)
class Resource:
    """What the file says of a resource besides its cells."""

    name: str
    title: str
    note: str
    shared: tuple[str, ...]


@cache
def _file() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("matrix.toml").read_text("utf-8"))


@cache
def resources() -> tuple[Resource, ...]:
    """Return the resources in the order of the file."""
    return tuple(
        Resource(name, row["title"], row.get("note", ""), tuple(row.get("shared", "").split()))
        for name, row in _file().items()
    )


@cache
def shared_codes(resource: str) -> tuple[str, ...]:
    """Return the codes that a dated share of one thing opens; KeyError if unknown."""
    return tuple(_file()[resource].get("shared", "").split())


@cache
def matrix() -> dict[str, dict[str, Cell]]:
    """Return {resource: {persona: {code: scope}}}; a persona left out has no right at all."""
    return {
        resource: {persona: cell_of(cell) for persona, cell in row.items() if persona in PERSONAS}
        for resource, row in _file().items()
    }


def codes_of(resource: str, persona: str) -> Cell:
    """Return what a persona may do with a resource as {code: scope}, empty for nothing; KeyError if unknown."""
    return matrix()[resource].get(persona, {})
