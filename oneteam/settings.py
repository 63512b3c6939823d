"""Settings: defaults, then the environment. A value that cannot be read ends the start with a hint."""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from oneteam.kernel import logs
from oneteam.server import config

BASE_DIR = Path(__file__).resolve().parent.parent
CITY = config.city()
PATHS = config.city_paths(CITY)
ROLE = os.environ.get("ONETEAM_ROLE") or "app"
DATABASES = {"default": config.database(CITY, ROLE)}
SEALER_DATABASE = config.database(CITY, "sealer")
DEMO_FILE = str(PATHS.root / "demo.json")
REGION_IS_DEMO = (PATHS.root / "demo.json").exists()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEBUG = config.flag("ONETEAM_DEBUG")
SECRET_KEY = config.secret(CITY, "web.key") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = config.words("ONETEAM_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = config.words("ONETEAM_ORIGINS")
USE_X_FORWARDED_HOST = False

MASTER_KEY = str(PATHS.master_key)
SEALER_KEY = str(PATHS.sealer_key)
CHECKPOINT_FILE = str(PATHS.checkpoints)
FILES_DIR = str(PATHS.files)
PUBLIC_ADDRESS = config.address()
FONT_DIRS = config.words("ONETEAM_FONTS")
LAW_DIRS = [str(BASE_DIR / "law"), *config.words("ONETEAM_LAW")]
DEMO_DIR = str(BASE_DIR / "demo")

ROOMS = [
    "journal",
    "web",
    "directories",
    "places",
    "people",
    "things",
    "files",
    "search",
    "lawbook",
    "documents",
    "procedures",
    "help",
    "notices",
    "intake",
    "triage",
    "cases",
    "patrols",
    "command",
    "supervision",
    "live",
    "exchange",
    "server",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    *(f"oneteam.{room}" for room in ROOMS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "oneteam.web.middleware.logged",
    "django.middleware.security.SecurityMiddleware",
    "oneteam.web.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "oneteam.web.middleware.readers_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "oneteam.people.middleware.acting_person",
    "oneteam.people.often.not_too_often",
    "oneteam.web.middleware.ErrorPages",
]
INTERFACE_MIDDLEWARE = [  # of /api/, see oneteam.web.handlers
    "oneteam.web.middleware.logged",
    "django.middleware.security.SecurityMiddleware",
    "oneteam.web.middleware.security_headers",
    "oneteam.web.middleware.readers_language",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "oneteam.urls"
WSGI_APPLICATION = "oneteam.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oneteam.web.context_processors.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "oneteam.web.templatetags.web"],
        },
    }
]

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["oneteam.people.accounts.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "oneteam.people.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "oneteam.people.forms.SignInForm"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
# By address only; a user name is locked by people/lockout.py. What succeeds is no attempt and is not counted.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/m/ip"}
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_ADAPTER = "oneteam.people.passkeys.MfaAdapter"
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a PIN or finger: the key alone, found on a desk, opens nothing
ALLAUTH_TRUSTED_PROXY_COUNT = config.number("ONETEAM_PROXIES")
LIVE_PORT = config.number("ONETEAM_LIVE_PORT", most=65_535)  # set by the supervisor; 0: no live feed is served
INTERFACE_RATE = (
    config.number("ONETEAM_API_RATE", most=100_000) or 300
)  # requests a second of one system, in each worker
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_throttle",
        # Many made-up addresses must not push out the entry of the one that is being counted.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
SESSION_ENGINE = "oneteam.people.session_store"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = config.flag("ONETEAM_TLS")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "oneteam.web.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "oneteam.files.uploads.BoundedBody",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = config.language()
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LOCALE_PATHS = [str(BASE_DIR / "oneteam" / room / "locale") for room in ("kernel", *ROOMS)]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "oneteam.kernel.logs.Lines"}, "json": {"()": "oneteam.kernel.logs.JsonLines"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": logs.chosen(child="ONETEAM_SUPERVISOR" in os.environ)}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},  # refusals stand in the line of each request
        "oneteam": {
            "level": os.environ.get("ONETEAM_LOG") or ("INFO" if "ONETEAM_SUPERVISOR" in os.environ else "WARNING")
        },
    },
}

PROJECT_NAME = _("oneteam")
