"""What later rooms may show on a finding's page, such as the case that it led to."""

from oneteam.patrols.models import Finding
from oneteam.web.slots import BulkSlot, Panel

FINDING_SIDE: BulkSlot[Finding, Panel] = BulkSlot("finding side", Panel)
"""Panels beside a finding, by its id. Its incident is that of its report, once an officer took it over."""
