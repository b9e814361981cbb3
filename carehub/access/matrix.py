"""The access matrix as data: resource → persona → codes with their scopes."""

import tomllib
from functools import cache
from pathlib import Path

PERSONAS = tuple("M GL BS BO GS GO OD OH PC LD LT XG RS GH CW JW XC SYS SEC AUD".split())
Cell = dict[str, str]


def cell_of(text: str) -> Cell:
    """Return {code: scope} of a cell such as "v:b e:b"."""
    return dict(part.split(":") for part in text.split())


@cache
def matrix() -> dict[str, dict[str, Cell]]:
    """Return {resource: {persona: {code: scope}}}; a persona left out has no right at all."""
    raw = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text("utf-8"))
    return {
        resource: {persona: cell_of(cell) for persona, cell in row.items() if persona in PERSONAS}
        for resource, row in raw.items()
    }


def codes_of(resource: str, persona: str) -> Cell:
    """Return what a persona may do with a resource as {code: scope}, empty for nothing; KeyError if unknown."""
    return matrix()[resource].get(persona, {})
