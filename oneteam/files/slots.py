"""What the room of the object that a kept file belongs to says of the file: who may see it, how it is called."""

from uuid import UUID

from oneteam.web.slots import BulkSlot

MAY_SEE: BulkSlot[UUID, bool] = BulkSlot("who may see a file", bool)
"""By the blob's id, whether the acting person may see an object of the room that holds it. Silence means no."""

FILE_NAMES: BulkSlot[UUID, str] = BulkSlot("name of a file", str)
"""By the blob's id, how its original is called when it is downloaded, without extension; else by its hash."""
