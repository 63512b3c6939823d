from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "oneteam.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Register acts."""
        from oneteam.exchange import acts  # noqa: F401, PLC0415 -- models are there only now
