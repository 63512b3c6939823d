"""The page of a case, and of one thing to do in it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.cases import labels, queries
from oneteam.cases.known import known_firms
from oneteam.cases.models import Case
from oneteam.cases.slots import CASE_PHOTOS
from oneteam.cases.wizard import PAGES, Page, address, beside, form_of, next_page, number_of
from oneteam.documents.queries import documents_about
from oneteam.documents.shown import documents_panel
from oneteam.files.queries import states
from oneteam.files.shown import photo_tile
from oneteam.journal.queries import timeline
from oneteam.lawbook.catalogue import matter_name
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.people.standing import person_names
from oneteam.procedures.queries import Next, NextState, RunView, next_steps, runs
from oneteam.procedures.shown import Returned, StepForm, clocks_of, offer, shown_check, shown_steps
from oneteam.things.queries import PartyInfo, parties
from oneteam.web.panels import Photos
from oneteam.web.parts import Chip, Clocks, Fact, Facts, Link, PageHeader, State, Step, Steps
from oneteam.web.slots import collect_bulk

READABLE = (
    "remark", "where", "act", "demand", "note", "statement", "ground_note", "no_order_reason", "refusal", "proof",
    "reason",
)  # fmt: skip
_STATES: dict[str, State] = {"closed": "ok", "ended": "plain", "decided": "info", "delivered": "info"}


def state_chip(run: RunView) -> Chip:
    """Return where a case stands."""
    return Chip(str(run.label), _STATES.get(run.state, "plain"))


def title_of(row: Case) -> str:
    """Return how a case is called: its matter, as far as it is known."""
    return matter_name(row.matter) if row.matter else _("On-the-spot case")


def case_context(request: PersonRequest, row: Case, *, at: datetime) -> dict[str, Any]:
    """Return what the template of a case shows."""
    run, clocks = runs([row.id])[row.id], clocks_of([row.id], at=at).get(row.id, [])
    steps = next_steps([row.id], request.acting.actor, at).get(row.id, [])
    party = parties([row.party_id]).get(row.party_id) if row.party_id else None
    photos = queries.photos(row.id)
    kept = states(photo.blob_id for photo in photos)
    return {
        "header": PageHeader(
            title=title_of(row), crumbs=[Link(_("Cases"), reverse("cases"))],
            chips=[state_chip(run), *[clock for clock in clocks if clock.stopped is None][:1]],
            facts=[_("Case no. %(number)d") % {"number": row.number}, *([party.name] if party else [])],
            links=[Link(_("Proof"), reverse("case-proof", args=[row.id]))],
        ),
        "facts": Facts(_facts(row, party)),
        "told": queries.texts(row),
        "steps": Steps(_steps(row, steps), title=_("Next steps")),
        "clocks": Clocks(clocks, title=_("Time limits")),
        "documents": documents_panel(documents_about([row.id])[row.id]),
        "photos": Photos(
            [
                *collect_bulk(CASE_PHOTOS, request, [row]).get(row.id, []),
                *(photo_tile(one.blob_id, kept[one.blob_id], kind=labels.MOMENTS[one.moment]) for one in photos),
            ],
            title=_("Photos"), empty=_("No photo was taken yet."),
        ),
        "timeline": shown_timeline(timeline(row.id), told=READABLE, words=_word),
    }  # fmt: skip


def _word(name: str, value: object) -> str | None:
    """Return a matter's name for its code."""
    return matter_name(str(value)) if name == "matter" and value else None


def _facts(row: Case, party: PartyInfo | None) -> list[Fact]:
    names = person_names(row.officers)
    facts = [
        Fact(_("Officers"), _(", ").join(names[one] for one in row.officers)),
        Fact(_("Party"), party.name if party else _("not identified yet"),
             note=str(labels.PARTY_KINDS[party.kind]) if party else ""),
        Fact(_("Identity number or credit code"), (party.id_number or party.credit_code) if party else ""),
        Fact(_("Premises"), row.premises.name if row.premises else ""),
        Fact(_("Found"), row.found_at or ""),
        Fact(_("Incident"), _("No. %(number)d") % {"number": row.incident.number} if row.incident else ""),
        Fact(_("Re-check"), str(labels.CORRECTIONS[row.correction]) if row.correction else ""),
        Fact(_("Penalty"), _penalty(row)),
        Fact(_("Payment"), str(labels.PAYMENTS[row.payment]) if row.payment else ""),
        Fact(_("Ended"), str(labels.ENDINGS[row.ending]) if row.ending else ""),
    ]  # fmt: skip
    return [fact for fact in facts if fact.value != ""]


