"""manage.py first_passwords sets passwords and writes the sheet to hand out, both or neither."""

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from openpyxl import load_workbook

from carehub.accounts import actions
from carehub.accounts.models import User
from carehub.accounts.passwords import readable_password
from carehub.audit.models import AuditEvent

HEAD = 4


@pytest.fixture
def opened(school):
    """A school in which three accounts were opened by a roster."""
    keys = ("member", "colleague_member", "outsider_member")
    User.objects.filter(number__in=keys).update(password=make_password(None), must_change_password=True)
    return school


def rows_in(out):
    return [[cell.value for cell in row] for row in load_workbook(out).active.iter_rows(min_row=HEAD + 1)]


def without_password():
    return {user.number for user in User.objects.all() if not user.has_usable_password()}


def test_a_password_can_be_read_from_paper():
    made = [readable_password() for _n in range(200)]
    assert len(set(made)) == 200
    assert all(len(password) >= 12 and not set(password) & set("0O1lIoi") for password in made)


def test_everybody_without_a_password_gets_one_that_opens_the_portal(opened, tmp_path, client, capsys):
    out = tmp_path / "初始密码.xlsx"
    call_command("first_passwords", out=out)
    rows = rows_in(out)
    assert {row[2] for row in rows} == {"member", "colleague_member", "outsider_member"}
    assert next(row[:2] for row in rows if row[2] == "member") == ["外国语学院教工第一党支部", "黎小满"]
    for _place, _name, number, password in rows:
        user = User.objects.get(number=number)
        assert user.check_password(password)
        assert user.must_change_password
    client.post("/login/", {"username": rows[0][2], "password": rows[0][3]})
    assert client.get("/mine/")["Location"].startswith("/password/")
    assert "3/3" in capsys.readouterr().out
    assert without_password() == set()


def test_the_file_is_for_its_owner_alone_and_says_what_to_do(opened, tmp_path):
    out = tmp_path / "a.xlsx"
    call_command("first_passwords", out=out)
    assert out.stat().st_mode & 0o777 == 0o600
    assert "请发给本人，首次登录须修改" in load_workbook(out).active["A3"].value
    assert list(tmp_path.iterdir()) == [out]


def test_only_the_organisation_and_what_lies_below_it(opened, tmp_path):
    call_command("first_passwords", out=tmp_path / "a.xlsx", organization="06000001")
    assert without_password() == {"outsider_member"}


def test_who_has_a_password_keeps_it_unless_it_is_the_first_and_all_are_asked(opened, tmp_path):
    User.objects.filter(number="owner").update(must_change_password=True)
    before = dict(User.objects.values_list("number", "password"))
    call_command("first_passwords", out=tmp_path / "a.xlsx")
    assert User.objects.get(number="owner").password == before["owner"]
    call_command("first_passwords", out=tmp_path / "b.xlsx", all=True)
    assert {row[2] for row in rows_in(tmp_path / "b.xlsx")} == {
        "member", "colleague_member", "outsider_member", "owner",
    }  # fmt: skip
    assert User.objects.get(number="officer").password == before["officer"]


def test_a_closed_account_gets_none(opened, tmp_path):
    User.objects.filter(number="member").update(is_active=False)
    call_command("first_passwords", out=tmp_path / "a.xlsx")
    assert without_password() == {"member"}


def test_nobody_to_serve_writes_nothing(school, tmp_path, capsys):
    call_command("first_passwords", out=tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
    assert "没有要发" in capsys.readouterr().out


def test_the_trail_counts_and_tells_no_password(opened, tmp_path):
    call_command("first_passwords", out=tmp_path / "a.xlsx")
    assert AuditEvent.objects.latest("pk").detail == {"what": "first passwords", "accounts": 3}


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("none/a.xlsx", "", "文件夹"),
        ("a.csv", "", "xlsx"),
        ("a.xlsx", "no-such", "没有编码"),
        ("old.xlsx", "", "已经有"),
    ],
)
def test_what_cannot_be_is_refused_with_status_2(opened, tmp_path, name, code, words):
    (tmp_path / "old.xlsx").write_bytes(b"old")
    with pytest.raises(CommandError, match=words) as refused:
        call_command("first_passwords", out=tmp_path / name, organization=code)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert len(without_password()) == 3
    assert (tmp_path / "old.xlsx").read_bytes() == b"old"


def test_a_file_that_cannot_be_written_sets_nothing(opened, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(CommandError, match="文件写不了") as failed:
        call_command("first_passwords", out=tmp_path / "a.xlsx")
    assert failed.value.returncode == 2
    assert len(without_password()) == 3
    assert list(tmp_path.iterdir()) == []
    assert not AuditEvent.objects.filter(detail__what="first passwords").exists()


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_leaves_no_file_of_dead_passwords(opened, tmp_path, monkeypatch):
    def lost():
        raise OperationalError("gone")

    monkeypatch.setattr(transaction.get_connection(), "commit", lost)
    with pytest.raises(OperationalError):
        call_command("first_passwords", out=tmp_path / "a.xlsx")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
    assert len(without_password()) == 3


def test_who_chose_a_password_meanwhile_keeps_it(opened):
    user = User.objects.get(number="member")
    made = actions.first_password_for(user)
    actions.change_own_password(by=user, password="my-own-choice-77")
    assert actions.set_first_passwords([made]) == {}
    user.refresh_from_db()
    assert user.check_password("my-own-choice-77")
    assert not user.must_change_password
