"""What other rooms may show on the pages of reports, and tell after an import."""

from collections.abc import Callable, Sequence
from uuid import UUID

from oneteam.intake.models import Report
from oneteam.intake.queries import Listed
from oneteam.web.slots import BulkSlot, Panel

REPORT_CELLS: BulkSlot[Listed, object] = BulkSlot("report cells", object)
"""One thing a report to show in the list's column of proposals, by the report's id."""

REPORT_MAIN: BulkSlot[Report, Panel] = BulkSlot("report main", Panel)
"""Panels in the wide column of a report's page, by the report's id."""

REPORT_SIDE: BulkSlot[Report, Panel] = BulkSlot("report side", Panel)
"""Panels beside it."""

TINTED: BulkSlot[Report, str] = BulkSlot("tinted words", str)
"""Words of the told text that decided a proposal, to be tinted."""

AFTER_IMPORT: list[Callable[[Sequence[UUID]], Sequence[str]]] = []
"""Functions that say in lines what became of imported reports."""
