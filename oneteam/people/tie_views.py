"""The page of one's own declared ties (OFF-03)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import BadInputError
from oneteam.people.labels import INTERESTS
from oneteam.people.middleware import PersonRequest
from oneteam.people.models import Interest
from oneteam.people.register_forms import InterestForm
from oneteam.people.registers import tied_to
from oneteam.people.standing import held_on
from oneteam.people.standing_acts import CONCERNED, declare_interest
from oneteam.people.views import for_roles
from oneteam.web.parts import PageHeader


@for_roles(*sorted(CONCERNED))
@require_http_methods(["GET", "POST"])
def page(request: PersonRequest) -> HttpResponse:
    """Show the ties that one has declared and that hold today; POST declares one to somebody by name."""
    form = InterestForm(request.POST or None, initial={"valid_from": legal_day(now()).isoformat()})
    if request.method == "POST" and form.is_valid():
        try:
            declare_interest(actor=request.acting.actor, at=now(), **form.cleaned_data)
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your tie is declared"))
            return redirect("ties")
    person = request.acting.actor.person_id
    held = Interest.objects.filter(held_on(legal_day(now())), person=person).order_by("-valid_from", "id")
    context = {
        "header": PageHeader(title=_("My ties"), facts=[_("Who is tied to a party or place keeps out of its cases.")]),
        "ties": [(INTERESTS[row.kind], tied_to(row), row.valid_from) for row in held], "form": form,
        "back": reverse("home"),
    }  # fmt: skip
    return render(request, "people/ties.html", context, status=422 if form.errors else 200)
