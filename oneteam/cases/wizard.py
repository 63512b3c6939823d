"""The way of a case on the phone: one thing a page, in the order of work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BaseForm
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases import closing, deciding, labels, ordering, queries
from oneteam.cases import forms as room_forms
from oneteam.cases.acts import identify_party, note_facts, show_certificates
from oneteam.cases.facts import PROCEDURE
from oneteam.cases.known import chosen
from oneteam.cases.models import PARTS, Case, PenaltyKind
from oneteam.cases.opening import officers_for
from oneteam.cases.papers import DECISION, decision_values, matter_of, provisions
from oneteam.cases.replacing import replace_officer
from oneteam.documents.queries import RegisterFilter, register
from oneteam.documents.shown import preview_paper
from oneteam.intake.queries import seen_on_patrol
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.offers import matter_choices
from oneteam.lawbook.page import ranges_text
from oneteam.lawbook.penalties import PartyKind
from oneteam.lawbook.queries import individual_business, on_the_spot_limit
from oneteam.people.middleware import PersonRequest
from oneteam.people.standing import certificates_on, person_names
from oneteam.procedures.queries import Next, NextState
from oneteam.things.queries import births, premises_of
from oneteam.web.parts import Fact, Facts
from oneteam.web.widgets import SearchedSelect


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the step it takes, what it asks, its form and its act. `done` tells from the row that it was taken."""

    verb: str
    title: str | Promise
    button: str | Promise
    said: str | Promise
    act: Callable[..., object]
    form: type[forms.Form] = forms.Form
    done: Callable[[Case], bool] = lambda row: False
    counted: bool = True
    icon: str = "right"

    @property
    def step(self) -> str:
        """The step's name in the procedure."""
        return f"{PROCEDURE}.{self.verb}"


def heard(row: Case) -> bool:
    """Tell whether the party was told and heard since party and facts were last entered."""
    return row.told_at is not None and (row.facts_at is None or row.told_at >= row.facts_at)


PAGES: Mapping[str, Page] = {
    page.verb: page
    for page in (
        Page(
            "show", gettext_lazy("Show both certificates"), gettext_lazy("We showed our certificates"),
            gettext_lazy("Certificates noted"), show_certificates,
            done=lambda row: row.shown_at is not None, icon="tick",
        ),
        Page(
            "identify", gettext_lazy("Who is the party?"), gettext_lazy("Keep the party"),
            gettext_lazy("Party noted"), identify_party, room_forms.IdentifyForm,
            done=lambda row: row.party_id is not None,
        ),
        Page(
            "note", gettext_lazy("What did you find?"), gettext_lazy("Keep the facts"),
            gettext_lazy("Facts noted"), note_facts, room_forms.NoteForm, done=lambda row: row.facts_act is not None,
        ),
        Page(
            "order", gettext_lazy("What is to be corrected?"), gettext_lazy("Issue the order"),
            gettext_lazy("Order to correct issued"), ordering.order_correction, room_forms.OrderForm,
            done=lambda row: row.ordered_at is not None, icon="file",
        ),
        Page(
            "recheck", gettext_lazy("Was it corrected?"), gettext_lazy("Keep the re-check"),
            gettext_lazy("Re-check noted"), ordering.recheck, room_forms.RecheckForm,
            done=lambda row: row.rechecked_at is not None,
        ),
        Page(
            "hear", gettext_lazy("Tell and hear the party"), gettext_lazy("The party was told and heard"),
            gettext_lazy("Told and heard"), deciding.hear, room_forms.HearForm, done=heard,
        ),
        Page(
            "decide", gettext_lazy("Check and decide"), gettext_lazy("Decide"),
            gettext_lazy("Decision numbered and sealed"), deciding.decide, room_forms.DecideForm,
            done=lambda row: row.decided_at is not None, icon="lock",
        ),
        Page(
            "deliver", gettext_lazy("Hand the decision over"), gettext_lazy("Keep the delivery"),
            gettext_lazy("Delivery noted"), closing.deliver, room_forms.DeliverForm,
            done=lambda row: row.delivered_at is not None,
        ),
        Page(
            "record", gettext_lazy("Report for the record"), gettext_lazy("Report to the agency"),
            gettext_lazy("Reported for the record"), closing.report_for_record,
            done=lambda row: row.recorded_at is not None, counted=False, icon="send",
        ),
        Page(
            "pay", gettext_lazy("Enter the payment"), gettext_lazy("Enter payment"), gettext_lazy("Payment entered"),
            closing.enter_payment, room_forms.SlipForm, done=lambda row: row.paid_at is not None, counted=False,
        ),
        Page(
            "hand_in", gettext_lazy("Take in the cash"), gettext_lazy("I have the cash"), gettext_lazy("Cash taken in"),
            closing.hand_in, done=lambda row: row.handed_in_at is not None, counted=False, icon="tick",
        ),
        Page(
            "bank", gettext_lazy("Pay the cash in at the bank"), gettext_lazy("Enter the bank's slip"),
            gettext_lazy("Cash paid in"), closing.bank, room_forms.SlipForm,
            done=lambda row: row.banked_at is not None, counted=False,
        ),
        Page(
            "close", gettext_lazy("Close the case"), gettext_lazy("Close case"), gettext_lazy("Case closed"),
            closing.close_case, counted=False, icon="tick",
        ),
        Page(
            "end", gettext_lazy("End without penalty"), gettext_lazy("End case"), gettext_lazy("Case ended"),
            closing.end_case, room_forms.EndForm, counted=False, icon="back",
        ),
        Page(
            "replace", gettext_lazy("Replace an officer"), gettext_lazy("Replace officer"),
            gettext_lazy("Officer replaced"), replace_officer, room_forms.ReplaceForm, counted=False, icon="swap",
        ),
    )
}  # fmt: skip
ASIDE = frozenset({"end", "replace"})
"""Pages that are never the next one on the way."""
COUNTED = [page.verb for page in PAGES.values() if page.counted]


