"""Settings, all of them, read from the environment. `.env.example` explains every variable.

Two environments: `development` (SQLite and a secret of its own in var/, plain HTTP, this machine only) and
`production`, which refuses to start half-configured and is what `jiaodong.wsgi` takes when none is named.
DEBUG is off in both unless asked for.
"""

import datetime
import ipaddress
import secrets
from pathlib import Path

import bootstrap_wrapper
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from jiaodong.databases import databases

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")  # what the environment already says wins

SITE_ENV = env.str("SITE_ENV", "development")
if SITE_ENV not in {"development", "production"}:
    raise ImproperlyConfigured(f"SITE_ENV 只能是 development 或 production，现在是 {SITE_ENV!r}。")
IS_PRODUCTION = SITE_ENV == "production"

DEBUG = env.bool("DEBUG", False)
if IS_PRODUCTION and DEBUG:
    raise ImproperlyConfigured(
        "正式环境不能打开 DEBUG：出错页会向访问者显示程序和配置。请去掉 DEBUG，或设 SITE_ENV=development。"
    )

IS_DEMO = env.bool("DEMO", False)  # a banner on every page, and leave to load invented data

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))


def development_secret() -> str:
    """The secret of this checkout, made once and kept in var/, so that sessions survive a restart."""
    path = VAR_DIR / "secret_key"
    if not path.is_file():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "")
if IS_PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "正式环境必须设 SECRET_KEY，至少 50 个随机字符。可用 "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))' 生成，写入环境变量。"
    )
SECRET_KEY = SECRET_KEY or development_secret()

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if IS_PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("正式环境必须设 ALLOWED_HOSTS，即访问本站所用的域名或地址，逗号分隔。")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if IS_PRODUCTION and not env.str("DATABASE_URL", ""):
    raise ImproperlyConfigured("正式环境必须设 DATABASE_URL，例如 postgres://用户:口令@主机:5432/库名。")
DATABASES = databases(env, VAR_DIR)
DATABASE_ROUTERS = ["units.reading.PublicReads"]

# "default" holds whole public pages, each process its own: the edition of the public figures is part of their key, so
# that no process shows an old one. "shared" holds the counts of `jiaodong.limits`, to which all processes add together.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Pieces of pages, each under a key of all that it shows, so that none is ever out of date. A hundred are 2 MB.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pieces",
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
    "shared": env.cache("SHARED_CACHE_URL", "dbcache://shared_cache" if IS_PRODUCTION else "locmemcache://shared"),
}
if CACHES["shared"]["BACKEND"].split(".")[-2] not in {"locmem", "db"}:
    raise ImproperlyConfigured(
        "SHARED_CACHE_URL 只能是 dbcache://表名（存在数据库里，各进程、各机共用）或 locmemcache://名字（各进程各存各的）。"
    )

INSTALLED_APPS = [
    "units",
    "tasks",
    "simple_history",
    "django_tables2",
    "django_filters",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "jiaodong.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "jiaodong.following.RequestMiddleware",
    "units.middleware.OriginMiddleware",
    # Around everything that answers: static files, redirects and refusals are answers as well.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "jiaodong.hardening.HardeningMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tasks.public_pages.PublicPages",
    "jiaodong.compression.QuickGZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "units.middleware.AccountMiddleware",
    "jiaodong.limits.LimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jiaodong.urls"
WSGI_APPLICATION = "jiaodong.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "units.context.display",
                "tasks.context.menu_plan",
            ]
        },
    }
]

