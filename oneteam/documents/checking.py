"""The public check of a document: true, changed or unknown, and as little besides as is needed. No account, no act.

Who holds the paper holds its code (128 random bits); nobody finds a document by number or name. Asking is limited by
address, so that nobody tries codes or feeds us files.
"""

import hashlib
from contextlib import suppress

from allauth.core.internal import ratelimit  # its public face counts only what its own settings name
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from oneteam.documents import queries
from oneteam.documents.forms import SIZE_LIMIT, CheckForm
from oneteam.documents.models import Document
from oneteam.documents.page import public_facts
from oneteam.kernel.errors import TooOftenError
from oneteam.lawbook.queries import setting
from oneteam.lawbook.settings_table import UnsetSettingError
from oneteam.web.parts import Banner, Fact, Facts, PageHeader
from oneteam.web.templatetags.web import day

LIMITS = {"check": "30/m/ip", "compare": "10/m/ip,60/h/ip"}


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, token: str = "") -> HttpResponse:
    """Say of a code whether such a document was issued, and of a file whether it is the document, byte for byte."""
    if not _within_limits(request):
        raise TooOftenError(_("Wait a minute, then try again; or ring the agency."))
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm(initial={"code": token})
    row = queries.by_token(token) if token else None
    banner, status = None, 200
    if form.is_bound and form.is_valid():
        code, file = form.cleaned_data["code"], form.cleaned_data["file"]
        if not token and code:
            token = code.strip().rstrip("/").rpartition("/")[2]
            row = queries.by_token(token)
        if file is not None and file.size > SIZE_LIMIT:
            form.add_error("file", _("A file may have %(limit)d MB at most.") % {"limit": SIZE_LIMIT // 2**20})
        elif file is not None:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            row, banner = _compared(row, token, digest.hexdigest())
        elif not token:
            form.add_error("code", _("Type the code, or choose the file."))
        status = 422 if form.errors else 200
    if banner is None and token and row is None:
        banner, status = _unknown(), 404
    context = {
        "header": PageHeader(title=_("Check a document")),
        "banner": banner or (_standing(row) if row else None),
        "facts": Facts(_facts(row)) if row else None,
        "form": form,
        "known": row is not None,
    }
    return render(request, "documents/check.html", context, status=status)


def _within_limits(request: HttpRequest) -> bool:
    action = "compare" if request.method == "POST" else "check"
    return bool(ratelimit.consume(request, app="documents", action=action, config=LIMITS, limit_get=True))


def _compared(row: Document | None, token: str, sha256: str) -> tuple[Document | None, Banner]:
    """Return the document a file was compared with, and what to say. Without a code the file itself finds it."""
    found = row if token else queries.by_seal(sha256)
    if found is None:
        return None, _unknown()
    if found.sha256 != sha256:
        text = _("This file is not the document that was issued: at least one byte differs. Trust the paper only.")
        return found, Banner(text, "danger", _("Changed."))
    if found.voided_at is not None:
        return found, _standing(found)
    return found, Banner(_("This file is the issued document, byte for byte."), "ok", _("True, not altered."))


def _unknown() -> Banner:
    text = _("No document with this code or of this content was issued here. Compare the code, or ring the agency.")
    return Banner(text, "warn", _("Unknown."))


def _standing(row: Document) -> Banner:
    if row.voided_at is not None:
        text = _("This document was issued, and declared void on %(day)s.") % {"day": day(row.voided_at)}
        return Banner(text, "danger", _("Void."))
    text = _("A document with this code was issued. Compare what stands below with your paper, or check the file.")
    return Banner(text, "ok", _("True."))


def _facts(row: Document) -> list[Fact]:
    """Return what is told of a document: nothing about a person."""
    facts = [Fact(_("Document"), queries.label_of(row.template))]
    if row.number is not None:
        facts.append(Fact(_("Document number"), row.number.text))
    facts.append(Fact(_("Day of issue"), day(row.issued_at)))
    with suppress(UnsetSettingError):
        facts.append(Fact(_("Agency"), setting("agency.name")))
    return [*facts, *public_facts(row)]
