"""Run as a program: lead the life of a school through the real actions and pages, with a canary in every value.

The words are broken on purpose as the variant says. At the end the process dies where it stands, so that the files of
the database are as a thief would find them.
"""

import datetime as dt
import json
import os
import sys
import uuid
from collections.abc import Callable
from typing import Any

from tests.fields.theft.canaries import FAULTS, PEOPLE, WRITTEN, id_of, phone_of, words_of


def main(variant: str) -> None:
    import django

    django.setup()
    BREAKING[variant]()
    from tests.cast import assemble

    school = assemble()
    bring_people_in(school)
    if variant == "sound":
        talk(school)
        excuse(school)
        break_the_glass(school, ask_for_help(school))
    read_it_all(school)
    print(json.dumps(sorted(kept())))
    sys.stdout.flush()
    os._exit(0)


def numbers(kind: str) -> range:
    return range(WRITTEN[kind])


def bring_people_in(school: Any) -> None:
    """Import a roster, and have another looked at in which numbers stand in the wrong columns."""
    from members.importing import batch as importing
    from tests.imports import making

    columns = (*making.ROSTER, "现居住地", "转入日期")
    rows = [
        making.person(
            n, 公民身份号码=id_of(n), 手机号=phone_of(n), 现居住地=words_of("address", n), 出生日期="1970-03-07",
            转入日期="2015-01-01",
        )
        for n in range(PEOPLE)
    ]  # fmt: skip
    faults = [making.person(900 + n, 人员类别=words_of("fault", n), 民族=id_of(n)) for n in range(FAULTS)]
    for place, kept_rows in (("roster", rows), ("faults", faults)):
        content = making.workbook(kept_rows, columns)
        batch = importing.upload(
            kind="roster", file_name=f"{place}.xlsx", content=content, by=school.user("clerk"), on=day(),
            once_key=uuid.uuid4(),
        )  # fmt: skip
        assert importing.read_import(batch.pk)
        if place == "roster":
            assert importing.confirm(batch=batch, by=school.user("clerk"))
            assert importing.commit_import(batch.pk)


def day() -> dt.date:
    from carehub.calendar import today

    return today()


def people() -> list[Any]:
    from members.models import Person

    return [Person.objects.with_id_number(id_of(n)).get() for n in range(PEOPLE)]


def talk(school: Any) -> None:
    """Talk, correct and take back, with words."""
    from carehub.duties.models import RuleSetting
    from carehub.duties.settings import TALK_TEXT
    from talks.actions import correct_talk, log_talk, withdraw_talk

    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2025, 1, 1))
    by, known = school.user("owner"), people()
    for n in numbers("line"):
        made = log_talk(
            talker=school.owner, people=[known[n]], held_on=day(), line=words_of("line", n), once_key=uuid.uuid4(),
            by=by, on=day(),
        )  # fmt: skip
        if n < WRITTEN["because"]:
            correct_talk(
                talk=made, version=made.version, because=words_of("because", n), people=[known[n]], held_on=day(),
                form=made.form, channel="phone", reasons=["annual"], place="办公室", by=by, on=day(),
            )  # fmt: skip
        elif n < WRITTEN["because"] + WRITTEN["withdrawn"]:
            because = words_of("withdrawn", n - WRITTEN["because"])
            withdraw_talk(talk=made, version=made.version, because=because, by=by)


def excuse(school: Any) -> None:
    from carehub.duties import actions
    from carehub.duties.duty import DutyKey

    for n, person in zip(numbers("excuse"), people(), strict=False):
        key = DutyKey("C-2.3", str(day().year), school.first.pk, person.pk)
        until = day() + dt.timedelta(days=9)
        actions.excuse(key, reason=words_of("excuse", n), until_on=until, by=school.user("owner"), on=day())


def ask_for_help(school: Any) -> list[Any]:
    """Ask for help after talks, hand some up, close some. Return the talks."""
    from talks.follow_ups.actions import Matter, add_follow_up, finish_follow_up, raise_follow_up
    from talks.models import Talk

    by = school.user("owner")
    talks = list(Talk.objects.standing().order_by("pk")[: WRITTEN["matter"]])
    for n, held in zip(numbers("matter"), talks, strict=True):
        matter = Matter(held.participations.get().person, words_of("matter", n), None, day())
        item = add_follow_up(talk=held, matter=matter, once_key=uuid.uuid4(), by=by, on=day())
        if n < WRITTEN["note"]:
            raise_follow_up(item=item, version=item.version, because=words_of("note", n), by=by, on=day())
        else:
            result = words_of("result", n - WRITTEN["note"])
            finish_follow_up(item=item, version=item.version, possible=True, result=result, by=by, on=day())
    return talks


