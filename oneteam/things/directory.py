"""The directories of parties, premises and licences. Personal values come masked; lists never show them at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import span, to_row
from oneteam.directories.pages import Directory, Edit, Filter, Look, Shown, register_directory
from oneteam.kernel.clock import legal_day
from oneteam.people.standing_acts import CONCERNED, declare_interest
from oneteam.places.queries import localised
from oneteam.things import forms, party_acts, premises_acts
from oneteam.things.branches import branch_names, named
from oneteam.things.labels import PARTY_KINDS, PURPOSES
from oneteam.things.models import Licence, Party, PartyKind, Premises
from oneteam.things.party_acts import FIELD, KEEPERS
from oneteam.things.queries import party_infos
from oneteam.web.panels import Way, Ways
from oneteam.web.parts import Chip, Fact

READERS = frozenset({
    "dispatcher", "grid_attendant", "officer", "brigade_leader", "legal_reviewer", "stationed_lawyer", "head",
    "cashier", "guest", "trainer", "auditor", "system_admin",
})  # fmt: skip
EDITORS = (KEEPERS | FIELD) - {"operator"}
TOLD = {
    "citizen_name": gettext_lazy("Name"), "id_number": gettext_lazy("Identity number"),
    "phone": gettext_lazy("Phone"), "home": gettext_lazy("Address"),
    "representative": gettext_lazy("Legal representative"),
}  # fmt: skip
"""The protected values of a party, in the order of a look at them."""
CORRECTORS = frozenset({"system_admin", "officer", "brigade_leader"})


def _load_parties(rows: Sequence[Any]) -> None:
    infos = party_infos(rows)
    for row in rows:
        row.info = infos[row.pk]


def _party_name(row: Any) -> str:
    return row.info.name or _("(erased)")


def _party_facts(row: Any, _at: datetime) -> list[Fact]:
    info = row.info
    return [
        Fact(_("Kind"), PARTY_KINDS[info.kind]),
        Fact(_("Unified social credit code"), info.credit_code),
        Fact(_("Address"), info.address),
        Fact(_("Legal representative"), info.representative),
        Fact(_("Identity number"), info.id_number),
        Fact(_("Phone"), info.phone),
        Fact(_("Former names"), _(", ").join(info.former_names)),
    ]


def _party_sections(_request: HttpRequest, row: Any, _at: datetime) -> list[object]:
    premises = Premises.objects.filter(party=row.pk).order_by("closed_on", "name")[:50]
    return [Ways(_("Premises"), [
        Way(each.name, reverse("directory-row", args=["premises", each.id]), "pin", each.address) for each in premises
    ], empty=_("No premises are registered for this party."))]  # fmt: skip


def _own_tie(target: str) -> Edit:
    """What an officer or attendant declares of himself, to be kept out of every case about it (OFF-03)."""
    return Edit(
        name="tie", button=gettext_lazy("Declare my tie"), form=forms.OwnTieForm, act=declare_interest, target=target,
        who=CONCERNED, icon="people", told=gettext_lazy("Your tie is declared"),
    )  # fmt: skip


register_directory(Directory(
    name="parties", label=gettext_lazy("Parties"), icon="person", who=READERS, position=100,
    rows=Party.objects.all, load=_load_parties, title=_party_name, title_label=gettext_lazy("Party"),
    order=("name", "id"), facts=_party_facts, sections=_party_sections, importer="parties",
    chips=lambda row, _at: [Chip(_("deregistered"), "warn")] if row.ended_on else [],
    columns=[
        Shown("kind", gettext_lazy("Kind"), lambda row: PARTY_KINDS[row.kind], sort="kind",
              exported=lambda row: str(PARTY_KINDS[row.kind])),
        Shown("credit_code", gettext_lazy("Unified social credit code"), lambda row: row.credit_code or "",
              sort="credit_code"),
        Shown("address", gettext_lazy("Address"), lambda row: row.address),
    ],
    filters=[
        Filter("kind", gettext_lazy("Kind"), lambda: list(PARTY_KINDS.items()), lambda value: Q(kind=value)),
    ],
    search=lambda words: Q(name__icontains=words) | Q(credit_code=words.upper()) | Q(former_names__contains=[words]),
    search_label=gettext_lazy("Name or credit code"),
    look=Look(act=party_acts.look_at_party, target="party", who=party_acts.LOOKERS, purposes=PURPOSES, labels=TOLD,
              offered=lambda row: row.info.is_told),
    edits=[
        Edit(name="register", button=gettext_lazy("Register party"), form=forms.PartyForm, keyed=True,
             act=party_acts.register_party, who=EDITORS, icon="plus", told=gettext_lazy("Party registered")),
        Edit(name="correct", button=gettext_lazy("Correct party"), form=forms.CorrectPartyForm,
             act=party_acts.correct_party, who=CORRECTORS, target="party", icon="pencil",
             told=gettext_lazy("Party corrected"),
             initial=lambda row, _at: {} if row.kind == PartyKind.CITIZEN else {
                 "name": row.name, "credit_code": row.credit_code, "address": row.address,
             }),
        Edit(name="end", button=gettext_lazy("Party is no more"), form=forms.EndPartyForm, act=party_acts.end_party,
             who=frozenset({"system_admin"}), target="party", icon="cross", told=gettext_lazy("Party ended"),
             offered=lambda row, _at: row.ended_on is None),
        _own_tie("party"),
    ],
))  # fmt: skip


# Premises -----------------------------------------------------------------------------------------------------------


def _load_premises(rows: Sequence[Any]) -> None:
    infos = party_infos([row.party for row in rows])
    for row in rows:
        row.info = infos[row.party_id]


def _grid(row: Any) -> str:
    return localised(row.grid.name_zh, row.grid.name_en) if row.grid else ""


def _premises_facts(row: Any, _at: datetime) -> list[Fact]:
    return [
        Fact(_("Party"), to_row("parties", row.party_id, _party_name(row))),
        Fact(_("Address"), row.address),
        Fact(_("Fields"), named(row.fields)),
        Fact(_("Unit grid"), to_row("places", row.grid_id, _grid(row)) if row.grid else ""),
        Fact(_("Point"), f"{row.lon}, {row.lat}"),
        Fact(_("Opened on"), row.opened_on),
        Fact(_("Closed from"), row.closed_on or ""),
    ]


def _premises_sections(_request: HttpRequest, row: Any, at: datetime) -> list[object]:
    licences = Licence.objects.filter(premises=row.pk).order_by("name", "-valid_from")
    return [Ways(_("Licences"), [
        Way(f"{each.name} {each.number}", reverse("directory-row", args=["licences", each.id]), "file",
            _validity(each, at) or span(each.valid_from, each.valid_to))
        for each in licences
    ], empty=_("No licence is recorded here."))]  # fmt: skip


def _validity(licence: Licence, at: datetime) -> Chip | None:
    day = legal_day(at)
    if licence.valid_to is not None and licence.valid_to < day:
        return Chip(_("expired"), "danger")
    return Chip(_("not yet valid"), "warn") if licence.valid_from > day else None


def _premises_initial(row: Any, _at: datetime) -> Mapping[str, object]:
    return {
        "name": row.name, "address": row.address, "branches": row.fields, "lon": row.lon, "lat": row.lat,
    }  # fmt: skip


register_directory(Directory(
    name="premises", label=gettext_lazy("Premises"), icon="home", who=READERS, position=110,
    rows=lambda: Premises.objects.select_related("party", "grid").defer("grid__line", "grid__doors"),
    load=_load_premises, title=lambda row: row.name, title_label=gettext_lazy("Premises"), order=("name", "id"),
    facts=_premises_facts, sections=_premises_sections, importer="premises",
    chips=lambda row, at: [] if row.open_on(legal_day(at)) else [Chip(_("closed"), "warn")],
    columns=[
        Shown("party", gettext_lazy("Party"), lambda row: to_row("parties", row.party_id, _party_name(row)),
              sort="party__name"),
        Shown("address", gettext_lazy("Address"), lambda row: row.address),
        Shown("grid", gettext_lazy("Unit grid"), _grid, sort="grid__code"),
        Shown("fields", gettext_lazy("Fields"), lambda row: named(row.fields),
              exported=lambda row: " ".join(row.fields)),
        Shown("credit_code", gettext_lazy("Credit code"), lambda row: row.party.credit_code or "", only_exported=True),
        Shown("lon", gettext_lazy("Longitude"), lambda row: row.lon, only_exported=True),
        Shown("lat", gettext_lazy("Latitude"), lambda row: row.lat, only_exported=True),
        Shown("opened_on", gettext_lazy("Opened on"), lambda row: row.opened_on, only_exported=True),
    ],
    filters=[
        Filter("field", gettext_lazy("Field"), lambda: branch_names().items(),
               lambda value: Q(fields__contains=[value])),
        Filter("state", gettext_lazy("State"), lambda: [("open", _("In business")), ("closed", _("Out of business"))],
               lambda value: Q(closed_on__isnull=value == "open")),
    ],
    search=lambda words: Q(name__icontains=words) | Q(address__icontains=words) | Q(party__credit_code=words.upper()),
    search_label=gettext_lazy("Name, address or credit code"),
    edits=[
        Edit(name="register", button=gettext_lazy("Register premises"), form=forms.NewPremisesForm, keyed=True,
             act=premises_acts.register_premises, who=EDITORS, icon="plus", told=gettext_lazy("Premises registered")),
        Edit(name="correct", button=gettext_lazy("Correct premises"), form=forms.PremisesForm,
             act=premises_acts.correct_premises, who=EDITORS, target="premises", icon="pencil",
             told=gettext_lazy("Premises corrected"), initial=_premises_initial),
        Edit(name="licence", button=gettext_lazy("Record licence"), form=forms.LicenceForm,
             act=premises_acts.record_licence, who=EDITORS, target="premises", icon="file",
             told=gettext_lazy("Licence recorded"), offered=lambda row, _at: row.closed_on is None),
        Edit(name="hand_over", button=gettext_lazy("Hand over premises"), form=forms.HandOverForm,
             act=premises_acts.hand_over_premises, who=EDITORS, target="premises", icon="swap",
             told=gettext_lazy("Premises handed over"), offered=lambda row, _at: row.closed_on is None),
        Edit(name="close", button=gettext_lazy("Close premises"), form=forms.ClosePremisesForm,
             act=premises_acts.close_premises, who=EDITORS, target="premises", icon="cross",
             told=gettext_lazy("Premises closed"), offered=lambda row, _at: row.closed_on is None),
        _own_tie("premises"),
    ],
))  # fmt: skip

register_directory(Directory(
    name="licences", label=gettext_lazy("Licences"), icon="file", who=READERS, position=120,
    rows=lambda: Licence.objects.select_related("premises"), title=lambda row: f"{row.name} {row.number}",
    title_label=gettext_lazy("Licence"), order=("valid_to", "id"), importer="licences",
    # A licence stands in the file of its premises.
    subject=lambda row: row.premises_id,
    chips=lambda row, at: [chip] if (chip := _validity(row, at)) else [],
    columns=[
        Shown("premises", gettext_lazy("Premises"),
              lambda row: to_row("premises", row.premises_id, row.premises.name), sort="premises__name"),
        Shown("issuer", gettext_lazy("Issuing authority"), lambda row: row.issuer, sort="issuer"),
        Shown("valid_from", gettext_lazy("First day"), lambda row: row.valid_from, sort="valid_from"),
        Shown("valid_to", gettext_lazy("Last day"), lambda row: row.valid_to or "", sort="valid_to"),
    ],
    search=lambda words: Q(number__iexact=words) | Q(name__icontains=words) | Q(premises__name__icontains=words),
    search_label=gettext_lazy("Name, number or premises"),
    facts=lambda row, _at: [
        Fact(_("Premises"), to_row("premises", row.premises_id, row.premises.name)),
        Fact(_("Number"), row.number),
        Fact(_("Issuing authority"), row.issuer),
        Fact(_("Valid"), span(row.valid_from, row.valid_to)),
    ],
    edits=[
        Edit(name="end", button=gettext_lazy("End licence"), form=forms.EndLicenceForm,
             act=premises_acts.end_licence, who=EDITORS, target="licence", icon="pencil",
             told=gettext_lazy("Licence ended")),
    ],
))  # fmt: skip
