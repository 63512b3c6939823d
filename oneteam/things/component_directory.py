"""The directories of components and devices."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import span, to_row
from oneteam.directories.pages import Directory, Edit, Filter, Shown, register_directory
from oneteam.places.queries import localised
from oneteam.things import component_acts, forms
from oneteam.things.codes import component_type
from oneteam.things.directory import READERS
from oneteam.things.labels import ACCURACIES, DEVICE_KINDS, STATES
from oneteam.things.models import Component, ComponentState, Device
from oneteam.web.parts import Chip, Fact

EDITORS = frozenset({"system_admin"})
CREW = READERS | {"contractor_manager", "contractor_crew"}
CHANGERS = EDITORS | {"dispatcher", "grid_attendant", "officer", "contractor_manager", "contractor_crew"}


def _named(row: Any) -> str:
    return localised(row.name_zh, row.name_en) if row else ""


def _type(row: Component) -> str:
    known = component_type(row.type)
    return known.name if known else row.type


def _state(row: Component) -> object:
    word = STATES[row.state]
    return Chip(word, "warn") if row.state in (ComponentState.DAMAGED, ComponentState.MISSING) else word


def _component_facts(row: Any, _at: datetime) -> list[Fact]:
    return [
        Fact(_("Type"), row.type, _type(row)),
        Fact(_("State"), _state(row)),
        Fact(_("Kept by"), _named(row.unit)),
        Fact(_("Credit code of the department"), row.department_code),
        Fact(_("Unit grid"), to_row("places", row.grid_id, _named(row.grid))),
        Fact(
            _("Point"), f"{row.lon}, {row.lat}", ACCURACIES[row.accuracy] if row.accuracy else _("accuracy not known")
        ),
        Fact(_("First recorded on"), row.first_date),
        Fact(_("Changed on"), row.changed_on or ""),
        Fact(_("Former code"), row.old_code),
    ]


register_directory(Directory(
    name="components", label=gettext_lazy("Components"), icon="settings", who=CREW, position=130,
    rows=lambda: Component.objects.select_related("unit", "grid").defer("grid__line", "grid__doors"),
    title=lambda row: f"{row.name} {row.code}", title_label=gettext_lazy("Component"), order=("code",),
    importer="components", facts=_component_facts,
    columns=[
        Shown("type", gettext_lazy("Type"), _type, sort="type"),
        Shown("state", gettext_lazy("State"), _state, sort="state"),
        Shown("unit", gettext_lazy("Kept by"), lambda row: _named(row.unit), sort="unit__code"),
        Shown("grid", gettext_lazy("Unit grid"), lambda row: _named(row.grid), sort="grid__code"),
        Shown("lon", gettext_lazy("Longitude"), lambda row: row.lon, only_exported=True),
        Shown("lat", gettext_lazy("Latitude"), lambda row: row.lat, only_exported=True),
    ],
    filters=[Filter("state", gettext_lazy("State"), lambda: list(STATES.items()), lambda value: Q(state=value))],
    search=lambda words: Q(code=words) | Q(old_code=words) | Q(name__icontains=words) | Q(type=words),
    search_label=gettext_lazy("Name, code or type"),
    edits=[
        Edit(name="register", button=gettext_lazy("Register component"), form=forms.ComponentForm,
             act=component_acts.register_component, who=EDITORS, icon="plus",
             told=gettext_lazy("Component registered")),
        Edit(name="change", button=gettext_lazy("Record state"), form=forms.StateForm,
             act=component_acts.change_component, who=CHANGERS, target="component", icon="pencil",
             told=gettext_lazy("State recorded"), initial=lambda row, _at: {"state": row.state}),
    ],
))  # fmt: skip

register_directory(Directory(
    name="devices", label=gettext_lazy("Devices"), icon="camera", who=READERS, position=140,
    rows=lambda: Device.objects.select_related("unit", "grid").defer("grid__line", "grid__doors"),
    title=lambda row: f"{row.name} {row.code}", title_label=gettext_lazy("Device"), order=("code",),
    importer="devices",
    chips=lambda row, _at: [Chip(_("retired"), "plain")] if row.used_to else [],
    columns=[
        Shown("kind", gettext_lazy("Kind"), lambda row: DEVICE_KINDS[row.kind], sort="kind",
              exported=lambda row: str(DEVICE_KINDS[row.kind])),
        Shown("plate", gettext_lazy("Plate"), lambda row: row.plate or "", sort="plate"),
        Shown("unit", gettext_lazy("Kept by"), lambda row: _named(row.unit), sort="unit__code"),
        Shown("grid", gettext_lazy("Unit grid"), lambda row: _named(row.grid), sort="grid__code"),
    ],
    filters=[Filter("kind", gettext_lazy("Kind"), lambda: list(DEVICE_KINDS.items()), lambda value: Q(kind=value))],
    search=lambda words: Q(code__iexact=words) | Q(name__icontains=words) | Q(plate=words.upper()),
    search_label=gettext_lazy("Name, code or plate"),
    facts=lambda row, _at: [
        Fact(_("Code"), row.code),
        Fact(_("Kind"), DEVICE_KINDS[row.kind]),
        Fact(_("Kept by"), _named(row.unit)),
        Fact(_("Plate"), row.plate or ""),
        Fact(_("Unit grid"), to_row("places", row.grid_id, _named(row.grid)) if row.grid else ""),
        Fact(_("In use"), span(row.used_from, row.used_to)),
    ],
    edits=[
        Edit(name="register", button=gettext_lazy("Register device"), form=forms.DeviceForm,
             act=component_acts.register_device, who=EDITORS, icon="plus", told=gettext_lazy("Device registered")),
        Edit(name="retire", button=gettext_lazy("Retire device"), form=forms.RetireForm,
             act=component_acts.retire_device, who=EDITORS, target="device", icon="cross",
             told=gettext_lazy("Device retired"), offered=lambda row, _at: row.used_to is None),
    ],
))  # fmt: skip
