"""Showing kept files to those who may see what they belong to, and what becomes of their originals."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from oneteam.files import acts, queries
from oneteam.files.forms import CompareForm, HandOverForm, PurposeForm
from oneteam.files.shown import custody_panel, file_chip, told_by_the_file
from oneteam.files.slots import FILE_NAMES, MAY_SEE
from oneteam.kernel.clock import now
from oneteam.kernel.errors import MissingError
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.web.parts import Fact, Facts, PageHeader
from oneteam.web.slots import collect_bulk
from oneteam.web.typed import SentBack
from oneteam.web.views import safe_next

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


def may_see(request: PersonRequest, blob: UUID) -> bool:
    """Tell whether the acting person may see a file: some room that holds it must say so."""
    return any(collect_bulk(MAY_SEE, request, [blob]).get(blob, ()))


def _hide(request: PersonRequest, blob: UUID) -> None:
    """Answer who may not see a file as if there were none."""
    if not may_see(request, blob):
        raise Http404


@for_roles()
@require_GET
def photo(request: PersonRequest, blob: UUID) -> HttpResponse:
    """Send the copy for pages; it never changes, so a browser may keep it. Who may not see it does not learn of it."""
    _hide(request, blob)
    if not queries.kept(blob).media_type.startswith("image/"):
        raise Http404
    try:
        data = queries.copy(blob)
    except MissingError as error:
        raise Http404 from error
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Content-Disposition"] = "inline"
    return response


@for_roles()
@require_GET
def file(request: PersonRequest, blob: UUID) -> HttpResponse:
    """One file: the copy, what its EXIF told, and its chain of custody."""
    _hide(request, blob)
    return _page(request, blob)


def _page(
    request: PersonRequest, blob: UUID, *, bound: Mapping[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    known, state, back = queries.kept(blob), queries.states([blob])[blob], bound or {}
    context = {
        "header": PageHeader(title=_("Kept file"), chips=[file_chip(state)]),
        "photo": reverse("photo", args=[blob])
        if known.media_type.startswith("image/") and state is queries.State.INTACT
        else "",
        "facts": Facts(
            [
                Fact("SHA-256", known.sha256, wide=True),
                Fact(_("Size"), _("%(size)s bytes") % {"size": f"{known.size:,}"}),
                Fact(_("Kind"), known.media_type),
            ]
        ),
        "told": told_by_the_file(blob),
        "custody": custody_panel(request, blob, bound=back),
        "sent_back": SentBack(None, list(back.values()), None) if back else None,
    }
    return render(request, "files/file.html", context, status=status)


@for_roles(*acts.HANDLERS)
@require_POST
def original(request: PersonRequest, blob: UUID) -> HttpResponse:
    """Send the original as it came; the look is recorded with its purpose."""
    _hide(request, blob)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, blob, bound={"original": form}, status=422)
    known = queries.kept(blob)
    data = acts.open_original(actor=request.acting.actor, at=now(), blob=blob, purpose=form.cleaned_data["purpose"])
    response = HttpResponse(data, content_type=known.media_type)
    given = collect_bulk(FILE_NAMES, request, [blob]).get(blob, [])
    name = f"{next(iter(given), known.sha256[:16])}.{EXTENSIONS.get(known.media_type, 'bin')}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


@for_roles(*acts.GIVERS)
@require_POST
def hand_over(request: PersonRequest, blob: UUID) -> HttpResponse:
    """Record that the original was handed over."""
    _hide(request, blob)
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return _page(request, blob, bound={"hand_over": form}, status=422)
    acts.hand_over(
        actor=request.acting.actor, at=now(), blob=blob, key=request.POST.get("idempotency_key"), **form.cleaned_data
    )
    messages.success(request, _("The hand-over was noted."))
    return redirect(_back(request, blob))


@for_roles(*acts.HANDLERS)
@require_POST
def compare(request: PersonRequest, blob: UUID) -> HttpResponse:
    """Compare a file with the original; the comparison is recorded, the file is not kept."""
    _hide(request, blob)
    form = CompareForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, blob, bound={"compare": form}, status=422)
    digest = hashlib.sha256()
    for chunk in form.cleaned_data["file"].chunks():
        digest.update(chunk)
    if acts.compare(actor=request.acting.actor, at=now(), blob=blob, sha256=digest.hexdigest()):
        messages.success(request, _("The same, byte for byte."))
    else:
        messages.error(request, _("Not the same file: at least one byte differs."))
    return redirect(_back(request, blob))


def _back(request: PersonRequest, blob: UUID) -> str:
    target = safe_next(request)
    return target if target != "/" else reverse("file", args=[blob])
