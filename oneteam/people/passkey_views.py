"""The page of one's own passkeys."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oneteam.kernel.clock import now
from oneteam.kernel.errors import OneteamError
from oneteam.people import passkeys
from oneteam.people.models import Account
from oneteam.web.parts import Refusal


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show one's passkeys, and register one where this session may; POST brings what the device made."""
    account = request.user
    assert isinstance(account, Account)
    refusal = None
    if request.method == "POST":
        try:
            credential = json.loads(request.POST.get("credential") or "null")
            passkeys.add(account, request, at=now(), name=request.POST.get("name", ""), credential=credential)
        except json.JSONDecodeError:
            refusal = Refusal(_("No passkey was registered"), lines=[passkeys.NOT_TAKEN])
        except OneteamError as error:
            refusal = Refusal(_("No passkey was registered"), lines=str(error).splitlines())
        else:
            messages.success(request, _("Passkey registered. You sign in with it from now on."))
            return redirect("passkeys")
    may_add = passkeys.may_add(account, request)
    context = {
        "refusal": refusal, "known": [found.wrap() for found in passkeys.passkeys_of(account)], "may_add": may_add,
        "options": passkeys.begin(account) if may_add else None, "posts_open": request.session.get("post") is None,
    }  # fmt: skip
    return render(request, "people/passkeys.html", context, status=422 if refusal else 200)
