"""What later rooms may show on a case's page."""

from oneteam.cases.models import Case
from oneteam.web.panels import Photo
from oneteam.web.slots import BulkSlot

CASE_PHOTOS: BulkSlot[Case, Photo] = BulkSlot("case photos", Photo)
"""Photos of what led to a case, by the case's id; they stand before its own."""
