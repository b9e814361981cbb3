"""Run as a program: back up a portal at work and restore it elsewhere, a number of times, and print what came of it.

Four processes write without pause: talks logged and corrected, rosters imported, uploads and files, audit rows. Each
backup is put into another database and compared with its manifest; the restored one is also asked by itself whether
it holds half of anything. `torn` copies the live file, or dumps without the held snapshot: it must be found out.
"""

import datetime as dt
import json
import os
import random
import shutil
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ON = dt.date(2026, 11, 23)
# Two cores are shared with whoever else runs tests; CAREHUB_BACKUP_PAUSE=0 writes without any rest.
PAUSE = float(os.environ.get("CAREHUB_BACKUP_PAUSE", "0.05"))


def main(variant: str, rounds: int, elsewhere: str, into: Path) -> None:
    import django

    django.setup()
    from django.db import connection

    people = numbers_of_people()
    connection.close()
    writers = [start(write, people, seed) for seed, write in enumerate((talk, talk, bring_roster, put_files))]
    if variant == "torn":
        tear()
    found: Counter[str] = Counter(rounds=rounds)
    try:
        for _round in range(rounds):
            found.update(one_round(elsewhere, into))
    finally:
        alive = [pid for pid in writers if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    found["writers_alive"] = len(alive)
    print(json.dumps({**found, "written": written()}))


def numbers_of_people() -> list[int]:
    from members.models import Person

    return list(Person.objects.filter(organization__code="0600000101").values_list("pk", flat=True))


def start(write: Callable[..., None], people: list[int], seed: int) -> int:
    """Write in a process of its own until somebody kills it."""
    if pid := os.fork():
        return pid
    random.seed(seed)
    number = 0
    while True:
        number += 1
        write(people, seed * 100_000 + number)
        time.sleep(PAUSE)


def talk(people: list[int], number: int) -> None:
    """Log a talk with three people; correct every third."""
    from carehub.accounts.models import User
    from members.models import Person
    from talks.actions import correct_talk, log_talk

    by = User.objects.get(number="owner")
    talker = Person.objects.get(user=by)
    others = list(Person.objects.filter(pk__in=random.sample([pk for pk in people if pk != talker.pk], 2)))
    held_on = ON - dt.timedelta(days=number % 300)
    made = log_talk(talker=talker, people=others, held_on=held_on, once_key=uuid.uuid4(), by=by, on=ON)
    if number % 3 == 0:
        correct_talk(
            talk=made, version=made.version, because="改地点", people=others, held_on=held_on, form=made.form,
            channel=made.channel, reasons=made.reasons, place=f"{number} 室", by=by, on=ON,
        )  # fmt: skip


def bring_roster(people: list[int], number: int) -> None:
    from tests.imports.making import bring, person, roster

    bring(roster(*(person(number * 5 + n) for n in range(5))), on=ON)


def put_files(people: list[int], number: int) -> None:
    """Upload a file that waits, and put another into the media folder, the file before its row."""
    from django.conf import settings

    from carehub.accounts.models import User
    from members.importing import batch

    content = os.urandom(random.randint(1000, 60_000))
    media = Path(settings.MEDIA_ROOT) / f"{number % 7}"
    media.mkdir(parents=True, exist_ok=True)
    (media / f".{number}").write_bytes(content)
    (media / f".{number}").rename(media / f"{number}.bin")
    batch.ring = lambda *args: None
    time.sleep(0.2)  # a file more is a file more in each round
    by = User.objects.get(number="clerk")
    batch.upload(kind="roster", file_name=f"{number}.xlsx", content=content, by=by, on=ON, once_key=uuid.uuid4())


def one_round(elsewhere: str, into: Path) -> dict[str, int]:
    """Back up under load, restore into the other database, and compare."""
    from django.conf import settings

    from carehub.survival.backups import DUMPS, back_up
    from carehub.survival.failing import Failed
    from carehub.survival.loading import load
    from carehub.survival.manifest import Manifest
    from carehub.survival.restoring import compare, damaged

    media = {path: path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*.bin")}
    folder = back_up(into)
    manifest = Manifest.read(folder)
    other = other_database(elsewhere)
    kept = sum((folder / "files" / p.relative_to(settings.STATE_DIR)).read_bytes() == had for p, had in media.items())
    try:
        load(folder / DUMPS[manifest.engine], other)
    except Failed:
        return {"found_out": 1}
    different = [line.what for line in compare(manifest, other) if not line.is_same]
    whole = not [*damaged(manifest, folder)] and kept == len(media)
    halves = halves_in(other)
    other.close()
    shutil.rmtree(folder)
    return {
        "identical": int(not different and whole and not any(halves.values())),
        "found_out": int(bool(different)),
        "media": len(media),
        **halves,
    }


def other_database(url: str) -> Any:
    import environ
    from django.db import connections

    of = connections["default"]
    return type(of)(
        {**of.settings_dict, **environ.Env.db_url_config(url), "OPTIONS": of.settings_dict["OPTIONS"]}, "other"
    )


HALVES = {
    "talks_without_people": "SELECT count(*) FROM talks_talk t WHERE (SELECT count(*) FROM talks_participation p"
    " WHERE p.talk_id = t.id) <> 2",
    "corrections_without_version": "SELECT count(*) FROM talks_talk t WHERE (SELECT count(*) FROM talks_correction c"
    " WHERE c.talk_id = t.id) <> t.version - 1",
    "people_without_organization": "SELECT count(*) FROM members_person p WHERE p.organization_id IS NULL OR NOT EXISTS"
    " (SELECT 1 FROM members_affiliation a WHERE a.person_id = p.id)",
}


def halves_in(connection: Any) -> dict[str, int]:
    """Return how much of what belongs together is there without its other half."""
    with connection.cursor() as cursor:
        found = {name: one_number(cursor, question) for name, question in HALVES.items()}
        logged = one_number(cursor, "SELECT count(*) FROM talks_talk")
        like = "SELECT count(*) FROM audit_auditevent WHERE CAST(detail AS text) LIKE '%%log-talk%%'"
        found["talks_without_trail"] = abs(logged - one_number(cursor, like))
        found["broken_references"] = broken_references(connection, cursor)
    return found


def one_number(cursor: Any, question: str) -> int:
    cursor.execute(question)
    return int(cursor.fetchone()[0])


def broken_references(connection: Any, cursor: Any) -> int:
    """Return what a foreign key points at in vain; PostgreSQL has asked when it made the constraints."""
    if connection.vendor == "sqlite":
        cursor.execute("PRAGMA foreign_key_check")
        return len(cursor.fetchall())
    return one_number(cursor, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")


def tear() -> None:
    """Break it: the live file as it lies there, or a dump of another moment than the one that was counted."""
    from carehub.survival import moment, programs

    def copy(connection: Any, to: Path) -> None:
        shutil.copyfile(connection.settings_dict["NAME"], to)

    def late(connection: Any, to: Path) -> None:

        time.sleep(0.3)
        programs.run("pg_dump", ["--format=custom", "--exclude-table-data=django_session", f"--file={to}"], connection)

    moment.dump_sqlite, moment.dump_postgres = copy, late


def written() -> int:
    from talks.models import Talk

    return Talk.objects.count()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
