"""A chain of steps as data: who decides at which level, and the way of one application through it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carehub.duties.settings import Setting

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

APPLICANT = -1  # the place of an application that was returned to the applicant


@dataclass(frozen=True)
class Step:
    """One step: at which level, by the holders of which posts, within how many days."""

    code: str
    level: str  # the key under which the applicant's organisations are handed over: branch, general, committee
    title: "str | _StrPromise"  # 支部讨论
    short: "str | _StrPromise"  # 支部
    absent: "str | _StrPromise"  # 无总支: what the picture says where the organisation does not have this step
    personas: tuple[str, ...]  # who decides
    days: Setting
    deputies: tuple[str, ...] = ()  # to whom it passes when those are barred or there is nobody
    advises: bool = False  # 不同意 goes on to the next step as an opinion
    declines: bool = True  # 不同意 may end it here


@dataclass(frozen=True)
class Place:
    """The organisation that takes a step."""

    organization_id: int
    path: str
    name: str


@dataclass(frozen=True)
class Stop:
    """One step on the way of one application; without a place it is passed over."""

    step: Step
    place: Place | None

    @property
    def exists(self) -> bool:
        return self.place is not None


@dataclass(frozen=True)
class Chain:
    """The steps of one kind of application, fixed in code."""

    kind: str
    title: "str | _StrPromise"
    steps: tuple[Step, ...]

    def way(self, places: Mapping[str, Place]) -> list[dict[str, Any]]:
        """Return the way as it is stored: per step its code and, where there is one, its organisation."""
        return [_kept(step, places.get(step.level)) for step in self.steps]

    def stops(self, way: Sequence[Mapping[str, Any]]) -> list[Stop]:
        """Return a stored way as stops, in order; ValueError for the way of another chain."""
        if [row["code"] for row in way] != [step.code for step in self.steps]:
            raise ValueError(f"This is no way of {self.kind}.")
        return [Stop(step, _place(row)) for step, row in zip(self.steps, way, strict=True)]


def _kept(step: Step, place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"code": step.code}
    return {"code": step.code, "organization": place.organization_id, "path": place.path, "name": place.name}


def _place(row: Mapping[str, Any]) -> Place | None:
    return Place(row["organization"], row["path"], row["name"]) if "organization" in row else None


def following(exists: Sequence[bool], at: int) -> Iterator[int]:
    """Yield the steps after a place, up to and with the first that exists; the end of the chain stands for none."""
    for n in range(at + 1, len(exists)):
        yield n
        if exists[n]:
            return
    yield len(exists)
