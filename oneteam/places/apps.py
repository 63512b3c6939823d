from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "oneteam.places"
    label = "places"
