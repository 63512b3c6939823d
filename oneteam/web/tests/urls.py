"""The addresses of web with the style guide always there, and one page that lets each kind of error through."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from oneteam.kernel import errors
from oneteam.web import styleguide, views

KINDS = {
    "bad": errors.BadInputError,
    "not-allowed": errors.NotAllowedError,
    "conflict": errors.ConflictError,
    "missing": errors.MissingError,
    "not-ready": errors.NotReadyError,
    "other": errors.OneteamError,
}


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    """Raise the named error, as a view that calls an act would let it through."""
    raise KINDS[kind]("Line 3: the date 2026-02-30 does not exist.")


handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
_web = [
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("live/", views.live, name="live"),
    path("style/", styleguide.guide, name="style"),
    path("style/<slug:name>/", styleguide.sample, name="style_sample"),
]
urlpatterns = [path("", include((_web, "web"))), path("fail/<slug:kind>/", fail)]
