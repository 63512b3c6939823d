"""Reports and incidents in the search box, for who reads all reports. Told words are found by keyed digests only."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.searchable import Hit, Searchable, Words, register_searchable
from oneteam.intake.models import Incident
from oneteam.intake.navigation import READERS
from oneteam.intake.queries import reports_by_id, reports_of_incidents, told_texts, whole_text
from oneteam.lawbook.catalogue import branches, matter_name, matters
from oneteam.web.parts import Chip


def _report_words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    rows = reports_by_id(ids)
    told = told_texts(rows)
    found = {}
    for row in rows:
        text = whole_text(told[row.id])
        found[row.id] = Words(
            codes=[str(row.number), *([row.external_id] if row.external_id else [])], hidden=[text] if text else [],
            subjects=[row.text_subject] if text else [],
        )  # fmt: skip
    return found


def _report_shown(_request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    rows = reports_by_id(ids)
    told = told_texts(rows)
    return {
        row.id: Hit(
            f"{row.number} {told[row.id].headline or _('words erased')}", reverse("report", args=[row.id]),
            f"{row.received_at:%Y-%m-%d}",
        )
        for row in rows
    }  # fmt: skip


def _incident_words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    known, fields = matters(), branches()
    found = {}
    for row in Incident.objects.select_related("place").defer("place__line", "place__doors").filter(id__in=ids):
        matter, field = known.get(row.matter), fields.get(row.field)
        texts = [name for each in (matter, field) if each for name in (each.name.zh, each.name.en)]
        if row.place is not None:
            texts += [row.place.name_zh, row.place.name_en]
        found[row.id] = Words(texts=texts, codes=[str(row.number), row.matter])
    return found


def _incident_shown(_request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    """An incident is seen on the page of the report it began with."""
    reports = reports_of_incidents(ids)
    rows = Incident.objects.filter(id__in=list(reports))
    return {
        row.id: Hit(
            f"{row.number} {matter_name(row.matter)}", reverse("report", args=[reports[row.id][0].id]),
            Chip(_("%(count)d reports") % {"count": len(reports[row.id])}) if len(reports[row.id]) > 1 else "",
        )
        for row in rows
    }  # fmt: skip


register_searchable(Searchable(
    kind="reports", label=gettext_lazy("Reports"), icon="inbox", who=frozenset(READERS), position=1,
    nouns=("report", "诉求"),
    acts=frozenset({"report.received"}), words=_report_words, shown=_report_shown,
))  # fmt: skip
register_searchable(Searchable(
    kind="incidents", label=gettext_lazy("Incidents"), icon="pin", who=frozenset(READERS), position=2,
    nouns=("incident", "事件"),
    acts=frozenset({"incident.opened", "incident.established", "incident.corrected"}), words=_incident_words,
    shown=_incident_shown,
))  # fmt: skip
