"""What a production site must have set. Settings that fail one of these do not start at all."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Settings = Mapping[str, Any]
LONG_ENOUGH = 50
KEY_LONG_ENOUGH = 32
SQLITE = "django.db.backends.sqlite3"


def insist(settings: Settings) -> None:
    """Refuse to start on a bad configuration, and say everything that is wrong at once."""
    if wrong := complaints(settings):
        lines = "\n".join(f"  {number}. {sentence}" for number, sentence in enumerate(wrong, 1))
        raise ImproperlyConfigured(f"正式环境的配置有 {len(wrong)} 处问题，平台没有启动：\n{lines}")


def complaints(settings: Settings) -> list[str]:
    """Return one sentence for each thing that is wrong."""
    return [sentence for sentence, is_wrong in RULES.items() if is_wrong(settings)]


def _weak_secret(s: Settings) -> bool:
    key = s["SECRET_KEY"]
    return key == s["DEVELOPMENT_KEY"] or len(key) < LONG_ENOUGH or len(set(key)) < 10


def _weak(key: str) -> bool:
    return key.startswith("development-") or len(key) < KEY_LONG_ENOUGH or len(set(key)) < 10


def _weak_field_key(s: Settings) -> bool:
    return not s["FIELD_KEYS"] or any(_weak(key) for key in s["FIELD_KEYS"])


def _weak_audit_key(s: Settings) -> bool:
    return not s["AUDIT_KEYS"] or any(_weak(key) for key in s["AUDIT_KEYS"])


def _shared_key(s: Settings) -> bool:
    keys = [s["SECRET_KEY"], s["FIELD_HASH_KEY"], *s["FIELD_KEYS"], *s["AUDIT_KEYS"]]
    return len(keys) != len(set(keys))


def _database(s: Settings) -> Mapping[str, Any]:
    database: Mapping[str, Any] = s["DATABASES"]["default"]
    return database


def _database_without_password(s: Settings) -> bool:
    database = _database(s)
    host = database.get("HOST") or ""
    over_network = bool(host) and not host.startswith("/")
    return database["ENGINE"] != SQLITE and over_network and not database.get("PASSWORD")


def _redis_without_password(s: Settings) -> bool:
    return bool(s["REDIS_URL"]) and s["REDIS_URL"].startswith("redis") and not urlsplit(s["REDIS_URL"]).password


def _mail_goes_nowhere(s: Settings) -> bool:
    return "smtp" not in s["EMAIL_BACKEND"] and not s["ALLOW_NO_MAIL"]


def _mail_password_in_the_clear(s: Settings) -> bool:
    encrypted = s.get("EMAIL_USE_TLS") or s.get("EMAIL_USE_SSL")
    return bool(s.get("EMAIL_HOST_PASSWORD")) and not encrypted and "smtp" in s["EMAIL_BACKEND"]


def _origin(s: Settings) -> str:
    parts = urlsplit(s["SITE_URL"])
    return f"{parts.scheme}://{parts.netloc}"


def _host_not_allowed(s: Settings) -> bool:
    host = urlsplit(s["SITE_URL"]).hostname or ""
    return not any(host == allowed or (allowed[:1] == "." and host.endswith(allowed)) for allowed in s["ALLOWED_HOSTS"])


def _odd_administrator(s: Settings) -> bool:
    return any(not re.fullmatch(r"[^@\s]+@[^@\s]+", address) for _name, address in s["ADMINS"])


def _backup_in_a_served_folder(s: Settings) -> bool:
    """Return whether the folder of the daily backup is relative, or one that the web server hands out or we back up."""
    if not s["BACKUP_DIR"]:
        return False
    folder = Path(s["BACKUP_DIR"])
    served = [s["STATIC_ROOT"], *s["STATICFILES_DIRS"], s["MEDIA_ROOT"]]
    return not folder.is_absolute() or any(folder.resolve().is_relative_to(Path(one).resolve()) for one in served)


PROFILES, SECOND_FACTORS = ("dengbao", "asvs"), ("off", "optional", "admins", "all")


RULES: dict[str, Callable[[Settings], bool]] = {
    "SECRET_KEY 未设置、过短或是公开的默认值：请设为至少 50 个字符的随机文字。": _weak_secret,
    "FIELD_KEYS 未设置、过短或是公开的默认值：每个密钥请用至少 32 个字符的随机文字。": _weak_field_key,
    "FIELD_HASH_KEY 未设置、过短或是公开的默认值：请设为至少 32 个字符的随机文字，以后不再更改。": lambda s: _weak(
        s["FIELD_HASH_KEY"]
    ),
    "AUDIT_KEYS 未设置、过短或是公开的默认值：每个密钥请用至少 32 个字符的随机文字。": _weak_audit_key,
    "SECRET_KEY、FIELD_KEYS、FIELD_HASH_KEY、AUDIT_KEYS 有相同的：每个密钥请各用各的。": _shared_key,
    "DEBUG 已打开：出错页面会泄露数据，请去掉 DEBUG。": lambda s: bool(s["DEBUG"]),
    "ALLOWED_HOSTS 没有写明平台的域名：请填写，多个用逗号隔开。": lambda s: not s["ALLOWED_HOSTS"],
    "ALLOWED_HOSTS 含有 *：请只写平台自己的域名。": lambda s: "*" in s["ALLOWED_HOSTS"],
    "数据库是 SQLite：请用 DATABASE_URL 指向 PostgreSQL；确要使用请设 CAREHUB_ALLOW_SQLITE=1。": lambda s: (
        _database(s)["ENGINE"] == SQLITE and not s["ALLOW_SQLITE"]
    ),
    "DATABASE_URL 里没有密码：请为数据库账号设置密码。": _database_without_password,
    "REDIS_URL 未设置：后台任务需要 Redis。": lambda s: not s["REDIS_URL"],
    "REDIS_URL 里没有密码：请为 Redis 设置密码（redis://:密码@主机:6379/0）。": _redis_without_password,
    "邮件没有指向邮件服务器：请设 EMAIL_URL；确不发邮件请设 CAREHUB_ALLOW_NO_MAIL=1。": _mail_goes_nowhere,
    "邮件账号的密码会不加密地传送：EMAIL_URL 请用 smtp+tls:// 或 smtp+ssl://。": _mail_password_in_the_clear,
    "DEFAULT_FROM_EMAIL 还是默认值：请填写平台的发件地址。": lambda s: (
        s["DEFAULT_FROM_EMAIL"].endswith("@localhost") and not s["ALLOW_NO_MAIL"]
    ),
    "SITE_URL 不是 https 地址：请填写平台对外的 https 地址。": lambda s: not s["SITE_URL"].startswith("https://"),
    "SITE_URL 的域名不在 ALLOWED_HOSTS 里：请补上。": _host_not_allowed,
    "CSRF_TRUSTED_ORIGINS 里没有 SITE_URL：请补上，否则表单无法提交。": lambda s: (
        _origin(s) not in s["CSRF_TRUSTED_ORIGINS"]
    ),
    "SECURE_SSL_REDIRECT 已关闭：口令会不加密地传送，请去掉这一项。": lambda s: not s["SECURE_SSL_REDIRECT"],
    "SECURE_HSTS_SECONDS 过短：请至少设为 3600，稳定后用默认的一年。": lambda s: s["SECURE_HSTS_SECONDS"] < 3600,
    "LOG_LEVEL 是 DEBUG：日志会过细，请改为 WARNING 或 INFO。": lambda s: s["LOG_LEVEL"] == "DEBUG",
    "CAREHUB_ADMINS 里有不是邮箱地址的：出错时收不到通知，请改正，多个用逗号隔开。": _odd_administrator,
    "CAREHUB_BACKUP_DIR 不是完整路径，或在对外提供的文件夹里：请改为另一处的完整路径。": _backup_in_a_served_folder,
    "CAREHUB_SESSION_IDLE_SECONDS 不在 60 至 1800 之间：无人操作最多半小时就要退出。": lambda s: (
        not (60 <= s["SESSION_IDLE_AGE"] <= 1800)
    ),
    "CAREHUB_SESSION_SECONDS 超过 12 小时，或比无人操作的时限短：请设为 1800 至 43200。": lambda s: (
        not (s["SESSION_IDLE_AGE"] <= s["SESSION_COOKIE_AGE"] <= 12 * 3600)
    ),
    "CAREHUB_PASSWORD_PROFILE 不认识：请设为 dengbao 或 asvs。": lambda s: s["PASSWORD_PROFILE"] not in PROFILES,
    "CAREHUB_TOTP 不认识：请设为 off、optional、admins 或 all。": lambda s: s["SECOND_FACTOR"] not in SECOND_FACTORS,
    "CAREHUB_FIRST_PASSWORD_DAYS 不在 1 至 90 之间：初始密码不能长期有效。": lambda s: (
        not (1 <= s["FIRST_PASSWORD_DAYS"] <= 90)
    ),
    "CAREHUB_PROXIES 不在 0 至 5 之间：请填平台前面代理的层数。": lambda s: not 0 <= s["TRUSTED_PROXIES"] <= 5,
    "CAS_SERVER_URL 不是 https 地址：统一身份认证的票据会不加密地传送。": lambda s: (
        bool(s["CAS_SERVER_URL"]) and not s["CAS_SERVER_URL"].startswith("https://")
    ),
}