AUTH_USER_MODEL = "units.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "units.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", 5)
LOGIN_LOCK_MINUTES = env.int("LOGIN_LOCK_MINUTES", 30)
LOGINS_PER_MINUTE = env.int("LOGINS_PER_MINUTE", 60 if IS_PRODUCTION else 0)
SEARCHES_PER_MINUTE = env.int("SEARCHES_PER_MINUTE", 120 if IS_PRODUCTION else 0)
EXPORTS_PER_MINUTE = env.int("EXPORTS_PER_MINUTE", 20 if IS_PRODUCTION else 0)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30)
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=[])
BEHIND_PROXY = IS_PRODUCTION and env.bool("BEHIND_TLS_PROXY", False)
SESSION_ENGINE = "units.sessions"
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60  # counted from the last request: units.middleware

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # both together: nobody can lock out somebody elsewhere
AXES_FAILURE_LIMIT = LOGIN_FAILURE_LIMIT
AXES_COOLOFF_TIME = datetime.timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying again does not lengthen the lock
AXES_CLIENT_IP_CALLABLE = "units.middleware.client_address"
AXES_LOCKOUT_CALLABLE = "units.middleware.as_answered"
AXES_DISABLE_ACCESS_LOG = True  # the audit trail says who logged in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "胶东重点任务"  # what the authenticator on the phone shows above the code

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True  # Django's own texts in Chinese; ours are Chinese already
LOCALE_PATHS = [BASE_DIR / "locale"]  # the few that Django's own Chinese lacks
FORMAT_MODULE_PATH = "jiaodong.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "jiaodong" / "static", ("bootstrap", bootstrap_wrapper.get_bootstrap_css_dir())]
STORAGES = {
    "default": {"BACKEND": "jiaodong.storage.WholeFiles"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "jiaodong.storage.OwnStaticFiles"
    },
}
MEDIA_ROOT = VAR_DIR / "media"  # never served as a folder: downloads pass a permission check
BACKUP_DIR = Path(env.str("BACKUP_DIR", str(VAR_DIR / "backups")))
BACKUP_KEEP = env.int("BACKUP_KEEP", 30)
if BACKUP_KEEP < 1:
    raise ImproperlyConfigured("BACKUP_KEEP 是保留备份的份数，至少为 1。")
BACKUP_WARN_HOURS = env.int("BACKUP_WARN_HOURS", 26 if IS_PRODUCTION else 0)
DISK_WARN_MB = env.int("DISK_WARN_MB", 1024)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_MB", 20) * 1024 * 1024
WORKBOOK_MAX_BYTES = env.int("WORKBOOK_MAX_MB", 10) * 1024 * 1024
TABLE_MAX_BYTES = env.int("TABLE_MAX_MB", 20) * 1024 * 1024
UPLOAD_KEEP_DAYS = env.int("UPLOAD_KEEP_DAYS", 7)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the preview of a returned workbook has a choice for each changed cell
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tasks.views.kept.stale_form"
if IS_PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes speak plain HTTP to the process itself
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DIGESTS = env.bool("DIGESTS", False)
SITE_URL = env.str("SITE_URL", "").rstrip("/")
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "")
if DIGESTS and not (SITE_URL and DEFAULT_FROM_EMAIL and env.str("EMAIL_URL", "")):
    raise ImproperlyConfigured("设了 DIGESTS=true，还须设 EMAIL_URL、MAIL_FROM 和 SITE_URL。")
MAIL = env.email("EMAIL_URL", "consolemail://")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"] or "", MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"] or "", MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.get("EMAIL_USE_TLS", False), MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20

METRICS_ALLOWED = env.list("METRICS_ALLOWED", default=[])
for network in METRICS_ALLOWED:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"METRICS_ALLOWED 里的 {network!r} 不是地址或网段，例如 127.0.0.1 或 10.1.0.0/24。"
        ) from error
PROMETHEUS_MULTIPROC_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", "")
if IS_PRODUCTION and METRICS_ALLOWED and not PROMETHEUS_MULTIPROC_DIR:
    raise ImproperlyConfigured(
        "设了 METRICS_ALLOWED，还须设 PROMETHEUS_MULTIPROC_DIR：各进程的计数放在这个目录里汇总，否则每次只见一个进程的。"
    )

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "jiaodong.logs.WithRequest"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {request_id} {message}", "style": "{"},
        "json": {"()": "jiaodong.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request"],
            "formatter": "json" if IS_PRODUCTION else "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},  # the audit trail says who logged in and who failed to
        "django": {"handlers": []},  # through the root's handler, once
    },
}
