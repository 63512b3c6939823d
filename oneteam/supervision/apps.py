from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "oneteam.supervision"
    label = "supervision"
