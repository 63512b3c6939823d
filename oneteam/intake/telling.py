"""What somebody tells us, checked before it is taken. One set of rules for every channel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from oneteam.intake.models import Channel
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.texts import TEXT_LIMIT

LINE_LIMIT = 500  # characters of a title, name or address
AHEAD = timedelta(minutes=5)  # clocks of other systems may run that much ahead of ours
EARLIEST = 1990


class ToldFaultsError(BadInputError):
    """A telling cannot be taken; `faults` says per field what is wrong and what to do."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{field}: {message}" for field, message in faults.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One telling, as told. Coordinates in degrees, WGS 84; `told_at` aware."""

    channel: str
    text: str
    told_at: datetime
    title: str = ""
    address: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    external_id: str | None = None
    lon: Decimal | None = None
    lat: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A telling of a file with the line it begins on."""

    number: int
    told: Told


def point(lon: str, lat: str) -> tuple[Decimal, Decimal] | None:
    """Read a point from two texts, or None when both are empty; raises BadInputError for half a point or no number."""
    if not lon and not lat:
        return None
    try:
        x, y = Decimal(lon), Decimal(lat)
    except InvalidOperation:
        raise BadInputError(
            _("A point needs a longitude and a latitude in degrees, such as 120.55 and 27.55.")
        ) from None
    if not (x.is_finite() and y.is_finite() and -180 <= x <= 180 and -90 <= y <= 90):
        raise BadInputError(_("Longitude goes from -180 to 180, latitude from -90 to 90."))
    return round(x, 6), round(y, 6)


def check_told(told: Told, *, at: datetime, in_region: Callable[[Decimal, Decimal], bool]) -> Told:
    """Return the telling when it can be taken; raises ToldFaultsError naming every fault at once.

    The words are left exactly as told. `in_region` tells whether a point lies in the city.
    """
    faults: dict[str, str] = {}
    if told.channel not in Channel.values:
        known = ", ".join(Channel.values)
        faults["channel"] = _("There is no channel “%(name)s”; take one of %(known)s.") % {
            "name": told.channel[:40], "known": known,
        }  # fmt: skip
    if not told.text.strip():
        faults["text"] = _("The text is empty; write what was told.")
    elif len(told.text) > TEXT_LIMIT:
        faults["text"] = _(
            "The text has %(count)d characters, at most %(limit)d are taken; put the rest into an attachment."
        ) % {"count": len(told.text), "limit": TEXT_LIMIT}
    for name in ("title", "address", "caller_name", "external_id"):
        value: str = getattr(told, name) or ""
        if len(value) > LINE_LIMIT:
            faults[name] = _("This has %(count)d characters, at most %(limit)d are taken.") % {
                "count": len(value), "limit": LINE_LIMIT,
            }  # fmt: skip
    for name in ("title", "text", "address", "caller_name", "caller_phone", "external_id"):
        if "\x00" in (getattr(told, name) or ""):
            faults[name] = _("This holds a null character, which cannot be stored; remove it.")
    if told.caller_phone and not 5 <= sum(letter.isdigit() for letter in told.caller_phone) <= 20:
        faults["caller_phone"] = _("A phone number has 5 to 20 digits.")
    faults |= _time_faults(told.told_at, at)
    if told.lon is not None and told.lat is not None and not in_region(told.lon, told.lat):
        faults["lon"] = _(
            "The point %(lon)s, %(lat)s lies outside the region; check that longitude comes first, or leave it empty."
        ) % {"lon": told.lon, "lat": told.lat}
    if faults:
        raise ToldFaultsError(faults)
    return told


def _time_faults(told_at: datetime, at: datetime) -> dict[str, str]:
    if told_at > at + AHEAD:
        return {"told_at": _("This time lies in the future; a report can only have been told before now.")}
    if told_at.year < EARLIEST:
        return {"told_at": _("This time lies before %(year)d; check the year.") % {"year": EARLIEST}}
    return {}
