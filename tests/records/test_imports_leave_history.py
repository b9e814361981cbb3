"""A roster that changes somebody stands in the history, and so does taking it back."""

import pytest

from members.models import PersonChange
from tests.imports.taking_back import brought_in, several, take_back

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, set[str]]]:
    rows = PersonChange.objects.order_by("pk").select_related("person")
    return [(row.person.name, row.source, {name for name, *_words in row.changed}) for row in rows]


def test_an_import_and_its_undo_are_told_for_each_person_they_changed(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    imported = told()
    assert {(name, source) for name, source, _fields in imported} == {("黎小满", "import"), ("林晓岚", "import")}
    fields = {name: names for name, _source, names in imported}
    assert "phone" in fields["黎小满"]
    assert "organization" in fields["林晓岚"]
    take_back(clerk, batch)
    undone = {(name, source) for name, source, _fields in told()[len(imported) :]}
    assert undone == {("黎小满", "undo"), ("林晓岚", "undo")}
    assert list(PersonChange.objects.filter(person=school.member).values_list("revision", flat=True)) == [2, 1]


def test_the_history_of_a_birth_date_tells_the_year_only(as_, school) -> None:
    brought_in(as_("clerk"), several(school))
    words = [row for change in PersonChange.objects.all() for row in change.changed if row[0] == "born_on"]
    assert words
    assert all(len(after) <= len("1975年") for _name, _before, after in words)
