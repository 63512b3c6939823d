"""The room's places in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command import queries
from oneteam.command.acts import RECEIVERS
from oneteam.command.rules import LEADERS
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, NavigationEntry, register


def conducts(request: HttpRequest) -> bool:
    """Tell whether the acting person is the dispatcher at the desk."""
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role == "dispatcher"


def _leads(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in LEADERS


def _receives(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in RECEIVERS


def _verifies(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in (*RECEIVERS, "dispatcher", "brigade_leader")


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    # On an officer's phone only the first entries are tabs: verifying is one of them while something waits for it.
    acting = getattr(request, "acting", None)
    pressing = (
        acting is not None and acting.post.role == "officer"
        and queries.waits_for_verification(besides=acting.actor.person_id) > 0
    )  # fmt: skip
    return [
        NavigationEntry("desk", "home", gettext_lazy("Desk"), order=1, visible=conducts),
        NavigationEntry("orders", "order", gettext_lazy("Orders"), order=5, visible=_receives),
        NavigationEntry("escalated", "bell", gettext_lazy("Late orders"), order=6, visible=_leads),
        NavigationEntry("verify", "inspect", gettext_lazy("Verify"), order=7 if pressing else 20, visible=_verifies),
    ]


def _commands(request: HttpRequest) -> Iterable[Command]:
    if conducts(request):
        yield Command(_("Hand over the desk"), reverse("handover"), "swap")


register(NAVIGATION, _entries)
register(COMMANDS, _commands)
