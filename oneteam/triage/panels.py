"""What triage shows on the pages of reports: the proposal with the words that decided, and near copies."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from oneteam.intake.labels import HANDLINGS, URGENCIES, title_of, urgency_chip
from oneteam.intake.models import Report, Urgency
from oneteam.intake.queries import Listed, listed, reports_by_id, words_of
from oneteam.intake.slots import AFTER_IMPORT, PROPOSED_IN_FIELD, REPORT_CELLS, REPORT_MAIN
from oneteam.lawbook.catalogue import field_name, matter_name
from oneteam.places.queries import localised
from oneteam.procedures.queries import runs
from oneteam.triage.models import Proposal
from oneteam.triage.queries import counts, proposals
from oneteam.triage.reasons import Note, sentence
from oneteam.web.panels import Candidate
from oneteam.web.panels import Proposal as ProposalPart
from oneteam.web.parts import Chip, Fact, Facts
from oneteam.web.slots import Panel, register_bulk

SHOWN = 3  # candidates beside the first are context, not a list to read


def _percent(text: str) -> int:
    return min(99, round(100 * Decimal(text)))


def _cells(request: HttpRequest, reports: Sequence[Listed]) -> Mapping[Hashable, Sequence[object]]:
    """Name the proposed matter in the list, or say that the machine abstained."""
    found: dict[Hashable, Sequence[object]] = {}
    for report, proposal in proposals(report.id for report in reports).items():
        if proposal.matter is None:
            first: object = Chip(_("No proposal"))
        else:
            chance = _percent(proposal.content["matter"]["probability"])
            first = f"{matter_name(proposal.matter)} {chance}%"
        place = [localised(proposal.place.name_zh, proposal.place.name_en)] if proposal.place else []
        pressing = [] if proposal.urgency == Urgency.GENERAL else [urgency_chip(proposal.urgency)]
        found[report] = [first, *place, *pressing]
    return found


def _in_field(field: str) -> QuerySet[Any]:
    return Proposal.objects.filter(field=field).values("report_id")


def _panels(request: HttpRequest, reports: Sequence[Report]) -> Mapping[Hashable, Sequence[Panel]]:
    known = proposals(report.id for report in reports)
    found: dict[Hashable, Sequence[Panel]] = {}
    for report in reports:
        proposal = known.get(report.id)
        if proposal is None:
            found[report.id] = [
                Panel("triage/waiting.html", {"ask": reverse("report-proposal", args=[report.id])}, order=10)
            ]
            continue
        words = _words(report, proposal)
        context = {
            "proposal": _part(proposal, words, decided=report.incident_id is not None),
            "near": _near(proposal, open_report=report.incident_id is None),
            "join": reverse("report-join", args=[report.id]),
            "may_join": _may_join(request) and report.incident_id is None,
        }
        found[report.id] = [Panel("triage/proposal.html", context, order=10, tinted=words)]
    return found


def _may_join(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role == "dispatcher"


def _part(proposal: Proposal, words: Sequence[str], *, decided: bool) -> ProposalPart:
    matter = proposal.content["matter"]
    place, kind = proposal.content["place"], proposal.content["handling"]
    named = proposal.place
    facts = [
        Fact(_("Field"), capfirst(field_name(proposal.field or ""))),
        Fact(_("Side"), HANDLINGS[kind["value"]] if kind["value"] else _("Unsure")),
        Fact(_("Urgency"), URGENCIES[proposal.urgency], note=_notes(proposal.content["urgency"]["notes"])),
        Fact(
            _("Place"),
            localised(named.name_zh, named.name_en) if named else _("Unresolved"),
            note=_notes(place["notes"]),
        ),
    ]
    return ProposalPart(
        candidates=[
            Candidate(matter_name(other["value"]), float(other["probability"]))
            for place, other in enumerate(matter["alternatives"][:SHOWN])
            if place == 0 or _percent(other["probability"]) >= 1
        ],
        model=_("Model %(version)s") % {"version": proposal.model.split(".")[0].rpartition("-")[2]},
        words=words,
        abstained=_notes(matter["notes"]) or _("Not sure enough to propose anything.") if not proposal.matter else "",
        facts=Facts(facts),
        state=Chip(_("Decided by a person"), "ok") if decided else None,
    )


def _notes(notes: Sequence[str]) -> str:
    return " ".join(sentence(Note(note)) for note in notes)


def _words(report: Report, proposal: Proposal) -> list[str]:
    """Return the words that decided, cut from the told text; none where it was erased."""
    told = words_of([report]).get(report.id)
    if told is None:
        return []
    spans = [span for part in ("matter", "urgency", "place") for span in proposal.content[part]["words"]]
    return list(dict.fromkeys(told.text[start:end] for start, end in spans))


def _near(proposal: Proposal, *, open_report: bool) -> list[dict[str, object]]:
    """Return what may be the same thing, told before, with the incident a report could join."""
    likeness = {UUID(near["id"]): near for near in proposal.content["near"]}
    if not likeness:
        return []
    rows = reports_by_id(likeness)
    shown = listed(rows)
    open_now = runs({row.incident_id for row in rows if row.incident_id})
    found: list[dict[str, object]] = []
    for row in sorted(shown, key=lambda row: likeness[row.id]["likeness"], reverse=True):
        state = open_now.get(row.incident) if row.incident else None
        found.append(
            {
                "title": title_of(row.told),
                "number": row.number,
                "url": reverse("report", args=[row.id]),
                "percent": _percent(likeness[row.id]["likeness"]),
                "copy": likeness[row.id]["copy"],
                "told_at": row.told_at,
                "incident": row.incident if open_report and state and state.state != "resolved" else None,
            }
        )
    return found


def _after_import(reports: Sequence[UUID]) -> Sequence[str]:
    proposed, abstained, placed = counts(reports)
    return [
        _("proposals: %(count)d") % {"count": proposed},
        _("abstained: %(count)d") % {"count": abstained},
        _("place resolved: %(count)d, unresolved: %(rest)d") % {"count": placed, "rest": proposed + abstained - placed},
    ]


register_bulk(REPORT_CELLS, _cells)
register_bulk(REPORT_MAIN, _panels)
AFTER_IMPORT.append(_after_import)
PROPOSED_IN_FIELD.append(_in_field)
