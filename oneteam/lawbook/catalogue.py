"""The city's catalogue of matters, its statutes and transfers: read once an edition, kept in the process.

`catalogue()` asks whether what it keeps is still true (one statement); names are told from what is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from django.utils.text import capfirst

from oneteam.lawbook.catalogue_table import COLUMNS, matter_of
from oneteam.lawbook.editions import edition
from oneteam.lawbook.matters import Matter
from oneteam.lawbook.models import CatalogueRow, StatuteRow, TransferRow
from oneteam.lawbook.packs import Field, StatuteVersion, Transfer, fields, penalty_kinds
from oneteam.lawbook.spans import Span
from oneteam.lawbook.text import Text

_DAYS = 4  # whose matters are kept: every form asks for those of today


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as one edition has it. `versions` of a matter stand in the order of their days."""

    edition: UUID
    versions: Mapping[str, tuple[Matter, ...]]
    ids: Mapping[tuple[str, date | None], UUID]
    layers: Mapping[tuple[str, date | None], str]
    statutes: Mapping[str, tuple[StatuteVersion, ...]]
    transfers: Mapping[str, Transfer]
    _days: dict[date, Mapping[str, Matter]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def latest(self) -> Mapping[str, Matter]:
        """The last version of each matter by code, in the catalogue's order."""
        return {code: versions[-1] for code, versions in self.versions.items()}

    @cached_property
    def by_name(self) -> Mapping[str, Matter]:
        """The last version of each matter by its Chinese name."""
        return {matter.name.zh: matter for matter in self.latest.values()}

    def version(self, code: str, on: date) -> Matter | None:
        """Return the version of a matter that holds on a day, or None."""
        return next((each for each in self.versions.get(code, ()) if each.span.holds(on)), None)

    def on(self, day: date) -> Mapping[str, Matter]:
        """Return the matters that hold on a day by code, in the catalogue's order."""
        if day not in self._days:
            if len(self._days) >= _DAYS:
                self._days.clear()
            found = ((code, self.version(code, day)) for code in self.versions)
            self._days[day] = {code: matter for code, matter in found if matter is not None}
        return self._days[day]


_kept: Catalogue | None = None


def catalogue() -> Catalogue:
    """Return the catalogue in force, from this process where its edition is still the city's."""
    global _kept  # noqa: PLW0603 one a process: it is a cache, told apart by the act that made it
    wanted = edition()
    if _kept is None or _kept.edition != wanted:
        _kept = _read(wanted)
    return _kept


def forget() -> None:
    """Drop what this process keeps, so that the next question reads anew."""
    global _kept  # noqa: PLW0603 as above
    _kept = None


def _read(wanted: UUID) -> Catalogue:
    kinds = tuple(penalty_kinds())
    versions: dict[str, tuple[Matter, ...]] = {}
    ids, layers = {}, {}
    rows = CatalogueRow.objects.order_by("code", "valid_from").values_list("id", "layer", *COLUMNS)
    for row_id, layer, *cells in rows:
        matter = matter_of({name: _cell(cell) for name, cell in zip(COLUMNS, cells, strict=True)}, kinds)
        versions[matter.code] = _in_order((*versions.get(matter.code, ()), matter))
        ids[matter.key], layers[matter.key] = row_id, layer
    return Catalogue(wanted, versions, ids, layers, statutes_now(), _transfers())


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _in_order(versions: tuple[Matter, ...]) -> tuple[Matter, ...]:
    return tuple(sorted(versions, key=lambda each: each.span.since or date.min))


def statutes_now() -> dict[str, tuple[StatuteVersion, ...]]:
    """Return every version of each statute in the register, the older first; asks the database."""
    names = (
        "name", "title", "level", "adopted", "in_force", "until", "repealed_by", "mark", "higher_cap",
    )  # fmt: skip
    found: dict[str, tuple[StatuteVersion, ...]] = {}
    for row in StatuteRow.objects.order_by("name", "adopted").values_list(*names):
        version = StatuteVersion(*row)
        found[version.name] = (*found.get(version.name, ()), version)
    return found


def _transfers() -> dict[str, Transfer]:
    names = ("name", "title_zh", "title_en", "document", "approved_on", "valid_from", "valid_to", "mark")
    return {
        name: Transfer(name, Text(zh, en), document, approved, Span(since, until), mark)
        for name, zh, en, document, approved, since, until, mark in TransferRow.objects.order_by("name").values_list(
            *names
        )
    }


def matters() -> Mapping[str, Matter]:
    """Return the last version of every matter by code, in the catalogue's order."""
    return catalogue().latest


def branches() -> Mapping[str, Field]:
    """Return the fields (branches of matters) by code, in the catalogue's order."""
    return fields()


def branch_names() -> dict[str, str]:
    """Return the names of all fields by code, in the reader's language."""
    return {code: capfirst(str(field.name)) for code, field in branches().items()}


def in_readers_words(text: str) -> str:
    """Return a text that is a matter's Chinese name in the reader's language; any other text as it is.

    It asks the database only where this process keeps no catalogue.
    """
    matter = (_kept or catalogue()).by_name.get(text)
    return str(matter.name) if matter else text


def matter_name(code: str) -> str:
    """Return a matter's name in the reader's language; the code itself where the catalogue does not have it.

    It asks the database only where this process keeps no catalogue, or one without that code.
    """
    kept = _kept
    if kept is None or code not in kept.latest:
        kept = catalogue()
    matter = kept.latest.get(code)
    return str(matter.name) if matter else code


def field_name(code: str) -> str:
    """Return a field's name in the reader's language, or an empty text where there is none."""
    field = branches().get(code)
    return str(field.name) if field else ""
