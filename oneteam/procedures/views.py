"""One way in which pages take steps: a form, an act, and back to the page."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from oneteam.kernel.clock import now
from oneteam.kernel.errors import MissingError, OneteamError
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.procedures.engine import ask_step
from oneteam.procedures.shown import Returned, returned_by
from oneteam.web.typed import keep

View = Callable[..., HttpResponseBase]


class Page(Protocol):
    """Shows the object's page again, with the form that came back."""

    def __call__(self, request: PersonRequest, object_id: UUID, /, *, returned: Returned | None) -> HttpResponse: ...


def step_view(
    *,
    step: str,
    act: Callable[..., object],
    done: str | Promise,
    roles: Sequence[str],
    page: Page,
    after: Callable[[PersonRequest, UUID], HttpResponseBase],
    form_class: type[forms.Form] = forms.Form,
    noun: str = "",
) -> View:
    """Return the view that takes one step ("order.accept") of one object, for persons in these roles.

    `act` gets the object under its procedure's name, or `noun`, and the form's values; `done` is told after it, and
    `after` leads on. Whatever goes wrong comes back to `page` with the form as typed and the reason; where that page
    cannot be shown any more, on the page that says so. Files are read only for who may take the step now.
    """
    procedure, _dot, verb = step.partition(".")
    noun = noun or procedure

    @for_roles(*roles)
    @require_http_methods(["GET", "POST"])
    def view(request: PersonRequest, object_id: UUID) -> HttpResponseBase:
        if request.method == "GET":  # a refused form's page keeps this address: reloaded, or read in another language
            return after(request, object_id)
        actor, at, key = request.acting.actor, now(), request.POST.get("idempotency_key")
        form = form_class(request.POST, auto_id=f"id_{verb}_%s")
        keep(request, form)
        try:
            if form.is_multipart():
                ask_step(step=step, object_id=object_id, actor=actor, at=at, key=key)
                form.files = request.FILES
            if form.is_valid():
                act(actor=actor, at=at, key=key, **{noun: object_id}, **form.cleaned_data)
                messages.success(request, str(done))
                return after(request, object_id)
            returned = Returned({step: form}, key=key)
        except MissingError:
            raise
        except OneteamError as error:
            returned = returned_by(error, {step: form}, key=key)
        return page(request, object_id, returned=returned)

    return view
