"""The steps of a case as JSON, at the addresses of their pages: for a signed-in person's own programs.

`Accept: application/json`, a JSON object with the fields of the page's form, `Idempotency-Key`, the session's cookie
and `X-CSRFToken`. The answer tells where the case stands and what comes next, or every check that failed (RFC 9457).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from oneteam.cases import queries
from oneteam.cases.acts import open_case
from oneteam.cases.forms import OpenForm
from oneteam.cases.models import Case
from oneteam.cases.opening import officers_for
from oneteam.cases.wizard import Page
from oneteam.kernel.errors import (
    BadInputError,
    ConflictError,
    MissingError,
    NotAllowedError,
    OneteamError,
)
from oneteam.people.middleware import PersonRequest
from oneteam.procedures.engine import ask_step
from oneteam.procedures.errors import Failed, RefusedError
from oneteam.procedures.queries import next_steps, runs
from oneteam.web.errors import heading

JSON = "application/json"
_STATUS: Mapping[type[OneteamError], int] = {NotAllowedError: 403, MissingError: 404, ConflictError: 409}


def wanted(request: HttpRequest) -> bool:
    """Tell whether the answer is to be JSON: no browser asks a page for it alone."""
    return request.headers.get("Accept", "").split(";")[0].strip() == JSON


def opened(request: PersonRequest, at: datetime, barring: Failed | None) -> JsonResponse:
    """Open a case; 201 with where it stands. `barring`: what keeps the person's role from it, told before all else."""
    try:
        if barring is not None:
            raise RefusedError("case_on_the_spot.open", [barring])
        form = OpenForm(_body(request), officers=officers_for(request, at))
        if not form.is_valid():
            return _faults(form)
        case = open_case(actor=request.acting.actor, at=at, key=_key(request), **form.cleaned_data)
    except OneteamError as error:
        return _problem(error)
    return JsonResponse(_standing(request, queries.case(case), at), status=201)


def told(request: PersonRequest, row: Case, at: datetime) -> JsonResponse:
    """Tell where a case stands and what comes next."""
    return JsonResponse(_standing(request, row, at))


def taken(request: PersonRequest, case_id: UUID, page: Page, at: datetime) -> JsonResponse:
    """Take a step; 200 with where the case stands then. Whose step it is comes before what is wrong with the values."""
    actor, key = request.acting.actor, _key(request)
    try:
        ask_step(step=page.step, object_id=case_id, actor=actor, at=at, key=key)
        form = page.form(_body(request))
        if not form.is_valid():
            return _faults(form)
        page.act(actor=actor, at=at, case=case_id, key=key, **form.cleaned_data)
    except OneteamError as error:
        return _problem(error)
    return JsonResponse(_standing(request, queries.case(case_id), at))


def _key(request: PersonRequest) -> str | None:
    return request.headers.get("Idempotency-Key") or None


def _body(request: PersonRequest) -> QueryDict:
    """Return the fields as a form takes them. BadInputError for what is no JSON object of plain values."""
    try:
        sent = json.loads(request.body or b"{}")
    except ValueError as error:
        raise BadInputError(_("The body is no JSON.")) from error
    if not isinstance(sent, dict):
        raise BadInputError(_("The body is no JSON object."))
    data = QueryDict(mutable=True)
    for name, value in sent.items():
        if isinstance(value, dict | list):
            raise BadInputError(_("“%(name)s” takes one value.") % {"name": name})
        if value is not None and value is not False:
            data[name] = str(value)
    return data


def _standing(request: PersonRequest, row: Case, at: datetime) -> dict[str, Any]:
    run = runs([row.id])[row.id]
    steps = next_steps([row.id], request.acting.actor, at).get(row.id, [])
    return {
        "id": str(row.id), "number": row.number, "state": run.state,
        "next": [
            {
                "step": one.step.rpartition(".")[2], "state": str(one.state),
                "blockers": [_check(failed) for failed in one.blockers],
            }
            for one in steps
        ],
    }  # fmt: skip


def _check(failed: Failed) -> dict[str, str]:
    return {"check": failed.id, "article": failed.article, "sentence": failed.sentence, "cure": failed.cure}


def _problem(error: OneteamError) -> JsonResponse:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
    told: dict[str, Any] = {"title": str(heading(error)[1]), "status": status, "detail": str(error)}
    if isinstance(error, RefusedError):
        told["checks"] = [_check(failed) for failed in error.failures]
    return JsonResponse(told, status=status, content_type="application/problem+json")


def _faults(form: forms.Form) -> JsonResponse:
    told = {
        "title": _("Something is missing or wrong"), "status": 422, "detail": "",
        "faults": {name: " ".join(map(str, errors)) for name, errors in form.errors.items()},
    }  # fmt: skip
    return JsonResponse(told, status=422, content_type="application/problem+json")
