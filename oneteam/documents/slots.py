"""Who may read a document besides those who read all: a later room (the case it belongs to) says so."""

from oneteam.documents.models import Document
from oneteam.web.slots import BulkSlot

MAY_READ: BulkSlot[Document, bool] = BulkSlot("who may read a document", bool)
"""By the document's id, whether the acting person works on what it is about. Silence means no."""
