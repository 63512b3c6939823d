"""The words for what reports and incidents hold."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oneteam.intake.models import Channel, Handling, Urgency
from oneteam.intake.queries import ToldText
from oneteam.lawbook.catalogue import in_readers_words, matter_name
from oneteam.web.parts import Chip

CHANNELS: dict[str, Promise] = {
    Channel.HOTLINE: _("12345 hotline"),
    Channel.PLATFORMS: _("Four platforms"),
    Channel.PATROL: _("Grid patrol"),
    Channel.CITIZEN: _("Citizen app"),
    Channel.FIRM: _("Firm"),
    Channel.LETTER: _("Letter"),
    Channel.WEBSITE: _("Website"),
    Channel.DEVICE: _("Device"),
}
URGENCIES: dict[str, Promise] = {
    Urgency.GENERAL: _("General"),
    Urgency.URGENT: _("Urgent"),
    Urgency.VERY_URGENT: _("Very urgent"),
}
HANDLINGS: dict[str, Promise] = {
    Handling.ENFORCEMENT: _("Enforcement"),
    Handling.SERVICE: _("Service"),
    Handling.OTHER: _("Other agency"),
}
RESULTS: dict[str, Promise] = {
    "done": _("Done"),
    "explained": _("Explained"),
    "passed_on": _("Passed on"),
}


SATISFACTIONS: dict[str, Promise] = {
    "satisfied": _("Satisfied"),
    "partly": _("Partly satisfied"),
    "dissatisfied": _("Dissatisfied"),
}


def title_of(told: ToldText) -> str:
    """Return how a report is called: its headline, or that its words were erased.

    What is told with a matter as its title, as the patrol's findings are, is called as the reader calls that matter.
    """
    return in_readers_words(told.headline) or gettext("Told text erased")


def urgency_chip(urgency: str) -> Chip:
    """Return the chip of an urgency: plain when general."""
    state = {Urgency.URGENT: "warn", Urgency.VERY_URGENT: "danger"}.get(Urgency(urgency), "plain")
    return Chip(URGENCIES[urgency], state, solid=urgency == Urgency.VERY_URGENT)  # type: ignore[arg-type]


PURPOSES: dict[str, Promise] = {
    "call_back": _("To call back"),
    "visit": _("To visit the place"),
    "identity": _("To tell callers apart"),
}


def word_for(name: str, value: object) -> str | None:
    """Return the reader's word for a field of an act about a report, or None to show the value as it is."""
    if name == "matter" and isinstance(value, str):
        return matter_name(value) if value != "–" else gettext("none")
    if name == "probability" and isinstance(value, str):
        return f"{min(99, round(100 * float(value)))}%"
    known = {"urgency": URGENCIES, "result": RESULTS, "purpose": PURPOSES, "satisfaction": SATISFACTIONS}.get(name, {})
    return str(known[value]) if isinstance(value, str) and value in known else None
