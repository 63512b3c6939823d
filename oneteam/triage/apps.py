from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "oneteam.triage"
    label = "triage"
