"""All addresses."""

from django.urls import include, path

from oneteam.exchange.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("oneteam.web.urls")),
    path("", include("oneteam.directories.urls")),
    path("", include("oneteam.people.urls")),
    path("", include("oneteam.files.urls")),
    path("", include("oneteam.search.urls")),
    path("", include("oneteam.lawbook.urls")),
    path("", include("oneteam.documents.urls")),
    path("", include("oneteam.help.urls")),
    path("", include("oneteam.notices.urls")),
    path("", include("oneteam.intake.urls")),
    path("", include("oneteam.triage.urls")),
    path("", include("oneteam.cases.urls")),
    path("", include("oneteam.patrols.urls")),
    path("", include("oneteam.command.urls")),
    path("", include("oneteam.supervision.urls")),
    path("", include("oneteam.live.urls")),
    path("", include("oneteam.server.urls")),
]
handler400 = "oneteam.web.views.bad_request"
handler403 = "oneteam.web.views.forbidden"
handler404 = "oneteam.web.views.not_found"
handler500 = "oneteam.web.views.server_error"
