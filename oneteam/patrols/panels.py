"""What the patrol shows on a report's page, who may see its photos, and its place in the shell."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.files.shown import photo_tile
from oneteam.files.slots import MAY_SEE
from oneteam.intake.models import Report
from oneteam.intake.slots import REPORT_MAIN
from oneteam.lawbook.catalogue import matter_name
from oneteam.patrols import queries
from oneteam.patrols.models import Finding
from oneteam.patrols.page import handling_chip, moment_word, state_chip
from oneteam.patrols.rules import FINDERS, READERS, visible
from oneteam.places.queries import localised
from oneteam.procedures.queries import runs
from oneteam.web.panels import Photos
from oneteam.web.parts import Fact, Facts, Link
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, NavigationEntry, Panel, register, register_bulk


def _found(request: HttpRequest, reports: Sequence[Report]) -> Mapping[Hashable, Sequence[Panel]]:
    """Show what a report of the patrol found, with its photos."""
    found = queries.of_reports(report.id for report in reports if report.channel == "grid_patrol")
    if not found:
        return {}
    state = runs(row.id for row in found.values())
    shown = queries.photos_of(row.id for row in found.values())
    return {
        report: [
            Panel(
                "patrols/panel.html",
                {
                    "facts": Facts(
                        [
                            Fact(_("Finding"), Link(_("No. %(number)d") % {"number": row.number}, _url(row.id))),
                            Fact(_("State"), state_chip(state[row.id].state, str(state[row.id].label))),
                            Fact(_("Matter"), matter_name(row.matter)),
                            Fact(_("Side"), handling_chip(row.handling)),
                            Fact(_("Found by"), localised(row.found_by.name_zh, row.found_by.name_en)),
                            *_taker(row),
                        ]
                    ),
                    "photos": Photos(
                        [
                            photo_tile(photo.blob_id, how, kind=moment_word(photo))
                            for photo, how in shown.get(row.id, [])
                        ],
                        title=_("Photos of the patrol"),
                    ),
                },
                order=3,
            )
        ]
        for report, row in found.items()
    }


def _taker(row: Finding) -> list[Fact]:
    """Return who took a finding over, where somebody has it."""
    who = row.taken_by
    return [Fact(_("Taken over by"), localised(who.name_zh, who.name_en))] if who is not None else []


def _url(finding: UUID) -> str:
    return reverse("finding", args=[finding])


def _photos(request: HttpRequest, blobs: Sequence[UUID]) -> Mapping[Hashable, Sequence[bool]]:
    """Show the photos of a finding to whoever may see the finding."""
    acting = getattr(request, "acting", None)
    photos = queries.photos_among(blobs)
    seen = visible(acting, [photo.finding for photo in photos]) if acting else set()
    return {photo.blob_id: [photo.finding_id in seen] for photo in photos}


def _reads(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in READERS


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("findings", "camera", gettext_lazy("Patrol"), order=8, visible=_reads)]


def _commands(request: HttpRequest) -> Iterable[Command]:
    acting = getattr(request, "acting", None)
    if acting is not None and acting.post.role in FINDERS:
        yield Command(_("Report a finding"), reverse("finding-new"), "camera")


register_bulk(MAY_SEE, _photos)
register_bulk(REPORT_MAIN, _found)
register(NAVIGATION, _entries)
register(COMMANDS, _commands)
