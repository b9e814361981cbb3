"""manage.py audit_verify prints counts and the newest seal, names what is wrong, and exits 1."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from carehub.audit.models import AuditSeal
from tests.audit.tampering import triggers_away, write_trail
from tests.cast import School

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("audit_verify", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_good_trail_gives_the_seal_to_write_down(school: School):
    rows = len(write_trail(school, 20, seals=2))
    code, text = run()
    assert code == 0
    assert str(AuditSeal.objects.get(number=2)) in text
    assert f"核对了 {rows} 行，其中已封存 {rows} 行、2 张封条，未封存 0 行" in text
    assert "没有发现改动" in text


def test_an_altered_row_is_named_and_the_exit_code_is_1(school: School):
    ids = write_trail(school, 20, seals=2)
    with triggers_away() as cursor:
        cursor.execute("UPDATE audit_auditevent SET path = '/9/' WHERE id = %s", [ids[3]])
    code, text = run()
    assert code == 1
    assert f"第 {ids[3]} 行被改过" in text


def test_json_says_the_same(school: School):
    ids = write_trail(school, 20, seals=2)
    assert json.loads(run("--json")[1])["ok"] is True
    with triggers_away() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [ids[3]])
    code, text = run("--json")
    told = json.loads(text)
    assert (code, told["ok"], told["wrong"], told["rows"]) == (1, False, 1, len(ids) - 1)
    assert (told["findings"][0]["kind"], told["findings"][0]["seal"]) == ("rows-missing", 1)


def test_a_noted_seal_is_compared(school: School):
    write_trail(school, 20, seals=2)
    noted = str(AuditSeal.objects.get(number=1))
    assert run("--seal", noted)[0] == 0
    assert run("--seal", noted[:-1] + ("0" if noted[-1] != "0" else "1"))[0] == 1
    assert run("--seal", "9:" + "a" * 64)[0] == 1


def test_a_seal_written_badly_is_refused(school: School):
    with pytest.raises(CommandError):
        run("--seal", "nonsense")


def test_an_empty_trail_is_a_good_one(db: None):
    assert run()[0] == 0
