"""How a roster is taken back: people, accounts, affiliations and events as they were before."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from carehub.accounts.actions import close_account, reopen_account
from carehub.accounts.models import OF_ITSELF, User
from carehub.calendar import today
from carehub.duties.actions import take_rule_back
from carehub.duties.models import RuleSetting
from carehub.reminders.actions import silence_all
from members.actions import settle_accounts
from members.changes import differences, noted, write_changes
from members.importing.obstacles import NOTHING, Kept, later_than, obstacle, rows_of
from members.importing.remembering import ACCOUNT, AFFILIATION, Row, chunks
from members.importing.undoing import WAYS, Way
from members.models import Affiliation, LifeEvent, Organization, Person, PersonChange, RosterImport

PERSON_FIELDS = {field.attname: field for field in Person._meta.concrete_fields}


class RosterWay(Way):
    in_the_way = _("导入以后又有了与这些人有关的记录，或以前的工号已给了别人，不能整批撤销。请逐人更正。")

    def hold(self, kept: Kept) -> None:
        hold(kept)

    def obstacle(self, batch: RosterImport, kept: Kept, by: Any) -> str:
        return obstacle(batch, kept, by)

    def take_back(self, batch: RosterImport, kept: Kept, by: Any) -> None:
        take_back(batch, kept, by)

    def counts(self, kept: Kept) -> dict[str, int]:
        """Return how many people go, become what they were, lose the doubt; how many accounts and events go."""
        return {name: len(kept[name]) for name in ("new", "changed", "missing", "accounts", "events")}


WAYS[RosterImport.Kind.ROSTER] = RosterWay()


def hold(kept: Kept) -> None:
    """Let nobody write these rows meanwhile (PostgreSQL); SQLite has one writer anyway."""
    for chunk in chunks(rows_of(kept)):
        list(Person.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk"))


def take_back(batch: RosterImport, kept: Kept, by: Any) -> None:
    """Undo the writing backwards: what hangs on a person first, the first day of the portal last."""
    changed = {int(pk): row for pk, row in kept["changed"].items()}
    take_events_back(kept["events"])
    remove([int(pk) for pk in kept["new"]], kept["accounts"])
    for chunk in chunks(changed):
        restore({pk: changed[pk] for pk in chunk}, by)
    take_doubt_back(batch, kept["missing"])
    take_beginning_back(kept["settings"], by)
    for chunk in chunks(changed):
        settle_accounts(on=today(), people=chunk, by=by)


def take_events_back(events: dict[str, dict[str, Any]]) -> None:
    """Remove what the import said happened; what it corrected gets its unit of before."""
    for chunk in chunks(int(pk) for pk, event in events.items() if event["was"] is None):
        LifeEvent.objects.filter(pk__in=chunk).delete()
    corrected = {int(pk): event["was"] for pk, event in events.items() if event["was"] is not None}
    units = Organization.objects.in_bulk(set(corrected.values()))
    for pk, unit in corrected.items():
        LifeEvent.objects.filter(pk=pk).update(organization=unit, path=units[unit].path or "")


def remove(new: list[int], accounts: list[int]) -> None:
    """Remove the people who were new, the accounts opened, and the names in reminders."""
    for chunk in chunks(new):
        silence_all(people=chunk)
        Affiliation.objects.filter(person__in=chunk).delete()
        Person.objects.filter(pk__in=chunk).delete()
    for chunk in chunks(accounts):
        User.objects.filter(pk__in=chunk).delete()


def restore(changed: dict[int, dict[str, Any]], by: Any) -> None:
    """Put fields, accounts and affiliations back as they were."""
    people = list(Person.objects.select_related("organization").filter(pk__in=changed))
    known = {person.pk: noted(person) for person in people}
    places = Organization.objects.in_bulk({row["was"].get("organization_id") for row in changed.values()} - {None})
    fields = {name for person in people for name in set_back(person, changed[person.pk]["was"], places)}
    if fields:
        Person.objects.bulk_update(people, sorted(fields), batch_size=100)
    told = {person.pk: differences(person, *known[person.pk]) for person in people}
    write_changes(told, source=PersonChange.Source.UNDO, by=by)
    restore_accounts({person.user_id: changed[person.pk]["account"] for person in people}, by)
    restore_affiliations({pk: row["affiliations"] for pk, row in changed.items() if row["affiliations"] is not None})


def set_back(person: Person, was: dict[str, Any], places: dict[int, Organization]) -> set[str]:
    """Give a person the values of before and return which fields have to be written."""
    for name, value in was.items():
        setattr(person, name, PERSON_FIELDS[name].to_python(value))
    fields = {PERSON_FIELDS[name].name for name in was}
    if "organization" in fields:
        place = places.get(was["organization_id"])
        person.organization, person.path = place, (place.path or "") if place else ""
        fields.add("path")
    return fields


def restore_accounts(accounts: dict[int | None, Row | None], by: Any) -> None:
    """Give accounts the numbers of before, and close or open again those that were so."""
    known = {pk: dict(zip(ACCOUNT, was, strict=True)) for pk, was in accounts.items() if pk and was}
    for user in User.objects.filter(pk__in=known):
        was = known[user.pk]
        User.objects.filter(pk=user.pk).update(number=was["number"])
        if was["is_active"]:
            reopen_account(user=user, by=by, closed_because=OF_ITSELF)
        elif close_account(user=user, because=was["closed_because"], by=by):
            User.objects.filter(pk=user.pk).update(closed_at=was["closed_at"])


def restore_affiliations(wanted: dict[int, list[Row]]) -> None:
    """Put the stays of before, under their numbers, in the place of what the import began, ended or corrected."""
    Affiliation.objects.filter(person__in=wanted).delete()
    Affiliation.objects.bulk_create(
        Affiliation(person_id=person, **dict(zip(AFFILIATION, values, strict=True)))
        for person, several in wanted.items()
        for values in several
    )


def take_doubt_back(batch: RosterImport, missing: list[int]) -> None:
    """Take 待核实 from whom this import marked; whom a later one misses too is in doubt since then."""
    for chunk in chunks(missing):
        Person.objects.filter(pk__in=chunk, verify_since_on=batch.imported_on).update(verify_since_on=None)
    for later in later_than(batch).order_by("finished_at").only("imported_on", "before"):
        for chunk in chunks({*missing} & {*(later.before or NOTHING)["absent"]}):
            still = Person.objects.filter(pk__in=chunk, verify_since_on=None)
            still.update(verify_since_on=later.imported_on)


def take_beginning_back(settings: list[int], by: Any) -> None:
    """Let the portal be unused again if the first roster is taken back and nobody from another one is left."""
    setting = RuleSetting.objects.filter(pk__in=settings).first()
    if setting and not Affiliation.objects.exists():
        take_rule_back(setting=setting, by=by)
