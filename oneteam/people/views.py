"""Choosing the post one acts under."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.views import LoginView
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import NotAllowedError, UnlawfulError
from oneteam.people import acts
from oneteam.people.demo import demo_accounts
from oneteam.people.labels import ROLES
from oneteam.people.limits import factors_needed
from oneteam.people.middleware import Acting, PersonRequest
from oneteam.people.models import Account
from oneteam.people.passkeys import factors_of, passkey_wanted
from oneteam.people.queries import actor_under, posts_of
from oneteam.web.panels import Choice, Choices
from oneteam.web.parts import FailedCheck, Refusal

P = ParamSpec("P")
View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def for_roles(*roles: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Let a view be seen by persons acting under one of these roles (any role when none is named).

    Others get 403 with the roles that may; who is not signed in is asked to.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if roles and request.acting.post.role not in roles:
                raise NotAllowedError(_other_post_needed(request.acting, roles))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _other_post_needed(acting: Acting, roles: Sequence[str]) -> str:
    """Say which post is in force, who may, and whether the person holds such a post."""
    lines = [
        _("You act as %(post)s.") % {"post": acting.post.label},
        _("This is for: %(roles)s") % {"roles": _(", ").join(str(ROLES[role]) for role in roles)},
    ]
    if any(post.role in roles for post in acting.posts):
        lines.append(_("You hold such a post: change your post at the top right."))
    return "\n".join(lines)


@login_required
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> HttpResponse:
    """Show the person's posts of today; POST takes one."""
    user = request.user
    assert isinstance(user, Account)
    moment = now()
    held = posts_of(user.person_id, legal_day(moment))
    refusal = None
    if request.method == "POST":
        chosen = next((post for post in held if str(post.id) == request.POST.get("post")), None)
        if chosen is not None:
            try:
                acts.take_post(actor=actor_under(chosen), at=moment, factors=factors_of(request, user))
            except UnlawfulError as error:
                refusal = Refusal(_("This post cannot be taken"), checks=[
                    FailedCheck(failed.id, failed.sentence, failed.article, failed.cure, reverse("passkeys"))
                    for failed in error.failures
                ])  # fmt: skip
            else:
                request.session["post"] = str(chosen.id)
                target = request.POST.get("next", "")
                if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
                    target = "home"
                return redirect(target)
    current = request.session.get("post")
    choices = Choices(
        "post", _("Under which post do you act?"),
        [Choice(str(post.id), post.title, note=post.unit, checked=str(post.id) == current) for post in held],
    )  # fmt: skip
    context = {
        "choices": choices,
        "refusal": refusal,
        "passkey_wanted": passkey_wanted(user, request, legal_day(moment)),
    }
    return render(request, "people/posts.html", context, status=422 if refusal else 200)


class SignIn(LoginView):  # type: ignore[misc] # allauth has no types
    """The sign-in page; in the demo city it says who there is to sign in as."""

    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo city's accounts, and whether they sign in with the password alone (setting sign_in.factors)."""
        demo = demo_accounts()
        return {**super().get_context_data(**kwargs), "demo": demo, "one_factor": bool(demo) and factors_needed() < 2}


def not_here(request: HttpRequest) -> HttpResponse:
    """Answer for what allauth names but this product does not have: registering, resetting a password by mail."""
    raise Http404
