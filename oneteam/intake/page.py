"""The page of one report: what a view shows of the queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.intake import queries
from oneteam.intake.acts import LOOKERS
from oneteam.intake.forms import AnswerForm, CloseForm, LookForm, ReasonForm
from oneteam.intake.labels import CHANNELS, title_of, urgency_chip, word_for
from oneteam.intake.masking import mask_name, mask_phone
from oneteam.intake.models import Report
from oneteam.intake.queries import ToldText
from oneteam.intake.slots import REPORT_MAIN, REPORT_SIDE, TINTED
from oneteam.journal.queries import timeline
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import RunView, next_steps, runs
from oneteam.procedures.shown import StepForm, clocks_of, shown_refusal, shown_steps
from oneteam.web.parts import Chip, Clock, Clocks, Fact, Facts, Link, PageHeader, Steps
from oneteam.web.slots import collect_bulk

READABLE = ("answer", "reason", "instruction", "note")


def report_context(
    request: PersonRequest, row: Report, *, at: datetime, refused: RefusedError | None, bound: Mapping[str, forms.Form]
) -> dict[str, Any]:
    """Return what the template of a report shows; `bound` holds forms that were sent and refused, by url name."""
    told = queries.told_texts([row])[row.id]
    state = runs([row.id])[row.id]
    steps = next_steps([row.id], request.acting.actor, at).get(row.id, [])
    clocks = clocks_of([row.id, *([row.incident_id] if row.incident_id else [])], at=at)
    incident = runs([row.incident_id])[row.incident_id].state if row.incident_id else ""
    settled = incident == "resolved"
    link = Link(_("Download the proof"), reverse("report-proof", args=[row.id]))
    return {
        "header": _header(row, told, [_state_chip(state), *_running(clocks.get(row.id, []))]),
        "report": row,
        "told": told,
        "tinted": collect_bulk(TINTED, request, [row]).get(row.id, []),
        "told_facts": _told_facts(row, told),
        "caller": _caller(row, told),
        "may_look": request.acting.post.role in LOOKERS,
        "look_form": LookForm(auto_id="id_look_%s"),
        "refusal": shown_refusal(refused) if refused else None,
        "forms": [form for form in bound.values() if form.errors],
        "main_panels": collect_bulk(REPORT_MAIN, request, [row]).get(row.id, []),
        "side_panels": collect_bulk(REPORT_SIDE, request, [row]).get(row.id, []),
        "steps": Steps(shown_steps(steps, _offers(row, bound, settled=settled)), title=_("Next steps")),
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


def _offers(row: Report, bound: Mapping[str, forms.Form], *, settled: bool) -> dict[str, StepForm]:
    def offer(name: str, form: forms.Form, *, main: bool, icon: str) -> StepForm:
        return StepForm(
            action=reverse(name, args=[row.id]), form=bound.get(name, form), main=main, icon=icon, key=str(uuid7())
        )

    answer = AnswerForm(auto_id="id_answer_%s", initial={"result": "done" if settled else "explained"})
    return {
        "report.answer": offer("report-answer", answer, main=settled, icon="send"),
        "report.close": offer("report-close", CloseForm(auto_id="id_close_%s"), main=True, icon="tick"),
        "report.reopen": offer("report-reopen", ReasonForm(auto_id="id_reopen_%s"), main=False, icon="back"),
    }