def break_the_glass(school: Any, talks: list[Any]) -> None:
    from talks.break_glass.actions import ask_for_text, decide, read_text

    for n in numbers("ask"):
        asked = ask_for_text(
            talk=talks[n], reason=words_of("ask", n), once_key=uuid.uuid4(), by=school.user("head")
        )  # fmt: skip
        done = decide(asked=asked, approve=True, answer=words_of("answer", n), by=school.user("approver"))
        assert read_text(asked=done, by=school.user("head"))


def read_it_all(school: Any) -> None:
    """Open pages, reveal, export, freeze a workbook, mistype at the door, sweep."""
    from django.test import Client
    from django.urls import reverse

    from carehub.reports import building
    from carehub.reports.models import Inspection
    from carehub.sweep import sweep

    head, officer = Client(), Client()
    head.force_login(school.user("head"))
    officer.force_login(school.user("officer"))
    for n, person in enumerate(people()[:20]):
        assert officer.get(person.get_absolute_url()).status_code == 200
        for field in ("phone", "id-number") if n < 10 else ():
            sent = {"purpose": "call", "once_key": str(uuid.uuid4())}
            assert officer.post(reverse(f"members:reveal-{field}", args=[person.pk]), sent).status_code == 200
    sent = {"purpose": "form", "once_key": str(uuid.uuid4())}
    assert id_of(1).encode() not in head.get(reverse("members:people-export")).content
    assert head.post(reverse("members:people-export-full"), sent).status_code == 200
    month = {"month_on": f"{day():%Y-%m}-01", "organization": school.committee.pk, "once_key": str(uuid.uuid4())}
    assert head.post(reverse("reports:new"), month).status_code == 302
    assert all(building.build(one.pk) for one in Inspection.objects.all())
    for address in ("members:people", "talks:list", "follow-ups:list", "desk:home", "members:imports"):
        officer.get(reverse(address))
    officer.get(reverse("members:people-search"), {"q": phone_of(1)})
    officer.get(reverse("members:people"), {"q": id_of(1)})
    Client().post(reverse("accounts:login"), {"username": id_of(2), "password": phone_of(2)})
    sweep(on=day())


def kept() -> set[tuple[str, int]]:
    """Return the canaries that are really kept, as the portal itself reads them."""
    from carehub.resealing import sealed_columns, stored_values
    from carehub.sealing import SealBroken, unseal, unseal_bytes
    from tests.fields.theft.scanning import canaries_in

    opened: list[bytes] = []
    for column in sealed_columns():
        for rows in stored_values(column, 500):
            for _number, value in rows:
                try:
                    opened.append(unseal_bytes(bytes(value)) if column.is_file else unseal(value).encode())
                except SealBroken:  # a variant left it plain
                    opened.append(bytes(value) if column.is_file else value.encode())
    return canaries_in(opened)


def leave_phones_plain() -> None:
    """Break it: one field is sealed no more."""
    from carehub.sealing import SealedTextField, unseal

    sealing = SealedTextField.get_prep_value
    SealedTextField.get_prep_value = lambda field, value: value if field.name == "phone" else sealing(field, value)
    SealedTextField.from_db_value = lambda field, value, *_: unseal(value) if value and value[:2] == "s2" else value


def leave_files_plain() -> None:
    """Break it: uploads stand in the database as they came."""
    from django.db.models import BinaryField

    from carehub.sealing import SealedBinaryField

    SealedBinaryField.get_db_prep_value = BinaryField.get_db_prep_value
    SealedBinaryField.from_db_value = lambda field, value, *_: value


def say_in_the_trail() -> None:
    """Break it: whoever reveals a value also writes it down."""
    from carehub.audit.models import Action
    from carehub.audit.trail import record
    from carehub.personfile import reveal_views

    reveal = reveal_views.reveal

    def telling(**about: Any) -> str:
        value = reveal(**about)
        record(Action.REVEAL, by=about["by"], shown=value)
        return value

    reveal_views.reveal = telling


BREAKING: dict[str, Callable[[], None]] = {
    "sound": lambda: None,
    "plain field": leave_phones_plain,
    "plain file": leave_files_plain,
    "talkative trail": say_in_the_trail,
}

if __name__ == "__main__":
    main(sys.argv[1])
