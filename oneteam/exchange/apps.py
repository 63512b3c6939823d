from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "oneteam.exchange"
    label = "exchange"
