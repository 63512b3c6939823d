from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "oneteam.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Register acts and checks."""
        from oneteam.exchange import acts, checks, events  # noqa: F401, PLC0415 -- models are there only now
