"""A production site with a bad configuration does not start, and says why."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings

from carehub.production import RULES, complaints

GOOD: dict[str, Any] = {
    "DEVELOPMENT_KEY": "development",
    "SECRET_KEY": "".join(chr(33 + n) for n in range(60)),
    "FIELD_KEYS": ["field-key-of-the-school-0123456789abcdef"],
    "FIELD_HASH_KEY": "hash-key-of-the-school-0123456789abcdef",
    "AUDIT_KEYS": ["audit-key-of-the-school-0123456789abcdef"],
    "DEBUG": False,
    "ALLOWED_HOSTS": ["care.example.edu.cn"],
    "CSRF_TRUSTED_ORIGINS": ["https://care.example.edu.cn"],
    "SITE_URL": "https://care.example.edu.cn",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "db", "PASSWORD": "secret"}},
    "REDIS_URL": "redis://:secret@redis:6379/0",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_USE_TLS": True,
    "EMAIL_HOST_PASSWORD": "secret",
    "DEFAULT_FROM_EMAIL": "care@example.edu.cn",
    "ALLOW_SQLITE": False,
    "ALLOW_NO_MAIL": False,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31536000,
    "LOG_LEVEL": "WARNING",
    "ADMINS": [("it", "it@example.edu.cn")],
    "BACKUP_DIR": "/backups",
    "STATIC_ROOT": "/app/staticfiles",
    "STATICFILES_DIRS": ["/app/static"],
    "MEDIA_ROOT": "/state/media",
    "SESSION_IDLE_AGE": 1800,
    "SESSION_COOKIE_AGE": 43200,
    "PASSWORD_PROFILE": "dengbao",
    "SECOND_FACTOR": "optional",
    "FIRST_PASSWORD_DAYS": 14,
    "TRUSTED_PROXIES": 1,
    "CAS_SERVER_URL": "",
}
SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
BAD: list[tuple[str, dict[str, Any]]] = [
    ("SECRET_KEY 未", {"SECRET_KEY": "development"}),
    ("SECRET_KEY 未", {"SECRET_KEY": "Short-but-random-0123456789"}),
    ("SECRET_KEY 未", {"SECRET_KEY": "ab" * 40}),
    ("FIELD_KEYS 未", {"FIELD_KEYS": []}),
    ("FIELD_KEYS 未", {"FIELD_KEYS": [GOOD["FIELD_KEYS"][0], "short"]}),
    ("FIELD_KEYS 未", {"FIELD_KEYS": ["development-field-key-0123456789abcdef"]}),
    ("FIELD_HASH_KEY 未", {"FIELD_HASH_KEY": "development-hash-key-0123456789abcdef"}),
    ("FIELD_HASH_KEY 未", {"FIELD_HASH_KEY": "h" * 40}),
    ("AUDIT_KEYS 未", {"AUDIT_KEYS": []}),
    ("AUDIT_KEYS 未", {"AUDIT_KEYS": [GOOD["AUDIT_KEYS"][0], "short"]}),
    ("AUDIT_KEYS 未", {"AUDIT_KEYS": ["development-audit-key-0123456789abcdef"]}),
    ("有相同的", {"AUDIT_KEYS": GOOD["FIELD_KEYS"]}),
    ("有相同的", {"FIELD_HASH_KEY": GOOD["FIELD_KEYS"][0]}),
    ("DEBUG", {"DEBUG": True}),
    ("ALLOWED_HOSTS 没有", {"ALLOWED_HOSTS": []}),
    ("ALLOWED_HOSTS 含有", {"ALLOWED_HOSTS": ["care.example.edu.cn", "*"]}),
    ("SQLite", {"DATABASES": SQLITE}),
    ("DATABASE_URL", {"DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "db"}}}),
    ("REDIS_URL 未", {"REDIS_URL": ""}),
    ("REDIS_URL 里", {"REDIS_URL": "redis://redis:6379/0"}),
    ("邮件没有", {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}),
    ("不加密地传送：EMAIL", {"EMAIL_USE_TLS": False}),
    ("DEFAULT_FROM_EMAIL", {"DEFAULT_FROM_EMAIL": "carehub@localhost"}),
    ("不是 https", {"SITE_URL": "http://care.example.edu.cn"}),
    ("不在 ALLOWED_HOSTS", {"ALLOWED_HOSTS": ["other.example.edu.cn"]}),
    ("CSRF_TRUSTED_ORIGINS", {"CSRF_TRUSTED_ORIGINS": ["https://other.example.edu.cn"]}),
    ("SECURE_SSL_REDIRECT", {"SECURE_SSL_REDIRECT": False}),
    ("SECURE_HSTS_SECONDS", {"SECURE_HSTS_SECONDS": 0}),
    ("LOG_LEVEL", {"LOG_LEVEL": "DEBUG"}),
    ("CAREHUB_ADMINS", {"ADMINS": [("it", "it at example")]}),
    ("CAREHUB_BACKUP_DIR", {"BACKUP_DIR": "backups"}),
    ("CAREHUB_BACKUP_DIR", {"BACKUP_DIR": "/app/static/backups"}),
    ("CAREHUB_BACKUP_DIR", {"BACKUP_DIR": "/state/media"}),
    ("CAREHUB_SESSION_IDLE", {"SESSION_IDLE_AGE": 1801}),
    ("CAREHUB_SESSION_IDLE", {"SESSION_IDLE_AGE": 59}),
    ("CAREHUB_SESSION_SECONDS", {"SESSION_COOKIE_AGE": 43201}),
    ("CAREHUB_SESSION_SECONDS", {"SESSION_COOKIE_AGE": 600}),
    ("CAREHUB_PASSWORD_PROFILE", {"PASSWORD_PROFILE": "none"}),
    ("CAREHUB_TOTP", {"SECOND_FACTOR": "yes"}),
    ("CAREHUB_FIRST_PASSWORD_DAYS", {"FIRST_PASSWORD_DAYS": 0}),
    ("CAREHUB_FIRST_PASSWORD_DAYS", {"FIRST_PASSWORD_DAYS": 365}),
    ("CAREHUB_PROXIES", {"TRUSTED_PROXIES": -1}),
    ("CAS_SERVER_URL 不", {"CAS_SERVER_URL": "http://cas.example.edu.cn/"}),
]
# The same in the words of the environment: each starts a real process, which has to refuse.
BAD_ENVIRONMENTS: list[tuple[str, dict[str, str]]] = [
    ("SECRET_KEY 未", {"SECRET_KEY": ""}),
    ("SECRET_KEY 未", {"SECRET_KEY": "ab" * 40}),
    ("FIELD_KEYS 未", {"FIELD_KEYS": ""}),
    ("FIELD_KEYS 未", {"FIELD_KEYS": "field-key-of-the-school-0123456789abcdef,short"}),
    ("FIELD_HASH_KEY 未", {"FIELD_HASH_KEY": "h" * 40}),
    ("AUDIT_KEYS 未", {"AUDIT_KEYS": ""}),
    ("AUDIT_KEYS 未", {"AUDIT_KEYS": "audit-key-of-the-school-0123456789abcdef,short"}),
    ("有相同的", {"FIELD_HASH_KEY": "field-key-of-the-school-0123456789abcdef"}),
    ("DEBUG 已", {"DEBUG": "1"}),
    ("ALLOWED_HOSTS 没有", {"ALLOWED_HOSTS": ""}),
    ("ALLOWED_HOSTS 含有", {"ALLOWED_HOSTS": "care.example.edu.cn,*"}),
    ("SQLite", {"DATABASE_URL": "sqlite:////tmp/nowhere.sqlite3"}),
    ("DATABASE_URL 里", {"DATABASE_URL": "postgres://carehub@db/carehub"}),
    ("REDIS_URL 未", {"REDIS_URL": ""}),
    ("REDIS_URL 里", {"REDIS_URL": "redis://redis:6379/0"}),
    ("邮件没有", {"EMAIL_URL": "filemail://"}),
    ("不加密地传送：EMAIL", {"EMAIL_URL": "smtp://care:secret@mail.example.edu.cn:25"}),
    ("DEFAULT_FROM_EMAIL", {"DEFAULT_FROM_EMAIL": "carehub@localhost"}),
    ("不是 https", {"SITE_URL": "http://care.example.edu.cn"}),
    ("不在 ALLOWED_HOSTS", {"ALLOWED_HOSTS": "other.example.edu.cn"}),
    ("CSRF_TRUSTED_ORIGINS", {"CSRF_TRUSTED_ORIGINS": "https://other.example.edu.cn"}),
    ("SECURE_SSL_REDIRECT", {"SECURE_SSL_REDIRECT": "0"}),
    ("SECURE_HSTS_SECONDS", {"SECURE_HSTS_SECONDS": "60"}),
    ("LOG_LEVEL", {"LOG_LEVEL": "debug"}),
    ("CAREHUB_ADMINS", {"CAREHUB_ADMINS": "it.example.edu.cn"}),
    ("CAREHUB_BACKUP_DIR", {"CAREHUB_BACKUP_DIR": "backups"}),
    ("CAREHUB_SESSION_IDLE", {"CAREHUB_SESSION_IDLE_SECONDS": "3600"}),
    ("CAREHUB_SESSION_SECONDS", {"CAREHUB_SESSION_SECONDS": "86400"}),
    ("CAREHUB_PASSWORD_PROFILE", {"CAREHUB_PASSWORD_PROFILE": "short"}),
    ("CAREHUB_TOTP", {"CAREHUB_TOTP": "maybe"}),
    ("CAREHUB_FIRST_PASSWORD_DAYS", {"CAREHUB_FIRST_PASSWORD_DAYS": "365"}),
    ("CAREHUB_PROXIES", {"CAREHUB_PROXIES": "9"}),
    ("CAS_SERVER_URL 不", {"CAS_SERVER_URL": "http://cas.example.edu.cn"}),
]
GOOD_ENVIRONMENT = {
    "CAREHUB_PRODUCTION": "1",
    "SECRET_KEY": "kT4vQx81-pLz0WbnR7ys2Fj6Hd93mCeAgUoIVtBXYNPSqZ5iwEa_",
    "FIELD_KEYS": "field-key-of-the-school-0123456789abcdef",
    "FIELD_HASH_KEY": "hash-key-of-the-school-0123456789abcdef",
    "AUDIT_KEYS": "audit-key-of-the-school-0123456789abcdef",
    "ALLOWED_HOSTS": "care.example.edu.cn",
    "CSRF_TRUSTED_ORIGINS": "https://care.example.edu.cn",
    "SITE_URL": "https://care.example.edu.cn",
    "DATABASE_URL": "postgres://carehub:secret@db/carehub",
    "REDIS_URL": "redis://:secret@redis:6379/0",
    "EMAIL_URL": "smtp+tls://care:secret@mail.example.edu.cn:587",
    "DEFAULT_FROM_EMAIL": "care@example.edu.cn",
}


def test_a_good_configuration_starts():
    assert complaints(GOOD) == []


@pytest.mark.parametrize(("start", "change"), BAD, ids=[f"{start}-{n}" for n, (start, _change) in enumerate(BAD)])
def test_one_bad_setting_gives_its_sentence(start: str, change: dict[str, Any]):
    assert any(start in sentence for sentence in complaints(GOOD | change))


def test_every_refusal_is_tested():
    shown = {sentence for _start, change in BAD for sentence in complaints(GOOD | change)}
    assert shown == set(RULES)


def test_sqlite_and_no_mail_are_allowed_by_name():
    small = {"DATABASES": SQLITE, "EMAIL_BACKEND": "…filebased", "DEFAULT_FROM_EMAIL": "carehub@localhost"}
    assert complaints(GOOD | small | {"ALLOW_SQLITE": True, "ALLOW_NO_MAIL": True}) == []


def check(tmp_path: Any, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    state = {"CAREHUB_STATE_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8", "CAREHUB_STATIC_MANIFEST": "0"}
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=kept | state | environment, capture_output=True, text=True, check=False
    )


def test_djangos_own_deployment_check_has_nothing_to_say(tmp_path: Any):
    done = check(tmp_path, **GOOD_ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_check_is_silenced_but_the_one_that_wants_a_backend_we_do_not_ask():
    assert settings.SILENCED_SYSTEM_CHECKS == ["guardian.W001"]


def test_twelve_and_more_bad_environments_do_not_start(tmp_path: Any):
    """G: each in a process of its own, each refused with its own sentence."""
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda bad: check(tmp_path, **GOOD_ENVIRONMENT | bad[1]), BAD_ENVIRONMENTS)
        done = list(zip(BAD_ENVIRONMENTS, made, strict=True))
    refused = [start for (start, _change), one in done if one.returncode and "平台没有启动" in one.stderr]
    print(f"refused to start: {len(refused)} of {len(BAD_ENVIRONMENTS)} bad environments")
    assert [bad for bad, one in done if bad[0] not in one.stderr or not one.returncode] == []


def test_every_refusal_is_tried_in_a_process():
    tried = {sentence for start, _change in BAD_ENVIRONMENTS for sentence in RULES if start in sentence}
    assert tried == set(RULES)


def test_a_bare_production_site_does_not_start(tmp_path: Any):
    done = check(tmp_path, CAREHUB_PRODUCTION="1")
    assert done.returncode != 0
    assert "平台没有启动" in done.stderr
    assert "SECRET_KEY" in done.stderr
