"""The interface's words for what a catalogue holds."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.lawbook.matters import Competence, Kind, Urgency
from oneteam.lawbook.penalties import PartyKind

KINDS: Mapping[str, Promise] = {
    Kind.ENFORCEMENT: _("Enforcement"),
    Kind.SERVICE: _("City service"),
    Kind.OTHER_AGENCY: _("Another agency"),
}
COMPETENCES: Mapping[str, Promise] = {
    Competence.AREA: _("Area brigades"),
    Competence.PROFESSIONAL: _("Professional brigades"),
}
URGENCIES: Mapping[str, Promise] = {
    Urgency.GENERAL: _("General"),
    Urgency.URGENT: _("Urgent"),
    Urgency.VERY_URGENT: _("Very urgent"),
}
PARTIES: Mapping[str, Promise] = {
    PartyKind.CITIZEN: _("Citizen"),
    PartyKind.INDIVIDUAL_BUSINESS: _("Individual business"),
    PartyKind.LEGAL_PERSON: _("Legal person"),
    PartyKind.OTHER_ORGANISATION: _("Other organisation"),
}
BASES: Mapping[str, Promise] = {
    "illegal_gains": _("of the illegal gains"),
    "value_of_goods": _("of the value of the goods"),
    "contract_price": _("of the contract price"),
    "turnover": _("of the turnover"),
    "project_cost": _("of the project's cost"),
    "fee_owed": _("of the fee owed"),
    "loss": _("of the loss"),
    "other": _("of the amount that the article names"),
}
MEASURES: Mapping[str, Promise] = {
    "m2": _("per square metre"),
    "m3": _("per cubic metre"),
    "head": _("per head"),
    "item": _("per item"),
    "day": _("per day"),
    "tree": _("per tree"),
    "vehicle": _("per vehicle"),
    "device": _("per device"),
    "tonne": _("per tonne"),
}
