"""Pages of all directories and imports. Each looks up what it is about, then asks the guard that people handed in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oneteam.directories import runs
from oneteam.directories.access import ActingRequest, guarded, role_of
from oneteam.directories.detail import (
    changed_meanwhile,
    crumbs,
    detail_context,
    form_of,
    newest_act,
    offers,
    seen_values,
    shown_once,
)
from oneteam.directories.fields import Chosen, Picked, searched
from oneteam.directories.forms import UploadForm
from oneteam.directories.importing import Importer, find_importer, importers
from oneteam.directories.listing import export, work_list
from oneteam.directories.pages import Directory, Edit, Look, directories, find_directory
from oneteam.directories.shown import fault_list, run_context, run_way, upload_context
from oneteam.directories.template import template_csv, template_xlsx
from oneteam.kernel.clock import now
from oneteam.kernel.errors import BadInputError, ConflictError, UnlawfulError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.sheets import write_csv
from oneteam.web.exporting import FILE_TYPES
from oneteam.web.panels import Way, Ways
from oneteam.web.parts import FailedCheck, Link, PageHeader, Refusal
from oneteam.web.widgets import WORDS, found_options

Page = Callable[..., HttpResponse]
WORDS_LIMIT = 60  # characters that are read of what somebody searches a choice by


def _of_directory(view: Page) -> Page:
    """Look a directory up by its name and let its readers alone see the page."""

    def found(request: HttpRequest, name: str, **more: Any) -> HttpResponse:
        directory = find_directory(name)
        response: HttpResponse = guarded(view, directory.who)(request, directory, **more)
        return response

    return found


def _of_importer(view: Page) -> Page:
    """Look an importer up by its name and let those alone see the page who may use it."""

    def found(request: HttpRequest, name: str, **more: Any) -> HttpResponse:
        importer = find_importer(name)
        roles = importer.who - {"operator"}
        if not roles:  # on the command line alone; a guard without roles would let everybody in
            raise Http404
        response: HttpResponse = guarded(view, roles)(request, importer, **more)
        return response

    return found


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=FILE_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def index(request: HttpRequest) -> HttpResponse:
    """All directories and imports that the acting person may see."""
    response: HttpResponse = guarded(_index, ())(request)
    return response


@require_GET
def _index(request: ActingRequest) -> HttpResponse:
    role = role_of(request) or ""
    context = {
        "header": PageHeader(title=_("Directories")),
        "directories": Ways(
            _("Look up and correct"),
            [
                Way(known.label, reverse("directory", args=[known.name]), known.icon, f"{known.rows().count():,}")
                for known in directories(role)
            ],
            empty=_("No directory is open to this post."),
        ),
        "imports": Ways(
            _("Import a file"),
            [Way(known.label, reverse("import", args=[known.name]), "upload") for known in importers(role)],
        ),
        "runs": Ways(_("Your last imports"), [run_way(row) for row in runs.latest(request.acting.actor)]),
    }
    return render(request, "directories/index.html", context)


@_of_directory
@require_GET
def listed(request: ActingRequest, directory: Directory) -> HttpResponse:
    """A directory's list."""
    importable = directory.importer and role_of(request) in find_importer(directory.importer).who
    links = [Link(_("Import a file"), reverse("import", args=[directory.importer]))] if importable else []
    made = [Link(offer.button, offer.url) for offer in offers(directory, request, at=now())]
    context = {
        "header": PageHeader(title=directory.label, crumbs=crumbs(directory)[:1], links=[*made, *links]),
        "list": work_list(directory, request),
        "note": directory.note,
    }
    return render(request, "directories/list.html", context)


@_of_directory
@require_GET
def file(request: ActingRequest, directory: Directory, kind: str) -> HttpResponse:
    """The list as a file."""
    return _file(export(directory, request, kind), directory.name, kind)


@_of_directory
@require_GET
def detail(request: ActingRequest, directory: Directory, row_id: UUID) -> HttpResponse:
    """One object with its history."""
    context = detail_context(directory, request, directory.row(row_id), at=now())
    return render(request, "directories/detail.html", context)


@_of_directory
@require_POST
def look(request: ActingRequest, directory: Directory, row_id: UUID) -> HttpResponse:
    """Show an object's protected values once; the look is recorded with its purpose (PII-02)."""
    if directory.look is None:
        raise Http404
    response: HttpResponse = guarded(_look, directory.look.who)(request, directory, directory.look, row_id)
    return response


def _look(request: ActingRequest, directory: Directory, declared: Look, row_id: UUID) -> HttpResponse:
    row, form, seen, moment = directory.row(row_id), declared.form(request.POST), None, now()
    if not declared.offered(row):
        raise Http404
    if form.is_valid():
        given = {declared.target: row_id, "purpose": form.cleaned_data["purpose"]}
        seen = seen_values(declared, declared.act(actor=request.acting.actor, at=moment, **given))
    context = detail_context(directory, request, row, at=moment, look=None if seen else form, seen=seen)
    return render(request, "directories/detail.html", context, status=200 if seen else 422)


@_of_directory
@require_http_methods(["GET", "POST"])
def edit(request: ActingRequest, directory: Directory, edit_name: str, row_id: UUID | None = None) -> HttpResponse:
    """The page of one act: on an object, or making a new one."""
    declared = directory.edit(edit_name)
    if bool(declared.target) != (row_id is not None):
        raise Http404
    response: HttpResponse = guarded(_edit, declared.who)(request, directory, declared, row_id)
    return response