def _penalty(row: Case) -> str:
    if not row.penalty:
        return ""
    word = str(labels.PENALTIES[row.penalty])
    return f"{word} ¥{row.amount:,.2f}" if row.amount is not None else word


def _steps(row: Case, steps: list[Next]) -> list[Step]:
    """Return the next steps: the one that is due as the main act, the others as links, what is done left out."""
    due = next_page(row, steps)
    known = [one for one in steps if not _idle(row, one)]
    offers = {one.step: StepForm(action=address(row, one.step.rpartition(".")[2])) for one in known}
    found = []
    for one, step in zip(_ordered(known), shown_steps(_ordered(known), offers), strict=True):
        verb = one.step.rpartition(".")[2]
        if step.status == "lawful":
            main = verb == due
            page = PAGES[verb]
            step = replace(
                step, action="", url=address(row, verb), main=main, icon=page.icon if main else "", hint="",
                button=str(page.title), title=str(page.title),
            )  # fmt: skip
        found.append((0 if step.main else 1, step))
    return [step for _rank, step in sorted(found, key=lambda pair: pair[0])]


def _ordered(steps: list[Next]) -> list[Next]:
    rank = {NextState.LAWFUL: 0, NextState.BLOCKED: 1, NextState.OTHER: 2}
    return sorted(steps, key=lambda one: rank[one.state])


def _idle(row: Case, step: Next) -> bool:
    """Tell whether a step is not worth a line: done already, or nothing there to enter (OT-22)."""
    verb = step.step.rpartition(".")[2]
    once, cash = verb in ("show", "record", "pay", "hand_in", "bank"), row.payment == "cash"
    unpaid = (verb == "pay" and (cash or row.amount is None)) or (verb in ("hand_in", "bank") and not cash)
    return unpaid or (once and PAGES[verb].done(row)) or any(failed.id == "OT-22" for failed in step.blockers)


def page_context(
    request: PersonRequest, row: Case, page: Page, *, at: datetime, returned: Returned | None
) -> dict[str, Any]:
    """Return what one page of the way shows: the one step, or why it cannot be taken now."""
    steps = next_steps([row.id], request.acting.actor, at).get(row.id, [])
    found = next((one for one in steps if one.step == page.step), None)
    party = parties([row.party_id]).get(row.party_id) if row.party_id else None
    back = returned.forms.get(page.step) if returned else None
    form = form_of(page, row, request, at, back=back)
    offered = offer(page.step, row.id, form=form if form.fields else None, returned=returned, main=True, icon=page.icon)
    sent = replace(returned, forms={page.step: form}) if returned else None
    step = _step(page, found, replace(offered, button=str(page.button)))
    return {
        "header": PageHeader(
            title=page.title,
            crumbs=[Link(_("Cases"), reverse("cases")), Link(title_of(row), reverse("case", args=[row.id]))],
            facts=[
                one for one in (
                    number_of(page), _("Case no. %(number)d") % {"number": row.number}, party.name if party else "",
                ) if one
            ],
        ),
        "sent_back": sent.above([found] if found else [], {page.step: offered}) if sent else None,
        "step": step,
        "steps": Steps([step], title=_("Next steps")),
        "beside": beside(page, row, at),
        "known": known_firms(request) if page.verb == "identify" and step.status == "lawful" else None,
        "skip": address(row, "hear") if page.verb == "order" and found is not None else "",
        "documents": documents_panel(issued) if (issued := documents_about([row.id])[row.id]) else None,
        "case_url": reverse("case", args=[row.id]),
    }  # fmt: skip


def _step(page: Page, found: Next | None, offered: StepForm) -> Step:
    if found is None:
        return Step(str(page.title), "other", hint=_("This is not to be done now."))
    if found.state is NextState.OTHER:
        return Step(str(page.title), "other", hint=_("For: %(who)s") % {"who": _(", ").join(found.for_whom)})
    sent = offered.form is not None and offered.form.is_bound
    # What only the form can cure (a reason, the number of a receipt) must not hide the form.
    if found.state is NextState.BLOCKED and not sent:
        return Step(str(page.title), "blocked", checks=[shown_check(one) for one in found.blockers])
    return Step(
        str(page.title), "lawful", button=offered.button, action=offered.action, icon=offered.icon, main=True,
        form=offered.form, key=offered.key,
        checks=[] if sent else [shown_check(one) for one in found.warnings],
    )  # fmt: skip
