"""Writes the tree level by level, and keeps every path below what moved. Called inside the one transaction."""

from typing import TYPE_CHECKING

from members.models import Organization, Person

if TYPE_CHECKING:
    from members.importing.organizations import Place


def write_organizations(places: "list[Place]") -> None:
    """Write new and changed organisations, then every path."""
    stored = {row.code: row for row in Organization.objects.all()}
    waiting = [place for place in places if place.stored is None]
    while waiting:
        ready = [place for place in waiting if not place.parent or place.parent in stored]
        if not ready:
            raise ValueError("a circle reached the writing")  # the plan refuses it before
        create(ready, stored)
        written = {id(place) for place in ready}
        waiting = [place for place in waiting if id(place) not in written]
    update([place for place in places if place.stored is not None], stored)
    settle_paths()


def create(places: "list[Place]", stored: dict[str, Organization]) -> None:
    rows = [Organization(code=place.code, parent=stored.get(place.parent), **place.values) for place in places]
    Organization.objects.bulk_create(rows, batch_size=500)
    stored.update({row.code: row for row in rows})


def update(places: "list[Place]", stored: dict[str, Organization]) -> None:
    """Write names, aliases, kind and parent of organisations that stand in the system; new parents exist by now."""
    rows = []
    for place in places:
        row = stored[place.code]
        for name, value in place.values.items():
            setattr(row, name, value)
        row.parent = stored.get(place.parent)
        rows.append(row)
    Organization.objects.bulk_update(rows, ["name", "short_name", "aliases", "kind", "parent"], batch_size=200)


def settle_paths() -> None:
    """Write the path of each organisation whose path is not its parent's and its own number, and of its people."""
    rows = {row.pk: row for row in Organization.objects.all()}
    moved = []
    for row in rows.values():
        path = path_of(row, rows)
        if row.path != path:
            row.path = path
            moved.append(row)
    Organization.objects.bulk_update(moved, ["path"], batch_size=200)
    for row in moved:
        Person.objects.filter(organization=row).update(path=row.path)


def path_of(row: Organization, rows: dict[int, Organization]) -> str:
    steps = [row.pk]
    while row.parent_id is not None:
        row = rows[row.parent_id]
        steps.append(row.pk)
    return "/" + "/".join(str(step) for step in reversed(steps)) + "/"
