"""Django settings, taken from the environment (`XACTIN_*`, `DATABASE_URL`) and the data folder."""

import os
from pathlib import Path

from xactin.identity.accounts.settings import *  # noqa: F403 (allauth's settings belong to the room that owns sign-in)
from xactin.kernel.local import ZONE
from xactin.web.launcher import environment
from xactin.web.launcher.data_folder import CHECKOUT, in_checkout

BASE_DIR = Path(__file__).resolve().parent
SURROUNDINGS = environment.read()
XACTIN_MODE = SURROUNDINGS.mode
XACTIN_DATA = SURROUNDINGS.data.path
XACTIN_URL = SURROUNDINGS.public_url
# Until a certificate of the State's public-service CA signs, every paper says that it is a trial.
XACTIN_TRIAL = True
XACTIN_TSA_URL = SURROUNDINGS.tsa_url
XACTIN_MASTER_KEY = SURROUNDINGS.master_key
# The procedure packages that come with the platform: beside the source, or inside the wheel.
XACTIN_PROCEDURES = CHECKOUT / "procedures" if in_checkout() else BASE_DIR.parent / "procedures"
TESTING = XACTIN_MODE == "test"

DEBUG = os.environ.get("XACTIN_DEBUG") == "1"
SECRET_KEY = SURROUNDINGS.secret_key
ALLOWED_HOSTS = [
    *(name for name in os.environ.get("XACTIN_HOSTS", "").split(",") if name),
    SURROUNDINGS.host,
    "localhost",
    "127.0.0.1",
    "[::1]",
    *(["testserver"] if TESTING else []),
]
CSRF_TRUSTED_ORIGINS = [XACTIN_URL]

INSTALLED_APPS = [
    "xactin.ui",
    "xactin.vault",
    "xactin.ledger",
    "xactin.identity",
    "xactin.notices",
    "xactin.cases",
    "xactin.demo",
    "xactin.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "ninja",
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "xactin.web.middleware.Guard",
    "xactin.web.middleware.PageAbove",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xactin.web.middleware.ChosenLanguage",
    "xactin.web.middleware.Authority",
    "xactin.web.limits.fairness.Fairness",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "xactin.identity.web.middleware.ActorMiddleware",
    "xactin.identity.web.signatures.SigningMiddleware",
]
ROOT_URLCONF = "xactin.web.urls"
WSGI_APPLICATION = "xactin.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": environment.database(SURROUNDINGS.database_url or "postgresql:///xactin")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Account"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "xactin_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SURROUNDINGS.https
TIME_ZONE = ZONE
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = XACTIN_DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": XACTIN_DATA / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

if os.environ.get("XACTIN_S3_BUCKET"):
    if not environment.installed("storages", "boto3"):
        raise environment.RefusedError("XACTIN_S3_BUCKET needs the extra `s3`: install xactin[s3]")
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": os.environ["XACTIN_S3_BUCKET"],
            "endpoint_url": os.environ.get("XACTIN_S3_ENDPOINT"),
            "region_name": os.environ.get("XACTIN_S3_REGION"),
            "access_key": os.environ.get("XACTIN_S3_ACCESS_KEY"),
            "secret_key": os.environ.get("XACTIN_S3_SECRET_KEY"),
            "file_overwrite": False,
            "default_acl": None,
        },
    }

# Uploads go to a temporary file, never whole into memory. The vault refuses single files
# over its own limit; this one bounds the whole request.
UPLOAD_REQUEST_LIMIT = 260 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 50

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SURROUNDINGS.https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "xactin.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
METRICS_TOKEN = os.environ.get("XACTIN_METRICS_TOKEN", "")
# Requests a minute and process: of an address that nobody is known behind, and of an account let in. 0 counts nothing.
STRANGER_RATE = 0 if TESTING else int(os.environ.get("XACTIN_STRANGER_RATE", "300"))
KNOWN_RATE = 0 if TESTING else int(os.environ.get("XACTIN_KNOWN_RATE", "1800"))
HEALTH_SECONDS = 0.0 if TESTING else 1.0  # that what /health found is told again
# Of one person within 24 hours: files, and bytes in all.
UPLOADS_A_DAY = int(os.environ.get("XACTIN_UPLOADS_A_DAY", "2000"))
UPLOADED_A_DAY = UPLOADS_A_DAY * 2 * 1024 * 1024
# Rate limits count by address. The last so many entries of X-Forwarded-For are by proxies of ours; the
# entries before them are whatever a stranger wrote.
ALLAUTH_TRUSTED_PROXY_COUNT = SURROUNDINGS.proxies
if SURROUNDINGS.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

# "default-src 'self'" and nothing inline: a script that somebody smuggles into a page does not run.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-src 'self' blob:; frame-ancestors 'self'; form-action 'self'"
)

EMAIL_HOST = os.environ.get("XACTIN_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("XACTIN_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("XACTIN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("XACTIN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("XACTIN_SMTP_SECURITY", "starttls") == "starttls"
EMAIL_USE_SSL = os.environ.get("XACTIN_SMTP_SECURITY") == "tls"
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.dummy.EmailBackend"
)
DEFAULT_FROM_EMAIL = os.environ.get("XACTIN_MAIL_FROM", f"xactin@{SURROUNDINGS.host}")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("XACTIN_LOG_LEVEL", "WARNING")},
    # Django's own handler would print each line a second time.
    "loggers": {"django": {"handlers": [], "propagate": True}, "xactin": {"level": "INFO"}},
}
