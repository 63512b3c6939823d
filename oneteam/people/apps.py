from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "oneteam.people"
    label = "people"
