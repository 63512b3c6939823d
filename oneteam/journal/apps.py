from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "oneteam.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the journal's own kinds of act."""
        from oneteam.journal import adopt, erase, nightly, prove  # noqa: F401, PLC0415 -- models are there only now
