from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "oneteam.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register the check, the law packs' indicators, and the navigation entry."""
        from oneteam.procedures.packs import register_pack_part  # noqa: PLC0415 -- apps are ready only now
        from oneteam.supervision import checks, navigation  # noqa: F401, PLC0415 -- as above
        from oneteam.supervision.declaration import validated  # noqa: PLC0415 -- as above

        register_pack_part(validated)
