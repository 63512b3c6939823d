from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "oneteam.command"
    label = "command"
