"""Places of this room in the shell, and who may see the files of its documents."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from oneteam.documents import queries
from oneteam.documents.rules import READERS, readable
from oneteam.documents.shown import title_of
from oneteam.files.slots import FILE_NAMES, MAY_SEE
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, NavigationEntry, register, register_bulk


def _reads(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in READERS


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("documents", "file", gettext_lazy("Documents"), order=40, visible=_reads)]


def _commands(request: HttpRequest) -> Iterable[Command]:
    if _reads(request):
        yield Command(gettext("Numbers of documents"), reverse("numbers"), "list")
        yield Command(gettext("Templates of documents"), reverse("templates"), "file")
    yield Command(gettext("Check a document"), reverse("check-any"), "shield")


def _files(request: HttpRequest, blobs: Sequence[UUID]) -> Mapping[Hashable, Sequence[bool]]:
    """Show the file of a document to whoever may read the document."""
    rows = queries.documents_of_blobs(blobs)
    allowed = readable(request, rows) if rows else set()
    return {row.blob_id: [row.id in allowed] for row in rows}


def _names(request: HttpRequest, blobs: Sequence[UUID]) -> Mapping[Hashable, Sequence[str]]:
    """Call a document's file by its kind and number."""
    return {row.blob_id: [title_of(row)] for row in queries.documents_of_blobs(blobs)}


register(NAVIGATION, _entries)
register(COMMANDS, _commands)
register_bulk(FILE_NAMES, _names)
register_bulk(MAY_SEE, _files)
