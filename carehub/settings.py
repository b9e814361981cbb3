"""Settings, all from the environment; with nothing set, SQLite and no server at all."""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from carehub.production import insist

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("CAREHUB_PRODUCTION", default=False)
STATE_DIR = Path(env("CAREHUB_STATE_DIR", default=str(BASE_DIR / "var")))
STATE_DIR.mkdir(parents=True, exist_ok=True)

# A key that everybody can read is for a laptop only; production refuses it (carehub/production.py).
DEVELOPMENT_KEY = "development-only-" + "k" * 50
SECRET_KEY = env("SECRET_KEY", default=DEVELOPMENT_KEY)
# Newest first: the first key seals, all of them open. Each is any long random text.
FIELD_KEYS = env.list("FIELD_KEYS", default=["development-field-key-" + "f" * 32])
# Never rotated: equality search goes through it.
FIELD_HASH_KEY = env("FIELD_HASH_KEY", default="development-hash-key-" + "h" * 32)
# Newest first: the first key signs the audit trail, all of them check it. Never in the database.
AUDIT_KEYS = env.list("AUDIT_KEYS", default=["development-audit-key-" + "a" * 32])
# Off unless asked for: error pages of a development server would show what lies in memory.
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")
SCHOOL_NAME = env("SCHOOL_NAME", default="四川文理学院党委")
# What stands before the year in the number of a resolution: 川文理委〔2026〕87号.
DOCUMENT_PREFIX = env("DOCUMENT_PREFIX", default="") or "川文理委"

INSTALLED_APPS = [
    "carehub",
    "carehub.accounts",
    "carehub.access",
    "carehub.audit",
    "carehub.reveals",
    "carehub.duties",
    "carehub.approvals",
    "carehub.reminders",
    "carehub.sheets",
    "members",
    "talks",
    "hardship",
    "carehub.reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "tablericons",
    "csp",
    "axes",
    "guardian",
]

MIDDLEWARE = [
    "carehub.trouble.tracing.TracingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "carehub.access.headers.NothingStaysMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "carehub.duties.middleware.SettingsMiddleware",
    "carehub.accounts.middleware.AccountMiddleware",
    "carehub.access.middleware.GuardMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "carehub.urls"
WSGI_APPLICATION = "carehub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "carehub.frame.frame",
            ],
        },
    }
]

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
    ),
}
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'carehub.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "carehub.accounts.backends.AccountBackend"]
# Per account and address: a campus shares one address, and nobody locks a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_VERBOSE = False
# Neither the number typed nor the address stands in the tables of axes; who signed in stands in the audit trail.
AXES_USERNAME_CALLABLE = "carehub.accounts.addresses.name_for_lock"
AXES_CLIENT_IP_CALLABLE = "carehub.accounts.addresses.address_for_lock"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "next", "csrfmiddlewaretoken", "old", "new", "again"]
AXES_DISABLE_ACCESS_LOG = True
# Proxies in front whose X-Forwarded-For is believed: the visitor's address is the last but so many.
TRUSTED_PROXIES = env.int("CAREHUB_PROXIES", default=1 if PRODUCTION else 0)
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# dengbao: 等保 2.0, several kinds of signs, history, 90 days · asvs: long, nothing else, never due (docs/deploy.md).
PASSWORD_PROFILE = env("CAREHUB_PASSWORD_PROFILE", default="dengbao")
_OWN = "carehub.accounts.passwords."
_PROFILES: dict[str, list[dict[str, Any]]] = {
    "dengbao": [
        {"NAME": _OWN + "LongEnough", "OPTIONS": {"min_length": 10}},
        {"NAME": _OWN + "ThreeKinds"},
        {"NAME": _OWN + "NotUsedBefore"},
    ],
    "asvs": [{"NAME": _OWN + "LongEnough", "OPTIONS": {"min_length": 12}}],
}
# Guardian keeps the dated exceptions (members/models/grant.py). They are folded into scope at one place, so its
# backend, which knows neither days nor closed accounts, is not asked; there is no row for an anonymous account.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
# The check that wants that backend.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _OWN + "NotTheOwnNumber"},
    {"NAME": _OWN + "NotCommon"},
    *_PROFILES.get(PASSWORD_PROFILE, _PROFILES["dengbao"]),
]
PASSWORD_MAX_DAYS = {"asvs": 0}.get(PASSWORD_PROFILE, 90)
PASSWORD_REMIND_DAYS = 7
# A first password that nobody used by then opens nothing any more.
FIRST_PASSWORD_DAYS = env.int("CAREHUB_FIRST_PASSWORD_DAYS", default=14)
# Codes from an authenticator: off · optional · admins (must enrol: the department and the three administrators) · all.
SECOND_FACTOR = env("CAREHUB_TOTP", default="optional")

# Campus single sign-on, an extra (requirements/sso.txt); without a server there is no such door.
CAS_SERVER_URL = env("CAS_SERVER_URL", default="")
CAS_VERSION = env("CAS_VERSION", default="3")
CAS_CREATE_USER = False


