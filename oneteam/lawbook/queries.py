"""Which law applies: calendar, settings and catalogue of this city, cached until the edition changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.kernel.errors import MissingError
from oneteam.kernel.periods import Calendar
from oneteam.lawbook.calendar import CalendarRow, calendar_from_rows
from oneteam.lawbook.calendar import next_year_alarm as alarm_over
from oneteam.lawbook.catalogue import catalogue as matter_catalogue
from oneteam.lawbook.editions import EDITION_SQL as EDITION_SQL
from oneteam.lawbook.editions import edition as edition
from oneteam.lawbook.editions import held as held
from oneteam.lawbook.editions import known_edition as known_edition
from oneteam.lawbook.matters import Matter
from oneteam.lawbook.models import CalendarDay, Setting
from oneteam.lawbook.packs import StatuteVersion, threshold
from oneteam.lawbook.penalties import Bearer, PartyKind, bearer_of
from oneteam.lawbook.responsible import Responsible as Responsible
from oneteam.lawbook.responsible import responsible as responsible
from oneteam.lawbook.settings_table import (
    OFFICE_HOURS,
    Amount,
    SettingValue,
    UnsetSettingError,
    catalogue,
    parse_amount,
    parse_office_hours,
)


@dataclass(frozen=True, slots=True)
class Book:
    """Calendar and settings as one edition has them."""

    edition: UUID
    calendar: Calendar
    settings: Mapping[str, SettingValue]

    def value(self, name: str) -> str:
        """Return a setting's value, else its default; UnsetSettingError where there is neither."""
        found = self.settings.get(name)
        if found is not None:
            return found.value
        known = catalogue().get(name)
        if known is None or not known.default:
            raise UnsetSettingError(name)
        return known.default

    def amount(self, name: str) -> Amount:
        """Return a setting that is a period; UnsetSettingError where the city has set none."""
        return parse_amount(self.value(name))


_kept: Book | None = None


def kept_book() -> Book:
    """Return the book of this process without asking whether it is still true; read now if there is none."""
    return _kept or book()


def forget() -> None:
    """Drop this process's book, so that the next question reads anew: for whoever just changed the law."""
    global _kept  # noqa: PLW0603 as in `book`
    _kept = None


def book(of: UUID | None = None) -> Book:
    """Return the book of the edition `of` (None: asks which is in force), from this process where it has it."""
    global _kept  # noqa: PLW0603 one book a process: it is a cache, told apart by the act that made it
    wanted = edition() if of is None else of
    kept = _kept
    if kept is None or kept.edition != wanted:
        kept = _kept = _read(wanted)
    return kept


def _read(wanted: UUID) -> Book:
    settings = {
        name: SettingValue(name, value, mark, basis)
        for name, value, mark, basis in Setting.objects.values_list("name", "value", "mark", "basis")
    }
    hours = settings.get(OFFICE_HOURS)
    office_hours = parse_office_hours(hours.value) if hours else None
    return Book(wanted, calendar_from_rows(calendar_rows(), office_hours=office_hours), settings)


def calendar_rows() -> list[CalendarRow]:
    """Return the city's holiday table in order of its days."""
    columns = ("date", "is_workday", "name", "source", "provisional")
    return [CalendarRow(*row) for row in CalendarDay.objects.order_by("date").values_list(*columns)]


def calendar() -> Calendar:
    """Return the calendar in force."""
    return book().calendar


def setting(name: str) -> str:
    """Return the city's value of a setting, else its default; UnsetSettingError, which names the command, for none."""
    return book().value(name)


def settings_now() -> Mapping[str, SettingValue]:
    """Return every setting that the city has set, by name."""
    return book().settings


def unset_settings() -> list[str]:
    """Return the settings that the city has still to set: they have no value and no default."""
    given = settings_now()
    return [name for name, info in catalogue().items() if name not in given and not info.default and not info.optional]


def next_year_alarm(today: date) -> bool:
    """Tell whether next year's holiday table is missing though it is December (CAL-07). `today` is a legal day."""
    return alarm_over(today, calendar_rows())


def matter(code: str, on: date) -> Matter:
    """Return the version of a matter that holds on a legal day. MissingError where the catalogue has none."""
    found = matter_catalogue().version(code, on)
    if found is None:
        message = _("The catalogue has no matter %(code)s on %(day)s.")
        raise MissingError(message % {"code": code, "day": on.isoformat()})
    return found


def statute(name: str, on: date) -> StatuteVersion | None:
    """Return the version of a statute that is law on a day, None where the register has none."""
    versions = matter_catalogue().statutes.get(name, ())
    return next((version for version in versions if version.span.holds(on)), None)


def individual_business(name: str) -> Bearer:
    """Return how the city counts an individual business under "on_the_spot" or "fine_range" (law.md 1.5, mark U)."""
    return Bearer(setting(f"individual_business.{name}"))


def on_the_spot_limit(party_kind: PartyKind | str, on: date) -> Decimal:
    """Return the highest fine in yuan that may be imposed on the spot (Penalty Law 51; 33 before 2021-07-15)."""
    kind = PartyKind(party_kind)
    counted = Bearer.CITIZEN
    if kind is PartyKind.INDIVIDUAL_BUSINESS:
        counted = individual_business("on_the_spot")
    return threshold("on_the_spot_fine", on=on, party=bearer_of(kind, individual_business=counted)).value
