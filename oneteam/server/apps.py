from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "oneteam.server"
    label = "server"
