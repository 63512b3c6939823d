"""Showing kept photos to signed-in people."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase

from oneteam.files import store
from oneteam.files.models import Blob
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles


@for_roles(
    "dispatcher", "grid_attendant", "officer", "brigade_leader", "head", "auditor", "legal_reviewer", "stationed_lawyer"
)
def photo(request: PersonRequest, blob: UUID) -> HttpResponseBase:
    """Send the copy for pages; it never changes, so a browser may keep it."""
    found = Blob.objects.filter(id=blob).first()
    if found is None or not store.copy_path(found.sha256).exists():
        raise Http404
    response = FileResponse(store.copy_path(found.sha256).open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Disposition"] = "inline"
    return response
