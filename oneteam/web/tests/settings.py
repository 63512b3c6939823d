"""Settings of the style guide alone, for looking at it and for the browser tests: no database, no other room."""

from pathlib import Path

SECRET_KEY = "for the style guide's tests only; it signs nothing that matters"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
INSTALLED_APPS = ["django.contrib.staticfiles", "oneteam.web"]
MIDDLEWARE = [
    "oneteam.web.middleware.security_headers",
    "oneteam.web.middleware.readers_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "oneteam.web.middleware.ErrorPages",
]
ROOT_URLCONF = "oneteam.web.tests.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "oneteam.web.context_processors.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "oneteam.web.templatetags.web"],
        },
    }
]
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [str(Path(__file__).resolve().parents[1] / "locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
REGION_NAME = {"zh": "滨城市综合行政执法局", "en": "Bincheng Law Enforcement"}
