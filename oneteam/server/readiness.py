"""Whether a city may be served: its tables are those of this program, and its journal belongs to this server."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config
from oneteam.server.text import gettext as _


def founded() -> bool:
    """Tell whether the city's tables were ever made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('journal_act') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def acts_recorded() -> bool:
    """Tell whether the journal holds an act."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM journal_act)")
        return bool(cursor.fetchone()[0])


def pending_migrations() -> list[str]:
    """The migrations of this program that the city lacks, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


def applied_migrations() -> list[str]:
    """The migrations that made this city's tables what they are, sorted."""
    return sorted(f"{app}.{name}" for app, name in MigrationExecutor(connection).loader.applied_migrations)


def known_migrations() -> set[str]:
    """The migrations that this program knows: those of a city that it may serve. Asks no database."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def unknown_migrations() -> list[str]:
    """The migrations of the city that this program does not know: a newer program was here."""
    loader = MigrationExecutor(connection).loader
    return sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in loader.disk_migrations
    )


def foreign_journal() -> bool:
    """Tell whether the journal's transactions are of another database server (restored, and not adopted yet)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM journal_act WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))")
        return bool(cursor.fetchone()[0])


def check_ready() -> None:
    """Raise NotReadyError, with the command that mends it, where this city must not be served."""
    city = config.city()
    if config.city_paths(city).restoring.exists():
        raise NotReadyError(
            _("The city %(city)s is being restored, or its restore was cut off: run oneteam restore again.")
            % {"city": city}
        )
    if not founded():
        raise NotReadyError(_("The city %(city)s is not founded yet; run: oneteam init") % {"city": city})
    if unknown := unknown_migrations():
        raise NotReadyError(
            _("The city %(city)s was migrated by a newer program (%(names)s); start that one.")
            % {"city": city, "names": ", ".join(unknown)}
        )
    if pending := pending_migrations():
        raise NotReadyError(
            _("The city %(city)s lacks %(count)d migrations; run: oneteam migrate")
            % {"city": city, "count": len(pending)}
        )
    from oneteam.documents.rendering import font_set  # noqa: PLC0415 -- needs Django

    font_set()
    if foreign_journal():
        raise NotReadyError(
            _(
                "The journal of %(city)s was written on another database server: if the database was restored, "
                "run: oneteam journal adopt"
            )
            % {"city": city}
        )
