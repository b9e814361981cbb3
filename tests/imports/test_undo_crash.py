"""An undo killed at any of its questions leaves the whole import or none of it."""

import json
from pathlib import Path

import pytest

from tests.imports.making import person, roster, saved
from tests.imports.test_crash import fresh, fresh_postgres, python  # noqa: F401 (fixtures)

ROWS, KILLS = 120, 20
PREPARE = """
import datetime as dt, django, sys
django.setup()
from carehub.duties.models import RuleSetting
from members.importing.machine import importer_of, run
from members.models import Post, RosterImport
RuleSetting.objects.create(name="in-use-since", value="2026-08-01", from_on=dt.date(2026, 8, 1))
clerk = Post.objects.filter(role="OD").first().person.user
run(open(sys.argv[1], "rb").read(), "x", importer_of("roster", on=dt.date(2026, 11, 23), by=clerk))
print(RosterImport.objects.latest("pk").pk)
"""
# One process kills a child of its own at each step: starting Django twenty times would take longer than the undo.
UNDO = """
import django, os, signal, sys
django.setup()
from django.db import connection, transaction
from members.importing.undoing import undo
from members.models import RosterImport

def go(fatal, pk):
    asked = 0
    def count(execute, *args):
        nonlocal asked
        asked += 1
        if asked == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args)
    batch = RosterImport.objects.select_related("uploaded_by").get(pk=pk)
    with connection.execute_wrapper(count):
        undo(batch=batch, by=batch.uploaded_by)
    return asked
"""
STAND = """
import hashlib, json
from carehub.accounts.models import User
from carehub.audit.models import AuditEvent
from carehub.duties.models import RuleSetting
from members.models import Affiliation, LifeEvent, Person

def stand():
    kinds = (Person, Affiliation, LifeEvent, User, RuleSetting, AuditEvent)
    rows = [list(kind.objects.order_by("pk").values_list(*(f.attname for f in kind._meta.concrete_fields)))
            for kind in kinds]
    # Sealed values differ at each writing; what they say does not.
    return [[len(kind) for kind in rows], hashlib.sha256(repr(rows[:5]).encode()).hexdigest(),
            list(RosterImport.objects.values_list("state", flat=True))]
"""
KILLS_AT = """
pk, kills = int(sys.argv[1]), int(sys.argv[2])
whole = stand()
with transaction.atomic():
    last = go(0, pk) - 2  # less the savepoint of the undo, which stands for its transaction here
    transaction.set_rollback(True)
assert stand() == whole
connection.close()
left = []
for step in [1 + (last - 1) * n // (kills - 1) for n in range(kills)]:
    child = os.fork()
    if not child:
        go(step, pk)
        os._exit(0)
    killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left.append([step, killed, stand() == whole])
    connection.close()
go(0, pk)
print(json.dumps([last, left, whole, stand()]))
"""
BEFORE = "import django\ndjango.setup()\nfrom members.models import RosterImport\n"


def undo_under_kills(env: dict[str, str], folder: Path) -> None:
    """Kill the undo before question after question; the batch stands whole until one undo runs to its end."""
    nobody = json.loads(python(BEFORE + STAND + "print(json.dumps(stand()))", env))
    rows = [person(n, 进入支部日期="2026-11-10") | {"工号或学号": f"2026{n:05d}"} for n in range(ROWS)]
    file = saved(folder, roster(*rows, extra=["进入支部日期", "工号或学号"]))
    pk = python(PREPARE, env, str(file)).strip()
    last, left, whole, gone = json.loads(python(UNDO + STAND + KILLS_AT, env, pk, str(KILLS)))
    assert last >= KILLS
    assert whole[0][:4] == [nobody[0][0] + ROWS, nobody[0][1] + ROWS, ROWS, nobody[0][3] + ROWS]
    assert [(killed, stands) for _step, killed, stands in left] == [(True, True)] * KILLS
    assert (gone[0][:4], gone[2]) == (nobody[0][:4], ["undone"])


@pytest.mark.walk
def test_killed_while_taking_back_leaves_all_or_nothing(fresh, tmp_path: Path) -> None:  # noqa: F811
    undo_under_kills(fresh, tmp_path)


@pytest.mark.service
def test_killed_while_taking_back_leaves_all_or_nothing_on_postgres(fresh_postgres, tmp_path: Path) -> None:  # noqa: F811
    undo_under_kills(fresh_postgres, tmp_path)
