"""Pages of cases: the list, a case, one thing to do; the same steps as JSON where a signed-in program asks for it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from oneteam.cases import interface, queries
from oneteam.cases.acts import open_case
from oneteam.cases.facts import PROCEDURE
from oneteam.cases.forms import OpenForm
from oneteam.cases.listing import case_list
from oneteam.cases.models import Case
from oneteam.cases.opening import officers_for, open_context
from oneteam.cases.page import case_context, page_context
from oneteam.cases.panels import barred
from oneteam.cases.rules import READERS, visible
from oneteam.cases.wizard import PAGES, Page, address, next_page
from oneteam.journal.prove import prove
from oneteam.kernel.clock import now
from oneteam.kernel.errors import NotAllowedError, OneteamError
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import next_steps
from oneteam.procedures.shown import Returned, returned_by
from oneteam.procedures.views import View, step_view
from oneteam.web.exporting import asked_file, exportable
from oneteam.web.parts import Link, PageHeader
from oneteam.web.typed import keep

# Whoever signs in may ask: the acts say whose step it is, and to auxiliaries why it is not theirs (OFF-05).
EVERYBODY: tuple[str, ...] = ()
OPEN = f"{PROCEDURE}.open"


@for_roles(*READERS)
@require_GET
def cases(request: PersonRequest) -> HttpResponse:
    """The list of cases, or the file that its address asks for."""
    part = case_list(request, at=now())
    links = [Link(_("Open on-the-spot case"), "new/")] if request.acting.post.role == "officer" else []
    context = {"header": PageHeader(title=_("Cases"), links=links), "list": exportable(part, request.GET)}
    return asked_file(request.GET, part) or render(request, "cases/cases.html", context)


@for_roles(*EVERYBODY)
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest) -> HttpResponseBase:
    """Open a case with a second officer."""
    at = now()
    if request.method == "GET":
        failed = barred(request)
        if failed is not None:
            returned = returned_by(RefusedError(OPEN, [failed]), {}, key=None)
            return render(
                request, "cases/barred.html", open_context(request, None, at=at, returned=returned), status=403
            )
        return _empty(request)
    if interface.wanted(request):
        return interface.opened(request, at, barred(request))
    key = request.POST.get("idempotency_key")
    form = OpenForm(request.POST, officers=officers_for(request, at))
    keep(request, form)
    try:
        if form.is_valid():
            case = open_case(actor=request.acting.actor, at=at, key=key, **form.cleaned_data)
            messages.success(request, _("Case opened"))
            return _on(request, case)
        returned = Returned({OPEN: form}, key=key)
    except OneteamError as error:
        returned = returned_by(error, {OPEN: form}, key=key)
    context = open_context(request, form, at=at, returned=returned, key=returned.key or str(uuid7()))
    return render(request, "cases/new.html", context, status=returned.status)


@for_roles("officer")
def _empty(request: PersonRequest) -> HttpResponse:
    """The form, for those whom the act would let open a case."""
    at = now()
    form = OpenForm(officers=officers_for(request, at), initial={"incident": request.GET.get("incident")})
    return render(request, "cases/new.html", open_context(request, form, at=at, key=str(uuid7())))


def _seen(request: PersonRequest, case_id: UUID) -> Case:
    row = queries.case(case_id)
    if not visible(request.acting, [row]):
        raise NotAllowedError(_("This case is handled by other officers."))
    return row


@for_roles(*READERS)
@require_GET
def case(request: PersonRequest, case_id: UUID) -> HttpResponseBase:
    """One case."""
    row = _seen(request, case_id)
    if interface.wanted(request):
        return interface.told(request, row, now())
    return render(request, "cases/case.html", case_context(request, row, at=now()))


@for_roles(*READERS)
@require_GET
def proof(request: PersonRequest, case_id: UUID) -> HttpResponse:
    """The proof of a case's file, for an outsider to check."""
    row = _seen(request, case_id)
    answer = HttpResponse(prove(object_id=row.id).text(), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="case-{row.number}-proof.json"'
    return answer


def _page(request: PersonRequest, object_id: UUID, /, *, returned: Returned | None = None, page: Page) -> HttpResponse:
    row = queries.case(object_id)
    if returned and returned.refusal and not visible(request.acting, [row]):
        # Not this post's to see, but why it may not act is told.
        context = open_context(request, None, at=now(), returned=returned)
        return render(request, "cases/barred.html", context, status=returned.status)
    _seen(request, object_id)
    context = page_context(request, row, page, at=now(), returned=returned)
    return render(request, "cases/page.html", context, status=returned.status if returned else 200)


def _on(request: PersonRequest, case_id: UUID) -> HttpResponseBase:
    """Lead on to the next thing to do, or to the case where nothing is due now."""
    row = queries.case(case_id)
    steps = next_steps([row.id], request.acting.actor, now()).get(row.id, [])
    return redirect(address(row, next_page(row, steps)))


def _view(page: Page) -> View:
    """Return the view of one page of the way: GET shows it, POST takes its step."""
    take = step_view(
        step=page.step, form_class=page.form, act=page.act, done=page.said, roles=EVERYBODY, noun="case",
        page=partial(_page, page=page), after=_on,
    )  # fmt: skip

    @for_roles(*EVERYBODY)
    @require_http_methods(["GET", "POST"])
    def view(request: PersonRequest, object_id: UUID) -> HttpResponseBase:
        if request.method == "GET":
            return _page(request, object_id, page=page)
        if interface.wanted(request):
            return interface.taken(request, object_id, page, now())
        return take(request, object_id)

    return view


VIEWS: dict[str, Callable[..., HttpResponseBase]] = {verb: _view(page) for verb, page in PAGES.items()}
