"""The directory of units: its pages and its import. What another directory looks like is said here, too."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import Chosen, span
from oneteam.directories.importing import Batch, Column, Entry, Importer, each, register_importer
from oneteam.directories.pages import Directory, Edit, Filter, Shown, register_directory
from oneteam.kernel import sheets
from oneteam.kernel.errors import Fault
from oneteam.people import acts, units
from oneteam.people.labels import UNIT_KINDS
from oneteam.people.models import Role, Unit
from oneteam.people.register_forms import LastDayForm, unit_name
from oneteam.places.queries import all_places, localised
from oneteam.web.parts import Fact, Link

EDITORS = frozenset({Role.SYSTEM_ADMIN.value})
READERS = frozenset(Role.values) - {Role.CONTRACTOR_CREW}


def _name(unit: Unit) -> str:
    return localised(unit.name_zh, unit.name_en)


def _parent(unit: Unit) -> object:
    return Link(_name(unit.parent), reverse("directory-row", args=["units", unit.parent.pk])) if unit.parent else ""


def _area(unit: Unit) -> str:
    return localised(unit.area.name_zh, unit.area.name_en) if unit.area else ""


def _facts(unit: Unit, _at: datetime) -> list[Fact]:
    return [
        Fact(_("Code"), unit.code),
        Fact(_("Kind"), UNIT_KINDS[unit.kind]),
        Fact(_("Belongs to"), _parent(unit)),
        Fact(_("Area"), _area(unit)),
        Fact(_("Exists"), span(unit.valid_from, unit.valid_to)),
    ]


class UnitForm(forms.Form):
    """What a unit is called and where it belongs."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=100)
    parent = Chosen(
        Unit.objects.order_by("code"), word=unit_name, label=gettext_lazy("Belongs to"), required=False,
        ask=gettext_lazy("No unit above it"),
    )  # fmt: skip


