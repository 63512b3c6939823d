"""Pages of documents, numbers and templates, for who works with them."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oneteam.documents import acts, queries
from oneteam.documents.declaration import Field
from oneteam.documents.forms import BlockForm, ChoicesForm, VoidForm
from oneteam.documents.listing import document_list, number_chip, number_list, register_series
from oneteam.documents.models import Document
from oneteam.documents.page import document_context, template_chips
from oneteam.documents.queries import RegisterFilter
from oneteam.documents.rules import READERS, READERS_OF_ALL, readable
from oneteam.documents.shown import preview_paper
from oneteam.files.acts import open_original
from oneteam.files.forms import PurposeForm
from oneteam.journal.queries import timeline
from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.people.views import for_roles
from oneteam.places.queries import localised
from oneteam.web.parts import Banner, Chip, Fact, Facts, Link, PageHeader, Step, Steps
from oneteam.web.typed import SentBack, keep


@for_roles(*READERS)
@require_GET
def documents(request: PersonRequest) -> HttpResponse:
    """The list of documents."""
    links = [Link(_("Register of numbers"), reverse("numbers")), Link(_("Templates"), reverse("templates"))]
    context = {"header": PageHeader(title=_("Documents"), links=links), "list": document_list(request)}
    return render(request, "documents/list.html", context)


def _readable(request: PersonRequest, document_id: UUID) -> Document:
    """Return a document; who may not read it is answered as if there were none."""
    row = queries.document(document_id)
    if row.id not in readable(request, [row]):
        raise Http404
    return row


def _page(
    request: PersonRequest,
    row: Document,
    *,
    looked: bool = False,
    bound: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = document_context(request, row, looked=looked, bound=bound)
    return render(request, "documents/document.html", context, status=status)


@for_roles(*READERS)
@require_GET
def document(request: PersonRequest, document_id: UUID) -> HttpResponse:
    """One document; its pages are shown at once to who issued it, to others once they said what for."""
    return _page(request, _readable(request, document_id))


@for_roles(*READERS)
@require_POST
def look(request: PersonRequest, document_id: UUID) -> HttpResponse:
    """Show the pages of a document; the look is recorded with its purpose (PII-02)."""
    row, form = _readable(request, document_id), PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, row, bound={"look": form}, status=422)
    open_original(actor=request.acting.actor, at=now(), blob=row.blob_id, purpose=form.cleaned_data["purpose"])
    return _page(request, row, looked=True)


@for_roles(*acts.VOIDERS)
@require_POST
def void(request: PersonRequest, document_id: UUID) -> HttpResponse:
    """Declare a document void."""
    row, form = _readable(request, document_id), VoidForm(request.POST, auto_id="id_void_%s")
    keep(request, form)
    if not form.is_valid():
        return _page(request, row, bound={"void": form}, status=422)
    acts.void(
        actor=request.acting.actor, at=now(), document=row.id, reason=form.cleaned_data["reason"],
        key=request.POST.get("idempotency_key"),
    )  # fmt: skip
    messages.success(request, _("The document is void; it stays in the register."))
    return redirect("document", row.id)


@for_roles(*READERS)
@require_http_methods(["GET", "POST"])
def numbers(request: PersonRequest) -> HttpResponse:
    """The register of numbers, by series and year; an officer reserves a block by POST."""
    officer = request.acting.post.role in acts.ISSUERS
    form = BlockForm(request.POST or None, auto_id="id_block_%s")
    if request.method == "POST" and officer and form.is_valid():
        try:
            taken = acts.reserve_numbers(
                actor=request.acting.actor, at=now(), key=request.POST.get("idempotency_key"), **form.cleaned_data
            )
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Reserved: %(first)s to %(last)s") % {"first": taken[0], "last": taken[-1]})
            return redirect(f"{reverse('numbers')}?series={form.cleaned_data['series']}&state=reserved")
    series, today = register_series(request.GET.get("series", "")), legal_day(now())
    known = sorted({*queries.years(series), today.year}, reverse=True)
    year = int(request.GET["year"]) if request.GET.get("year", "") in map(str, known) else today.year
    state = request.GET.get("state", "")
    wanted = RegisterFilter(
        series, year, state if state in ("reserved", "used", "void") else "",
        request.acting.post.person if officer else None,
    )  # fmt: skip
    context = {
        "header": _register_header(series, year, known),
        "list": number_list(request, wanted),
        "faults": []
        if officer
        else [Banner(text, "danger", "NUM-01") for text in queries.numbering_faults(series, year)],
        "form": form if officer else None,
        "key": request.POST.get("idempotency_key") or str(uuid7()),
        "sent_back": SentBack(None, [form], None) if form.errors else None,
    }
    return render(request, "documents/numbers.html", context, status=422 if form.errors else 200)


def _register_header(series: str, year: int, years: list[int]) -> PageHeader:
    known = queries.all_series()
    links = [Link(str(one.label), f"?series={code}") for code, one in known.items() if code != series]
    links += [Link(str(other), f"?series={series}&year={other}") for other in years if other != year]
    return PageHeader(
        title=_("Register of numbers"), crumbs=[Link(_("Documents"), reverse("documents"))],
        chips=[Chip(str(known[series].label)), Chip(str(year))], links=links,
    )  # fmt: skip


@for_roles(*READERS)
@require_http_methods(["GET", "POST"])
def number(request: PersonRequest, number_id: UUID) -> HttpResponse:
    """One number that no document bears; POST declares it void."""
    row = queries.number(number_id)
    role, own = request.acting.post.role, row.holder_id == request.acting.post.person
    if role not in READERS_OF_ALL and not own:
        raise Http404
    form = VoidForm(request.POST or None, auto_id="id_void_%s")
    keep(request, form)
    if request.method == "POST" and form.is_valid():
        acts.void_number(
            actor=request.acting.actor, at=now(), number=row.text, reason=form.cleaned_data["reason"],
            key=request.POST.get("idempotency_key"),
        )  # fmt: skip
        messages.success(request, _("The number is void; it stays in the register."))
        return redirect("number", row.id)
    may = row.state == "reserved" and role in acts.VOIDERS
    label, action = _("Declare void"), reverse("number", args=[row.id])
    steps = [Step(label, "lawful", label, action, icon="cross", form=form, key=str(uuid7()))] if may else []
    context = {
        "header": PageHeader(
            title=row.text, chips=[number_chip(row)], crumbs=[Link(_("Register of numbers"), reverse("numbers"))]
        ),
        "facts": Facts(
            [
                Fact(_("Holder"), localised(row.holder.name_zh, row.holder.name_en) if row.holder else ""),
                Fact(_("Device"), row.device),
                Fact(_("Reason"), row.reason),
            ]
        ),
        "steps": Steps(steps, title=_("Next steps")),
        "timeline": shown_timeline(timeline(row.id) + (timeline(row.block) if row.block else [])),
        "sent_back": SentBack(None, [form], None) if form.errors else None,
    }
    return render(request, "documents/number.html", context, status=422 if form.errors else 200)


@for_roles(*READERS, "system_admin")
@require_GET
def templates(request: PersonRequest) -> HttpResponse:
    """The kinds of document that the law packs declare."""
    links = [(one, reverse("template", args=[name])) for name, one in queries.templates().items()]
    header = PageHeader(title=_("Templates"), crumbs=[Link(_("Documents"), reverse("documents"))])
    return render(request, "documents/templates.html", {"header": header, "templates": links})


@for_roles(*READERS, "system_admin")
@require_GET
def template(request: PersonRequest, name: str) -> HttpResponse:
    """One template with its text, empty; choices in the address show how the text changes with them."""
    known = queries.templates().get(name)
    if known is None:
        raise Http404
    form = ChoicesForm(known, request.GET or None, auto_id="id_choice_%s")
    chosen = {key: value for key, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    context = {
        "header": PageHeader(
            title=str(known.label), crumbs=[Link(_("Templates"), reverse("templates"))], facts=[str(known.article)],
            chips=template_chips(known.version, known.mark),
        ),
        "paper": preview_paper(name, chosen, day=legal_day(now())),
        "form": form,
        "fields": [(str(one.label), _filled_by(one)) for one in known.fields.values()],
    }  # fmt: skip
    return render(request, "documents/template.html", context)


def _filled_by(field: Field) -> str:
    if field.setting:
        return _("the city's setting")
    return _("mandatory") if field.required else _("optional")
