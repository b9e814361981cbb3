"""The access matrix as a reader meets it: what the own posts open today, and the whole table."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from carehub.access.matrix import PERSONAS, Cell, Resource, matrix, resources
from carehub.access.viewer import Seat, Viewer
from carehub.access.wording import PERSONAS as PERSONA_WORDS
from carehub.access.wording import parts_of, sentence_of


@dataclass(frozen=True)
class Square:
    """What one persona may do with one resource."""

    persona: str
    cell: Cell

    @property
    def parts(self) -> list[tuple[str, str]]:
        return parts_of(self.cell)

    @property
    def sentence(self) -> str:
        return sentence_of(self.cell) or _("看不到，同没有一样。")


@dataclass(frozen=True)
class Line:
    """One resource with a square for each persona."""

    resource: Resource
    squares: list[Square]


@dataclass(frozen=True)
class Holding:
    """One post of the viewer and what it opens, in sentences."""

    title: str
    place: str
    rights: list[tuple[Resource, str]]


def table() -> list[Line]:
    """Return the whole matrix in the order of the file."""
    cells = matrix()
    return [
        Line(resource, [Square(persona, cells[resource.name].get(persona, {})) for persona in PERSONAS])
        for resource in resources()
    ]


def card_of(persona: str) -> list[tuple[Resource, Square]]:
    """Return one persona's column."""
    cells = matrix()
    return [(resource, Square(persona, cells[resource.name].get(persona, {}))) for resource in resources()]


def holdings_of(viewer: Viewer) -> list[Holding]:
    """Return what each post held today opens, membership last."""
    return [_holding(seat) for seat in viewer.seats]


def _holding(seat: Seat) -> Holding:
    rights = [(resource, square.sentence) for resource, square in card_of(seat.persona) if square.cell]
    title = seat.title or str(PERSONA_WORDS[seat.persona])
    return Holding(title, seat.organization_name, rights)
