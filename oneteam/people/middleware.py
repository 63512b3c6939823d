"""The post a signed-in person acts under, checked anew at every request."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.journal.actors import Actor
from oneteam.kernel.clock import legal_day, now
from oneteam.people.idle import beyond_display, idle_too_long
from oneteam.people.models import Account, Post
from oneteam.people.queries import HeldPost, actor_under, posts_of
from oneteam.people.standing_acts import CONCERNED
from oneteam.places.queries import localised
from oneteam.web.context_processors import PostChoice
from oneteam.web.parts import Link


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts in this request: the post in force, the posts to change to, and the actor for acts."""

    post: HeldPost
    posts: tuple[HeldPost, ...]
    actor: Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """The acting person as the shell shows it."""

    name: str
    post: str
    posts: tuple[PostChoice, ...]
    ways: tuple[Link, ...]
    leave_url: str


class PersonRequest(HttpRequest):
    """A request that came through `acting_person` with a person acting under a post."""

    acting: Acting


def acting_person(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.acting` for a person under a post; send one who has still to choose to the choice of posts.

    A post that ended while its holder was signed in is gone with the next request; so is a session left alone for
    longer than the city allows (SEC-02), and one that only displays a screen when it asks for anything else.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.acting = None  # type: ignore[attr-defined]
        user = request.user
        if isinstance(user, Account) and beyond_display(request):
            logout(request)
            return redirect_to_login(request.get_full_path())
        if isinstance(user, Account) and idle_too_long(request, user, moment=time.time(), at=now()):
            logout(request)
            messages.warning(request, _("You were signed out after a long time without activity. Sign in again."))
            return redirect_to_login(request.get_full_path())
        if isinstance(user, Account):
            held = posts_of(user.person_id, legal_day(now()))
            chosen = next((post for post in held if str(post.id) == request.session.get("post")), None)
            if chosen is not None:
                acting = Acting(post=chosen, posts=tuple(held), actor=actor_under(chosen))
                request.acting = acting  # type: ignore[attr-defined]
                request.oneteam_actor = _shown(acting)  # type: ignore[attr-defined]
            elif not _open_path(request.path):
                _say_what_ended(request)
                return redirect("posts")
        return get_response(request)

    return middleware


def _say_what_ended(request: HttpRequest) -> None:
    """Tell whoever was sent back that the post has ended meanwhile, and that a form sent under it was not taken."""
    ended = Post.objects.filter(id=request.session.pop("post", None)).first()
    if ended is None:
        return
    told = {"post": localised(ended.title_zh, ended.title_en), "day": (ended.valid_to or ended.valid_from).isoformat()}
    messages.warning(request, _("Your post %(post)s was held until %(day)s.") % told)
    if request.method == "POST":
        messages.error(request, _("What you just sent was not taken. Whoever holds the post now can do it."))


def _shown(acting: Acting) -> Shown:
    choices = tuple(
        PostChoice(title=post.label, url=reverse("posts"), value=str(post.id), current=post.id == acting.post.id)
        for post in acting.posts
    )
    ways = [Link(_("My password"), reverse("password")), Link(_("My passkeys"), reverse("passkeys"))]
    if acting.post.role in CONCERNED:
        ways.append(Link(_("My ties"), reverse("ties")))
    return Shown(acting.post.name, acting.post.label, choices, tuple(ways), reverse("account_logout"))


def _open_path(path: str) -> bool:
    """Tell whether a page works without a post: the choice itself, signing out, the shell's own switches."""
    prefixes = (
        reverse("posts"), reverse("account_logout"), reverse("passkeys"), reverse("password"),
        "/static/", "/d/", "/language/", "/theme/",
    )  # fmt: skip
    return path.startswith(prefixes)
