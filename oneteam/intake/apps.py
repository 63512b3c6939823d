from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "oneteam.intake"
    label = "intake"
