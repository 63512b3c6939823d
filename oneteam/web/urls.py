"""Addresses of the design system: switches, sign of life, and (demo region or DEBUG) the style guide."""

from django.conf import settings
from django.urls import path

from oneteam.web import styleguide, views

app_name = "web"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("live/", views.live, name="live"),
]
if settings.DEBUG or getattr(settings, "REGION_IS_DEMO", False):
    urlpatterns += [
        path("style/", styleguide.guide, name="style"),
        path("style/<slug:name>/", styleguide.sample, name="style_sample"),
    ]