def CAS_SESSION_FACTORY() -> Any:
    """Return a connection that does not wait for a campus server that hangs."""
    return import_string("carehub.accounts.campus.Patient")()


if CAS_SERVER_URL:
    if find_spec("django_cas_ng") is None:
        raise ImproperlyConfigured(
            "设了 CAS_SERVER_URL，但没有安装统一身份认证的软件包：请用 make setup EXTRAS=sso 安装。"
        )
    CAS_SERVER_URL = CAS_SERVER_URL.rstrip("/") + "/"
    AUTHENTICATION_BACKENDS += ["carehub.accounts.campus.CampusBackend"]

SESSION_ENGINE = "carehub.accounts.sessions"
SESSION_COOKIE_AGE = env.int("CAREHUB_SESSION_SECONDS", default=12 * 3600)
SESSION_IDLE_AGE = env.int("CAREHUB_SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文"))]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
# Production serves what collectstatic gathered under names with a hash; a working copy serves the files themselves.
STATIC_MANIFEST = env.bool("CAREHUB_STATIC_MANIFEST", default=PRODUCTION)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_MANIFEST
MEDIA_ROOT = STATE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        # Signing out leads on to the campus sign-on, and browsers count where a form is sent on to.
        "form-action": [SELF, *([CAS_SERVER_URL] if CAS_SERVER_URL else [])],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # The prefix binds a cookie to this host and to https; no neighbour under the school's domain can plant one.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail://")
vars().update(EMAIL_CONFIG)
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="carehub@localhost")

# Who is told by mail that something failed; nobody is told as long as nobody is named.
ADMINS = [(address, address) for address in env.list("CAREHUB_ADMINS", default=[])]
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_SUBJECT_PREFIX = "[CareHub] "

# To standard error, where whoever runs the portal looks. Every line and mail is made by carehub/trouble: ids and route
# names, no values; an exception without its words. Django's own reporter mails local variables and what was posted.
LOG_LEVEL = env("LOG_LEVEL", default="WARNING").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "carehub.trouble.lines.SafeFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "mail": {"class": "carehub.trouble.mailing.ErrorMail"},
    },
    "root": {"handlers": ["stderr", "mail"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
    },
}

# The doorbell: Redis when there is one, else files under the state folder. Losing it loses nothing.
REDIS_URL = env("REDIS_URL", default="")
VISIBILITY_TIMEOUT = 900
CELERY_BROKER_URL = REDIS_URL or "embedded://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": VISIBILITY_TIMEOUT}
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_connect_timeout": 4, "socket_keepalive": True}
else:
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "data_folder_in": str(STATE_DIR / "doorbell"),
        "data_folder_out": str(STATE_DIR / "doorbell"),
        "control_folder": str(STATE_DIR / "doorbell" / "control"),
        "polling_interval": 0.2,
    }
# Celery reads the timeout in three places; they must agree.
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": VISIBILITY_TIMEOUT}
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT
CELERY_BROKER_CONNECTION_TIMEOUT = 4
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Who rings does not wait for a broker that is away: the sweep finds the work.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "prefork" if REDIS_URL else "threads"
CELERY_WORKER_CONCURRENCY = env.int("CAREHUB_WORKERS", default=2)
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_BEAT_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat")
SWEEP_SECONDS = env.int("CAREHUB_SWEEP_SECONDS", default=3600 if REDIS_URL else 60)
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "carehub.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "pick up": {"task": "carehub.tasks.pick_up", "schedule": 30, "options": {"expires": 30}},
}

# A whole backup once a day by the clock, when a folder is named; the folder should lie on another machine's disk.
BACKUP_DIR = env("CAREHUB_BACKUP_DIR", default="")
BACKUP_KEEP = env.int("CAREHUB_BACKUP_KEEP", default=14)

# How many full numbers one account may look at in an hour.
REVEALS_PER_HOUR = env.int("REVEALS_PER_HOUR", default=30)

# Upload limits of the roster gate (bytes, rows, columns, bytes unpacked).
SHEET_LIMITS = {
    "bytes": env.int("SHEET_MAX_BYTES", default=20 * 2**20),
    "unpacked": env.int("SHEET_MAX_UNPACKED", default=80 * 2**20),
    "ratio": env.int("SHEET_MAX_RATIO", default=150),
    "entries": env.int("SHEET_MAX_ENTRIES", default=400),
    "rows": env.int("SHEET_MAX_ROWS", default=50_000),
    "columns": env.int("SHEET_MAX_COLUMNS", default=120),
}

# Production refuses to start when one of these is not as it must be; the two permissions are given by name.
ALLOW_SQLITE = env.bool("CAREHUB_ALLOW_SQLITE", default=False)
ALLOW_NO_MAIL = env.bool("CAREHUB_ALLOW_NO_MAIL", default=False)
if PRODUCTION:
    insist(globals())
