"""The page of one's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oneteam.journal.actors import Actor, ActorKind
from oneteam.kernel.clock import now
from oneteam.kernel.errors import BadInputError, ConflictError
from oneteam.people.acts import change_password
from oneteam.people.forms import PasswordForm
from oneteam.people.models import Account


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Change one's own password; this session goes on, the account's others end."""
    account = request.user
    assert isinstance(account, Account)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        actor = Actor(kind=ActorKind.PERSON, id=str(account.person_id))
        try:
            change_password(actor=actor, at=now(), current=told["current"], password=told["new"])
        except (BadInputError, ConflictError) as error:
            form.add_error(None, str(error))
        else:
            account.refresh_from_db()
            update_session_auth_hash(request, account)
            messages.success(request, _("Your password is changed. Wherever else you were signed in, you are no more."))
            return redirect("home")
    return render(request, "people/password.html", {"form": form}, status=422 if form.errors else 200)
