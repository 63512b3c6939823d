"""What other rooms may show on the pages of reports, and tell after an import."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from oneteam.intake.models import Report
from oneteam.intake.queries import Listed
from oneteam.web.slots import BulkSlot, Panel

REPORT_CELLS: BulkSlot[Listed, object] = BulkSlot("report cells", object)
"""By the report's id: first what stands in the list's column of proposals, then facts under the report's title."""

PROPOSED_IN_FIELD: list[Callable[[str], QuerySet[Any]]] = []
"""Functions that give the ids of the reports proposed to lie in a field, for the list's filter."""

REPORT_MAIN: BulkSlot[Report, Panel] = BulkSlot("report main", Panel)
"""Panels in the wide column of a report's page, by the report's id."""

REPORT_SIDE: BulkSlot[Report, Panel] = BulkSlot("report side", Panel)
"""Panels beside it."""

AFTER_IMPORT: list[Callable[[Sequence[UUID]], Sequence[str]]] = []
"""Functions that say in lines what became of imported reports."""
