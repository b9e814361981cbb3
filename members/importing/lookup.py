"""Organisations and people by the words of a file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from carehub.access.viewer import Reach
from carehub.sealing import keyed_hash
from carehub.sheets.words import squeezed
from members.identity import identity_of
from members.importing.base import Row
from members.models import Organization, Person

CHUNK = 500


class Organizations:
    """The organisations in reach by code, full name, short name and alias. One outside reach is not there at all."""

    def __init__(self, reach: Reach) -> None:
        found = Organization.objects.filter(reach.q(person="", occupation="")) if reach else Organization.objects.none()
        self.by_pk = {row.pk: row for row in found.select_related("parent")}
        self.words: dict[str, set[int]] = defaultdict(set)
        self.codes: dict[str, int] = {}
        for row in self.by_pk.values():
            self.codes[squeezed(row.code)] = row.pk
            for word in (row.name, row.short_name, *row.aliases):
                if word:
                    self.words[squeezed(str(word))].add(row.pk)

    def find(self, text: str) -> Organization | None:
        """Return the one organisation that the words name; None for none or several."""
        word = squeezed(text)
        if word in self.codes:
            return self.by_pk[self.codes[word]]
        named = self.words.get(word, set())
        return self.by_pk[next(iter(named))] if len(named) == 1 else None

    def of_row(self, row: Row, key: str) -> Organization | None:
        """Return the organisation of a cell; says organization-missing or organization-unknown by itself."""
        text = row.text(key)
        if not text:
            row.error(key, "organization-missing", _("没有填党组织。请填全称、简称或编码。"))
            return None
        found = self.find(text)
        if found is None:
            row.error(key, "organization-unknown", self.unknown_words(text))
        return found

    def unknown_words(self, text: str) -> str:
        several = len(self.words.get(squeezed(text), ()))
        if several > 1:
            return _("有 %(n)s 个党组织用这个名称。请改填全称或编码。") % {"n": several}
        return _("没有找到这个党组织。请对照党组织的全称、简称、别名或编码；新的党组织要先导入。")

    def attach_to(self, people: Iterable[Person]) -> None:
        """Give people the organisation they are in, one object for all who share it."""
        people = list(people)
        known = dict(self.by_pk)
        wanted = {person.organization_id for person in people} - known.keys() - {None}
        for chunk in in_chunks(str(pk) for pk in wanted):
            known |= Organization.objects.select_related("parent").in_bulk(chunk)
        for person in people:
            person.organization = known.get(person.organization_id or 0)

    def groups_within(self, organization_ids: Iterable[int]) -> set[int]:
        """Return these organisations and the groups right below them."""
        wanted = set(organization_ids)
        groups = {row.pk for row in self.by_pk.values() if row.kind == "group" and row.parent_id in wanted}
        return wanted | groups


def in_chunks(values: Iterable[str]) -> Iterator[list[str]]:
    known = sorted(set(values))
    yield from (known[start : start + CHUNK] for start in range(0, len(known), CHUNK))


class People:
    """The people whom ID numbers, or staff and student numbers, of a file name; found in a few queries."""

    def __init__(
        self,
        ids: Iterable[str] = (),
        numbers: Iterable[str] = (),
        people: QuerySet | None = None,
        *,
        hashes: Iterable[str] = (),
    ) -> None:
        base = Person.objects.all() if people is None else people
        self.by_hash: dict[str, Person] = {}
        self.by_number: dict[str, Person] = {}
        hashed = (keyed_hash(number) for number in ids if number)
        for chunk in in_chunks(filter(None, (*hashes, *hashed))):
            self._add(base.filter(id_hash__in=chunk))
        for chunk in in_chunks(number for number in numbers if number):
            self._add(base.filter(number__in=chunk))

    def _add(self, found: Iterable[Person]) -> None:
        for person in found:
            person = self.by_hash.get(person.id_hash or "", person)
            if person.id_hash:
                self.by_hash[person.id_hash] = person
            if person.number:
                self.by_number[person.number] = person

    @property
    def everybody(self) -> set[Person]:
        return {*self.by_hash.values(), *self.by_number.values()}

    def with_id(self, number: str) -> Person | None:
        return self.by_hash.get(keyed_hash(number)) if number else None

    def find(self, words: str) -> Person | None:
        """Return the person of an ID number (of 15 or 18 characters) or of a staff or student number."""
        if not words:
            return None
        return self.with_id(as_id(words)) or self.by_number.get(words)


def as_id(words: str) -> str:
    """Return an ID number in its 18 characters; other words as they are."""
    from carehub.calendar import today

    return identity_of(words.replace(" ", ""), today()).number