def next_page(row: Case, steps: Sequence[Next]) -> str:
    """Return the page that comes next in the order of work, "" where the acting person has nothing to do now.

    A two-step matter is not decided before its re-check; what blocks a step is shown on the case's page.
    """
    lawful = {one.step.rpartition(".")[2] for one in steps if one.state is NextState.LAWFUL}
    for page in PAGES.values():
        if page.verb in lawful and page.verb not in ASIDE and not page.done(row) and not _too_early(page, row):
            return page.verb
    return ""


def _too_early(page: Page, row: Case) -> bool:
    """Tell whether a lawful step is better not offered yet: what comes before it on the way is still open."""
    if page.verb in ("hear", "decide") and row.ordered_at is not None and row.rechecked_at is None:
        matter = matter_of(row)
        return bool(matter and matter.two_step)
    return page.verb == "order" and (row.party_id is None or row.facts_act is None)


def form_of(page: Page, row: Case, request: PersonRequest, at: datetime, *, back: BaseForm | None = None) -> BaseForm:
    """Return the form of a page, as it came back or new with what is known, without fields that do not apply."""
    initial = chosen(request) if page.verb == "identify" else _initial(page, row, at)
    form = back or page.form(initial=initial, auto_id=f"id_{page.verb}_%s")
    _fit(page, form, row, request, at)
    # Needed with the choice that shows them: no "optional" beside them, and nothing that a hidden field could block.
    form.use_required_attribute = False
    for name in getattr(form, "asked", ()):
        form.fields[name].required = True
    return form


def _initial(page: Page, row: Case, at: datetime) -> dict[str, Any]:
    told = queries.texts(row)
    if page.verb == "note":
        found = {"matter": row.matter or (row.incident.matter if row.incident else ""), "premises": row.premises_id}
        where = told.get("where") or _where(row)
        return {"found_at": row.found_at or _seen(row), "where": where, "act": told.get("act"), **found}
    if page.verb == "order":
        return {"consequence": _consequence(row)}
    if page.verb == "hear":
        return {"penalty": row.told_penalty or PenaltyKind.FINE, "amount": row.told_amount}
    if page.verb == "replace":
        return {"leaving": row.second_id}
    if page.verb == "decide":
        return {"penalty": row.told_penalty or PenaltyKind.FINE, "amount": row.told_amount, "payment": "bank"}
    return {}


def _seen(row: Case) -> datetime:
    """Return when what led to a case was seen: by the patrol, else by the officers who opened it."""
    return (seen_on_patrol(row.incident_id) if row.incident_id else None) or row.opened_at


def _where(row: Case) -> str:
    """Return the place of a case's incident, as documents name it: in Chinese."""
    place = row.incident.place if row.incident else None
    return place.name_zh if place else ""


def _consequence(row: Case) -> str:
    """Return what follows otherwise, as the document says it: in Chinese."""
    matter = matter_of(row)
    if matter is None or row.found_at is None:
        return ""
    return f"依据{provisions(matter, legal_day(row.found_at))[1]}，依法给予行政处罚。"


