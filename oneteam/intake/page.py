"""The page of one report: what a view shows of the queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.intake import queries
from oneteam.intake.acts import LOOKERS
from oneteam.intake.forms import AnswerForm, CloseForm, LookForm
from oneteam.intake.labels import CHANNELS, title_of, urgency_chip, word_for
from oneteam.intake.models import Report
from oneteam.intake.queries import ToldText
from oneteam.intake.slots import REPORT_MAIN, REPORT_SIDE
from oneteam.journal.queries import timeline
from oneteam.kernel.masking import mask_name, mask_phone
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.procedures.forms import ReasonForm
from oneteam.procedures.queries import RunView, next_steps, runs
from oneteam.procedures.shown import Returned, StepForm, clocks_of, offer, shown_steps
from oneteam.web.parts import Chip, Clock, Clocks, Fact, Facts, Link, PageHeader, Steps
from oneteam.web.slots import collect_bulk

BY_DECIDING = frozenset({"report.accept"})
"""Steps that are taken with another act and stand on no page of their own."""
READABLE = ("answer", "reason", "instruction", "note")


def report_context(request: PersonRequest, row: Report, *, at: datetime, returned: Returned | None) -> dict[str, Any]:
    """Return what the template of a report shows; `returned` holds a form that was not taken."""
    told = queries.told_texts([row])[row.id]
    state = runs([row.id])[row.id]
    steps = [
        step for step in next_steps([row.id], request.acting.actor, at).get(row.id, []) if step.step not in BY_DECIDING
    ]
    clocks = clocks_of([row.id, *([row.incident_id] if row.incident_id else [])], at=at)
    incident = runs([row.incident_id])[row.incident_id].state if row.incident_id else ""
    offers = _offers(row, returned, settled=incident == "resolved")
    link = Link(_("Download the proof"), reverse("report-proof", args=[row.id]))
    panels = collect_bulk(REPORT_MAIN, request, [row]).get(row.id, [])
    return {
        "header": _header(row, told, [_state_chip(state), *_running(clocks.get(row.id, []))]),
        "report": row,
        "told": told,
        "tinted": [word for panel in panels for word in panel.tinted],
        "told_facts": _told_facts(row, told),
        "caller": _caller(row, told),
        "may_look": request.acting.post.role in LOOKERS,
        "look_form": LookForm(auto_id="id_look_%s"),
        "sent_back": returned.above(steps, offers) if returned else None,
        "main_panels": panels,
        "side_panels": collect_bulk(REPORT_SIDE, request, [row]).get(row.id, []),
        "steps": Steps(shown_steps(steps, offers), title=_("Next steps")),
        "clocks": Clocks(clocks.get(row.id, []), title=_("Time limits")),
        "timeline": shown_timeline(timeline(row.id), told=READABLE, proof=link, words=word_for),
    }


def _state_chip(state: RunView) -> Chip:
    return Chip(str(state.label), "ok" if state.state == "closed" else "info")


def _running(clocks: Sequence[Clock]) -> list[Clock]:
    """Return the clock that is due first, if one runs: with the state it says what matters now."""
    return [clock for clock in clocks if clock.stopped is None][:1]


def _header(row: Report, told: ToldText, chips: list[Any]) -> PageHeader:
    if row.incident:
        chips.append(urgency_chip(row.incident.urgency))
    return PageHeader(
        title=title_of(told),
        crumbs=[Link(_("Reports"), reverse("reports"))],
        chips=chips,
        facts=[_("No. %(number)d") % {"number": row.number}, CHANNELS[row.channel]],
    )


def _told_facts(row: Report, told: ToldText) -> Facts:
    facts = [Fact(_("Told at"), row.told_at), Fact(_("Received at"), row.received_at)]
    if told.address:
        facts.append(Fact(_("Where"), told.address))
    if row.lon is not None:
        facts.append(Fact(_("Point (WGS 84)"), queries.point_of(row.lon, row.lat)))
    if row.external_id:
        facts.append(Fact(_("Number at the source"), row.external_id))
    return Facts(facts)


def _caller(row: Report, told: ToldText) -> dict[str, Any] | None:
    """Return the masked caller and what else the same caller told."""
    if row.caller_subject is None:
        return None
    others = queries.reports_by_caller(row.caller_subject, besides=row.id)
    return {
        "name": mask_name(told.caller_name),
        "phone": mask_phone(told.caller_phone),
        "others": [
            Link(_("No. %(number)d") % {"number": other.number}, reverse("report", args=[other.id])) for other in others
        ],
    }


def _offers(row: Report, returned: Returned | None, *, settled: bool) -> dict[str, StepForm]:
    answer = AnswerForm(auto_id="id_answer_%s", initial={"result": "done" if settled else "explained"})
    close, reopen = CloseForm(auto_id="id_close_%s"), ReasonForm(auto_id="id_reopen_%s")
    review = ReasonForm(auto_id="id_review_%s")
    return {
        "report.answer": offer("report.answer", row.id, form=answer, returned=returned, main=settled, icon="send"),
        "report.close": offer("report.close", row.id, form=close, returned=returned, main=True, icon="tick"),
        "report.review": offer("report.review", row.id, form=review, returned=returned, icon="repeat"),
        "report.reopen": offer("report.reopen", row.id, form=reopen, returned=returned, icon="back"),
    }
