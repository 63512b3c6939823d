"""What the room shows on pages of others: cases of a report's incident; who may see photos and documents of a case."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases import queries
from oneteam.cases.facts import PROCEDURE
from oneteam.cases.models import Case
from oneteam.cases.page import state_chip, title_of
from oneteam.cases.rules import READERS, visible
from oneteam.documents.slots import MAY_READ
from oneteam.files.slots import MAY_SEE
from oneteam.intake.slots import REPORT_MAIN
from oneteam.journal.checks import Context, checks
from oneteam.kernel.clock import now
from oneteam.lawbook.checks import checks as check_texts
from oneteam.people.middleware import PersonRequest
from oneteam.procedures.errors import Failed
from oneteam.procedures.queries import runs
from oneteam.procedures.shown import shown_check
from oneteam.web.parts import Link, Step
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, NavigationEntry, Panel, register, register_bulk


def incident_panel(request: PersonRequest, incident: UUID, *, enforcement: bool) -> Panel | None:
    """Return the cases of an incident that the acting person may see, with the way to open one; None for neither.

    Whom the law keeps from enforcing is told so, with the article (OFF-05).
    """
    rows = queries.cases_of_incidents([incident]).get(incident, [])
    seen = visible(request.acting, rows)
    shown, opening = [row for row in rows if row.id in seen], _opening(request, incident) if enforcement else None
    if not shown and opening is None:
        return None
    state = runs([row.id for row in shown])
    entries = [
        {
            "link": Link(
                f"{title_of(row)} {_('No. %(number)d') % {'number': row.number}}", reverse("case", args=[row.id])
            ),
            "chip": state_chip(state[row.id]),
        }
        for row in shown
    ]
    return Panel("cases/incident_panel.html", {"entries": entries, "opening": opening}, order=20)


def _opening(request: PersonRequest, incident: UUID) -> Step | None:
    """Return the step that opens a case: for officers a link, for auxiliaries why not, for others nothing."""
    title, role = _("Open on-the-spot case"), request.acting.post.role
    if role == "officer":
        return Step(title, "lawful", button=title, url=f"{reverse('case-new')}?incident={incident}", icon="case")
    failed = barred(request)
    if failed is None:
        return None
    return Step(title, "blocked", checks=[shown_check(failed)])


def barred(request: PersonRequest) -> Failed | None:
    """Return what keeps the acting person's role from opening a case by law, if anything does (OFF-05)."""
    context = Context(
        step=f"{PROCEDURE}.open", object_id=UUID(int=0), state=None, actor=request.acting.actor, at=now(), facts={},
        action="questioning", preview=True,
    )  # fmt: skip
    failure = checks()["OFF-05"].function(context)
    return Failed(check_texts()["OFF-05"], failure.fields) if failure else None


def _reports(request: HttpRequest, reports: Sequence[Any]) -> Mapping[Hashable, Sequence[Panel]]:
    """Show the cases of each report's incident and where they stand; what is in one only to who may see it."""
    acting = getattr(request, "acting", None)
    incidents = {report.incident_id for report in reports if report.incident_id}
    found = queries.cases_of_incidents(incidents) if incidents else {}
    if not found:
        return {}
    rows = [row for some in found.values() for row in some]
    seen, state = visible(acting, rows), runs([row.id for row in rows])
    answer: dict[Hashable, Sequence[Panel]] = {}
    for report in reports:
        entries = [
            {"link": _entry(row, seen=row.id in seen), "chip": state_chip(state[row.id])}
            for row in found.get(report.incident_id, ())
        ]
        if entries:
            answer[report.id] = [Panel("cases/incident_panel.html", {"entries": entries, "opening": None}, order=60)]
    return answer


def _entry(row: Case, *, seen: bool) -> Link | str:
    """Return how a case is called on a report's page: its number, which leads to it where it may be seen."""
    number = _("Case no. %(number)d") % {"number": row.number}
    return Link(f"{title_of(row)} {number}", reverse("case", args=[row.id])) if seen else number


def _photos(request: HttpRequest, blobs: Sequence[UUID]) -> Mapping[Hashable, Sequence[bool]]:
    """Show the photos of a case to who may see the case."""
    photos = queries.photos_among(blobs)
    seen = visible(getattr(request, "acting", None), [photo.case for photo in photos])
    return {photo.blob_id: [photo.case_id in seen] for photo in photos}


def _documents(request: HttpRequest, rows: Sequence[Any]) -> Mapping[Hashable, Sequence[bool]]:
    """Let both officers read the documents of their case, whoever of them issued one."""
    found = queries.cases_by_id(one for row in rows for one in row.about)
    seen = visible(getattr(request, "acting", None), found)
    return {row.id: [bool(seen.intersection(row.about))] for row in rows}


def _reads(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in READERS


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("cases", "case", gettext_lazy("Cases"), order=8, visible=_reads)]


def _commands(request: HttpRequest) -> Iterable[Command]:
    acting = getattr(request, "acting", None)
    if acting is not None and acting.post.role == "officer":
        yield Command(_("Open a case on the spot"), reverse("case-new"), "case")


register(NAVIGATION, _entries)
register(COMMANDS, _commands)
register_bulk(MAY_SEE, _photos)
register_bulk(MAY_READ, _documents)
register_bulk(REPORT_MAIN, _reports)