def _edit(request: ActingRequest, directory: Directory, declared: Edit, row_id: UUID | None) -> HttpResponse:
    row = directory.row(row_id) if row_id is not None else None
    form, refusal = form_of(directory, declared, request, row, at=now()), None
    if request.method == "POST" and form.is_valid():
        meanwhile = changed_meanwhile(directory, row, request.POST.get("seen", "")) if row is not None else ""
        if meanwhile:
            form.add_error(None, meanwhile)
        else:
            try:
                made = _take(request, declared, row_id, form)
            except UnlawfulError as error:
                checks = [FailedCheck(f.id, f.sentence, article=f.article, cure=f.cure) for f in error.failures]
                refusal = Refusal(_("This is not lawful now"), checks)
            except (BadInputError, ConflictError) as error:
                form.add_error(None, str(error))
            else:
                return _taken(request, directory, declared, row_id, made)
    context = {
        "header": PageHeader(title=declared.button, crumbs=crumbs(directory, row)),
        "form": form,
        "refusal": refusal,
        "button": declared.button,
        "icon": declared.icon,
        "key": request.POST.get("idempotency_key") or str(uuid7()),
        "seen": newest_act(directory, row) if row is not None else "",
        "draft": f"{directory.name}-{declared.name}",
        "back": reverse("directory-row", args=[directory.name, row_id])
        if row_id
        else reverse("directory", args=[directory.name]),
    }
    return render(request, "directories/edit.html", context, status=422 if form.errors or refusal else 200)


def _taken(
    request: ActingRequest, directory: Directory, declared: Edit, row_id: UUID | None, made: Any
) -> HttpResponse:
    """Lead to the object; what is shown once stands on this answer alone, which no browser stores (web.middleware)."""
    if declared.once and row_id is not None:
        seen = shown_once(declared, made)
        context = detail_context(directory, request, directory.row(row_id), at=now(), seen=seen)
        return render(request, "directories/detail.html", context)
    messages.success(request, str(declared.told or declared.button))
    return redirect("directory-row", directory.name, row_id if row_id is not None else made)


@_of_directory
@require_GET
def offer(request: ActingRequest, directory: Directory, edit_name: str, field: str) -> HttpResponse:
    """Options of a choice for the words that were typed."""
    declared = directory.edit(edit_name)
    response: HttpResponse = guarded(_offer, declared.who)(request, declared, field)
    return response


def _offer(request: ActingRequest, declared: Edit, name: str) -> HttpResponse:
    field = declared.form().fields.get(name)
    if not isinstance(field, Chosen | Picked):
        raise Http404
    found = searched(field, request.GET.get(name + WORDS, "")[:WORDS_LIMIT])
    return HttpResponse(found_options([("", found)] if found else []))


def _take(request: ActingRequest, declared: Edit, row_id: UUID | None, form: forms.Form) -> Any:
    """Call the act; returns what it returned."""
    given: dict[str, Any] = dict(form.cleaned_data)
    if row_id is not None:
        given[declared.target] = row_id
    if declared.keyed:
        given["key"] = request.POST.get("idempotency_key")
    return declared.act(actor=request.acting.actor, at=now(), **given)


# Imports ------------------------------------------------------------------------------------------------------------


@_of_importer
@require_http_methods(["GET", "POST"])
def upload(request: ActingRequest, importer: Importer) -> HttpResponse:
    """The form for a file; POST keeps it, and it is checked at once."""
    form = UploadForm(importer, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data.pop("file")
        run = runs.upload(
            importer=importer, actor=request.acting.actor, at=now(), filename=sent.name or "", data=sent.read(),
            options=form.cleaned_data,
        )  # fmt: skip
        return redirect("import-run", run)
    context = upload_context(importer) | {"form": form}
    return render(request, "directories/upload.html", context, status=422 if form.errors else 200)


@_of_importer
@require_GET
def template(request: ActingRequest, importer: Importer, kind: str) -> HttpResponse:
    """The empty table to fill in."""
    content = template_csv(importer) if kind == "csv" else template_xlsx(importer)
    return _file(content, f"{importer.name}-template", kind)


def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One upload: how far it is, what is wrong in it, or the button that takes it."""
    response: HttpResponse = guarded(_run, ())(request, run_id)
    return response


@require_GET
def _run(request: ActingRequest, run_id: UUID) -> HttpResponse:
    context = run_context(runs.run_of(run_id, request.acting.actor))
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    return render(request, "directories/run_part.html" if part else "directories/run.html", context)


def run_faults(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Everything that is wrong in a refused file, as a table."""
    response: HttpResponse = guarded(_run_faults, ())(request, run_id)
    return response


@require_GET
def _run_faults(request: ActingRequest, run_id: UUID) -> HttpResponse:
    columns, rows = fault_list(runs.run_of(run_id, request.acting.actor))
    return _file(write_csv(columns, rows), "faults", "csv")


def confirm(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Have a checked file taken."""
    response: HttpResponse = guarded(_confirm, ())(request, run_id)
    return response


@require_POST
def _confirm(request: ActingRequest, run_id: UUID) -> HttpResponse:
    runs.confirm(run=run_id, actor=request.acting.actor, at=now())
    return redirect("import-run", run_id)