class NewUnitForm(UnitForm):
    """A unit that is not registered yet."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(UNIT_KINDS.items()))
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    field_order = ("code", "kind", "name_zh", "name_en", "parent", "area")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = [
            (str(place.id), localised(place.name_zh, place.name_en)) for place in all_places() if place.kind == "area"
        ]
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *areas]

    def clean_area(self) -> UUID | None:
        """The act takes an id."""
        chosen = self.cleaned_data["area"]
        return UUID(chosen) if chosen else None


register_directory(
    Directory(
        name="units",
        label=gettext_lazy("Units"),
        icon="team",
        who=READERS,
        position=10,
        rows=lambda: Unit.objects.select_related("parent", "area"),
        title=_name,
        title_label=gettext_lazy("Unit"),
        order=("code",),
        columns=[
            Shown("code", gettext_lazy("Code"), lambda unit: unit.code, sort="code"),
            Shown(
                "kind", gettext_lazy("Kind"), lambda unit: UNIT_KINDS[unit.kind], sort="kind",
                exported=lambda unit: str(UNIT_KINDS[unit.kind]),
            ),
            Shown("parent", gettext_lazy("Belongs to"), _parent, sort="parent__code"),
            Shown("area", gettext_lazy("Area"), _area, sort="area__code"),
        ],
        filters=[
            Filter("kind", gettext_lazy("Kind"), lambda: list(UNIT_KINDS.items()), lambda value: Q(kind=value)),
        ],
        search=lambda words: Q(name_zh__icontains=words) | Q(name_en__icontains=words) | Q(code__iexact=words),
        search_label=gettext_lazy("Name or code"),
        facts=_facts,
        edits=[
            Edit(
                name="register", button=gettext_lazy("Register unit"), form=NewUnitForm, act=acts.register_unit,
                who=EDITORS, icon="plus", told=gettext_lazy("Unit registered"),
            ),
            Edit(
                name="correct", button=gettext_lazy("Correct unit"), form=UnitForm, act=units.correct_unit, who=EDITORS,
                target="unit", icon="pencil", told=gettext_lazy("Unit corrected"),
                initial=lambda unit, _at: {"name_zh": unit.name_zh, "name_en": unit.name_en, "parent": unit.parent_id},
            ),
            Edit(
                name="close", button=gettext_lazy("Close unit"), form=LastDayForm, act=units.close_unit, who=EDITORS,
                target="unit", icon="cross", told=gettext_lazy("Unit closed"),
                offered=lambda unit, _at: unit.valid_to is None,
            ),
        ],
        importer="units",
    )
)  # fmt: skip


# The import ---------------------------------------------------------------------------------------------------------


def _check(batch: Batch) -> Iterable[Fault]:
    """Find codes that are known, parents and areas that are not, and units that belong to themselves in the end."""
    known = set(Unit.objects.values_list("code", flat=True))
    areas = {place.code for place in all_places() if place.kind == "area"}
    parents: Mapping[str, str | None] = {entry["code"]: entry["parent"] for entry in batch.entries}
    for entry in batch.entries:
        if entry["code"] in known:
            yield Fault(
                entry.line, "code", _("unit %(code)s is registered already") % {"code": entry["code"]},
                _("leave the row out, or correct the unit on its page"),
            )  # fmt: skip
        parent = entry["parent"]
        if parent is not None and parent not in known and parent not in parents:
            yield Fault(
                entry.line, "parent", _("there is no unit %(code)s") % {"code": parent},
                sheets.nearest(parent, sorted({*known, *parents} - {entry["code"]})),
            )  # fmt: skip
        elif _comes_back(entry["code"], parents):
            yield Fault(entry.line, "parent", _("the unit would belong to itself"), _("name another unit above it"))
        if entry["area"] is not None and entry["area"] not in areas:
            yield Fault(
                entry.line, "area", _("there is no area %(code)s") % {"code": entry["area"]},
                sheets.nearest(entry["area"], sorted(areas)),
            )  # fmt: skip


def _comes_back(code: str, parents: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    above: str | None = code
    while above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above is not None and above == code


def _take(batch: Batch, entry: Entry) -> None:
    acts.register_unit(
        actor=batch.actor, at=batch.at, code=entry["code"], kind=entry["kind"], name_zh=entry["name_zh"],
        name_en=entry["name_en"] or entry["name_zh"],
        parent=Unit.objects.values_list("id", flat=True).get(code=entry["parent"]) if entry["parent"] else None,
        area=next(place.id for place in all_places() if place.code == entry["area"]) if entry["area"] else None,
    )  # fmt: skip


def _parents_first(batch: Batch) -> Any:
    """Take units after those they belong to, whatever the order of the file."""
    parents = {entry["code"]: entry["parent"] for entry in batch.entries}

    def depth(code: str | None) -> int:
        return 0 if code not in parents else 1 + depth(parents[code])

    ordered = sorted(batch.entries, key=lambda entry: depth(entry["code"]))
    return each(_take)(Batch(batch.actor, batch.at, ordered, batch.options, batch.stream, batch.tell))


register_importer(
    Importer(
        name="units",
        label=gettext_lazy("Units"),
        who=frozenset({"operator", *EDITORS}),
        columns=[
            Column("code", gettext_lazy("Code"), required=True, example="U07"),
            Column("kind", gettext_lazy("Kind"), required=True, parse=sheets.choice(UNIT_KINDS), example="station"),
            Column("name_zh", gettext_lazy("Chinese name"), required=True, example="海棠联勤工作站"),
            Column("name_en", gettext_lazy("English name"), example="Haitang Joint Station"),
            Column("parent", gettext_lazy("Belongs to"), example="U03", hint=gettext_lazy("the code of a unit")),
            Column("area", gettext_lazy("Area"), example="A2", hint=gettext_lazy("the code of an area")),
        ],
        unique=["code"],
        check=_check,
        apply=_parents_first,
        target=lambda: reverse("directory", args=["units"]),
    )
)
