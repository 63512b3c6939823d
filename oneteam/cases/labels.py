"""The words for what cases tell apart."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.cases.models import CashGround, Correction, Delivery, Ending, Moment, Payment, PenaltyKind
from oneteam.things.labels import PARTY_KINDS

__all__ = ["PARTY_KINDS"]

CORRECTIONS: dict[str, Promise] = {
    Correction.CORRECTED: _("Corrected"),
    Correction.NOT_CORRECTED: _("Not corrected"),
    Correction.REFUSED: _("The party refuses to correct it"),
}
PENALTIES: dict[str, Promise] = {
    PenaltyKind.WARNING: _("Warning"),
    PenaltyKind.FINE: _("Fine"),
    PenaltyKind.WARNING_AND_FINE: _("Warning and fine"),
}
PAYMENTS: dict[str, Promise] = {
    Payment.BANK: _("At the bank"),
    Payment.CASH: _("Cash on the spot"),
}
CASH_GROUNDS: dict[str, Promise] = {
    CashGround.SMALL: _("Fine of 100 yuan or less (article 68(1))"),
    CashGround.HARD_LATER: _("Hard to enforce later (article 68(2))"),
    CashGround.REMOTE: _("Remote place, at the party's request (article 69)"),
}
DELIVERIES: dict[str, Promise] = {
    Delivery.HANDED: _("Handed over and signed for"),
    Delivery.REFUSED: _("The party refused to sign"),
}
ENDINGS: dict[str, Promise] = {
    Ending.CORRECTED: _("Corrected in time"),
    Ending.MINOR: _("Minor, no harm done (article 33)"),
    Ending.UNDER_AGE: _("Party under 14 (article 30)"),
    Ending.NO_VIOLATION: _("No violation"),
    Ending.GENERAL_PROCEDURE: _("Goes over to the general procedure"),
}
MOMENTS: dict[str, Promise] = {
    Moment.FACTS: _("Facts of the violation"),
    Moment.RECHECK: _("Re-check"),
    Moment.DELIVERY: _("Delivery"),
}
