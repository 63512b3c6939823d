"""The design system's Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, styles, scripts, words and slots that every page is made of."""

    name = "oneteam.web"
    label = "web"
