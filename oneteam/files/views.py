"""Showing kept photos to those who may see what they belong to."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase

from oneteam.files import store
from oneteam.files.models import Blob
from oneteam.files.slots import MAY_SEE
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.web.slots import collect_bulk


@for_roles()
def photo(request: PersonRequest, blob: UUID) -> HttpResponseBase:
    """Send the copy for pages; it never changes, so a browser may keep it. Who may not see it does not learn of it."""
    found = Blob.objects.filter(id=blob).first()
    if found is None or not any(collect_bulk(MAY_SEE, request, [blob]).get(blob, ())):
        raise Http404
    if not store.copy_path(found.sha256).exists():
        raise Http404
    response = FileResponse(store.copy_path(found.sha256).open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Disposition"] = "inline"
    return response
