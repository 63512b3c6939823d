"""The import of reports: CSV, .xlsx or .xls, checked line by line before a row is taken (docs/import.md)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.importing import Applied, Batch, Column, Entry, Importer, Option, register_importer
from oneteam.intake import acts
from oneteam.intake.labels import CHANNELS
from oneteam.intake.models import Channel
from oneteam.intake.telling import Line, Told, ToldFaultsError, check_told, point
from oneteam.kernel import sheets
from oneteam.kernel.errors import BadInputError, Fault, TableError
from oneteam.places.queries import region_check

InRegion = Callable[[Decimal, Decimal], bool]


# Other headings are those of public message boards, which hand their messages over with them.
COLUMNS = (
    Column("text", gettext_lazy("What was told"), required=True, parse=sheets.as_is, aliases=["body"]),
    Column(
        "told_at", gettext_lazy("Told at"), required=True, parse=sheets.moment, aliases=["time"],
        example="2026-11-25 14:03", hint=gettext_lazy("without a zone Shanghai's time"),
    ),
    Column("channel", gettext_lazy("Channel"), parse=sheets.text, example="hotline_12345"),
    Column("title", gettext_lazy("Title"), parse=sheets.as_is),
    Column("address", gettext_lazy("Where"), parse=sheets.as_is),
    Column("caller_name", gettext_lazy("Caller"), parse=sheets.as_is, aliases=["user"]),
    Column("caller_phone", gettext_lazy("Caller's phone"), parse=sheets.as_is, hint=gettext_lazy("5 to 20 digits")),
    Column("external_id", gettext_lazy("Number at the source"), aliases=["message_id"]),
    Column("lon", gettext_lazy("Longitude"), example="120.54039", hint=gettext_lazy("degrees, WGS 84")),
    Column("lat", gettext_lazy("Latitude"), example="27.49317", hint=gettext_lazy("degrees, WGS 84")),
)  # fmt: skip


def reports_importer(
    *,
    in_region: Callable[[], InRegion] = region_check,
    known: Callable[[Batch], Iterable[Fault]] = lambda batch: acts.known_otherwise(
        lines_of(batch), source=_source(batch)
    ),
) -> Importer:
    """Return the importer of reports; `in_region` gives what tells whether a point lies in the city, `known` finds rows
    whose number was taken before with another content."""
    inside: list[InRegion] = []

    def build(entry: Entry, batch: Batch) -> Told:
        if not inside:
            inside.append(in_region())
        return _told(entry, batch, inside[0])

    return Importer(
        name="reports",
        label=gettext_lazy("Reports"),
        who=frozenset({"operator", "dispatcher", "system_admin"}),
        columns=COLUMNS,
        ignored=["against", "likes"],
        options=[
            Option("source", gettext_lazy("Source"), "import", gettext_lazy("Whose the numbers at the source are.")),
            Option(
                "channel", gettext_lazy("Channel"), Channel.WEBSITE,
                gettext_lazy("For rows that name none."), list(CHANNELS.items()),
            ),
        ],
        build=build,
        check=lambda batch: [*_told_twice(batch), *known(batch)],
        apply=_apply,
        target=lambda: reverse("reports"),
        note=gettext_lazy("Imported reports are history: they start no time limit. Each gets a proposal as any other."),
    )  # fmt: skip


def _source(batch: Batch) -> str:
    return batch.options["source"]


def _told(entry: Entry, batch: Batch, in_region: InRegion) -> Told:
    """Return a row as a telling; TableError names each of its faults."""
    values: dict[str, Any] = {name: value for name, value in entry.values.items() if value is not None}
    place, faults = None, []
    try:
        place = point(values.pop("lon", ""), values.pop("lat", ""))
    except BadInputError as error:
        faults.append(Fault(entry.line, "lon", str(error)))
    told = Told(**{"channel": batch.options["channel"], **values})
    if place is not None:
        told = replace(told, lon=place[0], lat=place[1])
    try:
        check_told(told, at=batch.at, in_region=in_region)
    except ToldFaultsError as error:
        faults += [Fault(entry.line, field, message) for field, message in error.faults.items()]
    if faults:
        raise TableError(faults)
    return told


def _told_twice(batch: Batch) -> Iterable[Fault]:
    """Find rows with the number of another row and another content."""
    seen: dict[str, Line] = {}
    for line in _every_line(batch):
        first = seen.setdefault(line.told.external_id or f"line {line.number}", line)
        if first.told != line.told:
            yield Fault(
                line.number, "external_id",
                _("“%(id)s” stands in line %(line)d with another content")
                % {"id": line.told.external_id, "line": first.number},
                _("each report needs its own id"),
            )  # fmt: skip


def _every_line(batch: Batch) -> list[Line]:
    return [Line(entry.line, entry.item) for entry in batch.entries]


def lines_of(batch: Batch) -> list[Line]:
    """Return the rows of a file; of those with the same number and content the first."""
    found: Mapping[object, Line] = {line.told.external_id or line.number: line for line in reversed(_every_line(batch))}
    return sorted(found.values(), key=lambda line: line.number)


def _apply(batch: Batch) -> Applied:
    imported = acts.import_reports(
        actor=batch.actor, at=batch.at, lines=lines_of(batch), source=_source(batch), tell=batch.tell
    )
    return Applied(len(imported.taken), imported.known, [report.id for report in imported.taken])


REPORTS = register_importer(reports_importer())
