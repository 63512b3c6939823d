"""The help among what the palette leads to."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.help.pages import help_pages
from oneteam.web.slots import COMMANDS, Command, register


def _commands(request: HttpRequest) -> Iterable[Command]:
    for page in help_pages():
        yield Command(_("Help: %(page)s") % {"page": page.title}, reverse("help-page", args=[page.name]), "question")


register(COMMANDS, _commands)
