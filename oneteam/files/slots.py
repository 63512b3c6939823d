"""Who may see a kept file: the room of the object it belongs to says so."""

from uuid import UUID

from oneteam.web.slots import BulkSlot

MAY_SEE: BulkSlot[UUID, bool] = BulkSlot("who may see a file", bool)
"""By the blob's id, whether the acting person may see an object of the room that holds it. Silence means no."""
