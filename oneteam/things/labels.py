"""The words for kinds and states of things."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.things.models import Accuracy, ComponentState, DeviceKind, PartyKind

PARTY_KINDS: dict[str, Promise] = {
    PartyKind.CITIZEN: _("Citizen"),
    PartyKind.INDIVIDUAL_BUSINESS: _("Individual business"),
    PartyKind.LEGAL_PERSON: _("Legal person"),
    PartyKind.OTHER_ORGANISATION: _("Other organisation"),
}
STATES: dict[str, Promise] = {
    ComponentState.INTACT: _("Intact"),
    ComponentState.DAMAGED: _("Damaged"),
    ComponentState.MISSING: _("Missing"),
    ComponentState.REMOVED: _("Removed"),
}
ACCURACIES: dict[str, Promise] = {
    Accuracy.A: _("A: within 0.5 m"),
    Accuracy.B: _("B: within 1 m"),
    Accuracy.C: _("C: within 10 m"),
}
DEVICE_KINDS: dict[str, Promise] = {
    DeviceKind.CAMERA: _("Camera"),
    DeviceKind.SENSOR: _("Sensor"),
    DeviceKind.RECORDER: _("Body recorder"),
    DeviceKind.HANDHELD: _("Phone of the office"),
    DeviceKind.VEHICLE: _("Vehicle"),
    DeviceKind.DRONE: _("Drone"),
}
PURPOSES: dict[str, Promise] = {
    "case": _("for a case"),
    "identity": _("to make sure who it is"),
    "contact": _("to reach them"),
    "delivery": _("to serve a document"),
    "request": _("they asked for it themselves"),
}
"""What somebody may look at a citizen's values for; open words of the journal, so nothing is typed here."""