def _fit(page: Page, form: BaseForm, row: Case, request: PersonRequest, at: datetime) -> None:
    """Take out the fields that this case does not ask for, and give the others their choices."""
    fields, matter = form.fields, matter_of(row)
    if page.verb == "note":
        matters = form.fields["matter"].widget
        assert isinstance(matters, SearchedSelect)
        likely = [form.data.get("matter"), row.matter, row.incident.matter if row.incident else ""]
        matters.choices = matter_choices(legal_day(at), likely=likely, words=matters.words)
        places = premises_of(row.party_id) if row.party_id else []
        choices = [("", _("None")), *((str(one.id), one.name) for one in places)]
        _offer(form, "premises", choices, needed=bool(places))
    if page.verb == "replace":
        names = person_names(row.officers)
        _offer(form, "leaving", [(str(one), names[one]) for one in row.officers], needed=True)
        both = {str(one) for one in row.officers}
        others = [one for one in officers_for(request, at) if one[0] not in both]
        _offer(form, "joining", [("", _("Choose a person")), *others], needed=True)
    natural = row.party is None or row.party.kind != "legal_person"
    if page.verb in ("hear", "decide"):
        grounds = fields["grounds"]
        assert isinstance(grounds, forms.ChoiceField)
        grounds.choices = [one for one in room_forms.GROUNDS.items() if natural or one[0] not in room_forms.NATURAL]
        fine = [one.fine for one in matter.penalties if one.fine] if matter else []
        _keep(form, "measured", any(not one.fixed for one in fine))
        kinds = matter.kinds(legal_day(row.found_at or row.opened_at)) if matter else frozenset()
        penalty = fields["penalty"]
        assert isinstance(penalty, forms.ChoiceField)
        penalty.choices = [
            (kind, word) for kind, word in labels.PENALTIES.items()
            if not matter or PARTS[PenaltyKind(kind)] <= kinds
        ]  # fmt: skip
    if page.verb == "decide":
        born = births([row.party_id]).get(row.party_id) if row.party_id else None
        _keep(form, "lighter", natural and (born is None or legal_day(at).year - born.year <= 18))
        _keep(form, "no_order_reason", row.ordered_at is None)
        numbers = _reserved(request, at)
        _offer(form, "number", [("", _("The next one")), *((one, one) for one in numbers)], needed=bool(numbers))
        _keep(form, "happened", bool(numbers))


def _offer(form: BaseForm, name: str, choices: list[tuple[str, Any]], *, needed: bool) -> None:
    widget = form.fields[name].widget
    assert isinstance(widget, forms.Select)
    widget.choices = choices
    _keep(form, name, needed)


def _keep(form: BaseForm, name: str, wanted: bool) -> None:  # noqa: FBT001 -- it is what the line says
    if not wanted and name not in form.errors:
        del form.fields[name]


def _reserved(request: PersonRequest, at: datetime) -> list[str]:
    """Return the numbers of decisions that the acting person holds for a device this year."""
    wanted = RegisterFilter("on_the_spot", legal_day(at).year, state="reserved", holder=request.acting.post.person)
    return sorted(number.text for number in register(wanted))


def beside(page: Page, row: Case, at: datetime) -> list[object]:
    """Return what a page shows beside its form: certificates, what was ordered, the range, the decision's look."""
    if page.verb == "show":
        return [Facts(_certificates(row, at))]
    if page.verb == "recheck" and row.ordered_at:
        return [Facts([Fact(_("Ordered"), row.ordered_at), Fact(_("Deadline"), row.deadline or _("At once"))])]
    if page.verb in ("hear", "decide"):
        found: list[object] = [Facts(_amounts(row, at))]
        if page.verb == "decide" and row.told_penalty:
            values = decision_values(row, at=at, penalty=row.told_penalty, amount=row.told_amount, payment="bank")
            found.append(preview_paper(DECISION, values, day=legal_day(at)))
        return found
    return []


def _certificates(row: Case, at: datetime) -> list[Fact]:
    names, held = person_names(row.officers), certificates_on(row.officers, legal_day(at))
    return [
        Fact(names[one], held[one].number if one in held else _("no certificate valid today")) for one in row.officers
    ]


def _amounts(row: Case, at: datetime) -> list[Fact]:
    """Return the range of the matter and the limit on the spot for this party."""
    matter, party = matter_of(row), PartyKind(row.party.kind) if row.party else None
    if matter is None or party is None:
        return []
    day = legal_day(row.found_at or row.opened_at)
    ranges = matter.fine_ranges(party, day, individual_business=individual_business("fine_range"))
    bases = ", ".join(str(one.label) for one in matter.bases_on(day))
    limit = _("%(limit)s yuan") % {"limit": f"{on_the_spot_limit(party, legal_day(at)):f}"}
    return [
        Fact(_("Fine of the matter"), ranges_text(ranges) if ranges else _("none for this kind of party"), note=bases),
        Fact(_("At most on the spot"), limit, note=_("Penalty Law, article 51")),
    ]


def number_of(page: Page) -> str:
    """Return how far on the way a page is, such as 3/8; "" for what comes after the decision."""
    return f"{COUNTED.index(page.verb) + 1}/{len(COUNTED)}" if page.counted else ""


def address(row: Case, verb: str) -> str:
    """Return the address of a page of the way, or of the case where there is none."""
    return reverse(f"{PROCEDURE}-{verb}", args=[row.id]) if verb else reverse("case", args=[row.id])
