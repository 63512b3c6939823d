from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "oneteam.files"
    label = "files"
