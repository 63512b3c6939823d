"""What the shell shows: navigation, language, theme, region, the person and their posts, the words of the scripts."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oneteam.kernel import clock
from oneteam.web.live import feed_url
from oneteam.web.parts import Link
from oneteam.web.slots import BELL, NAVIGATION, Text, collect

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
TABS_ON_PHONE = 4


@dataclass(frozen=True, slots=True)
class PostChoice:
    """A post that the person may change to: `url` takes a POST, with `value` as the field `post` where it is set."""

    title: Text
    url: str
    value: str = ""
    current: bool = False


class ActorDisplay(Protocol):
    """What a later middleware sets as `request.oneteam_actor`: who acts, under which post, which posts there are.

    `ways` lead to pages about the person's own affairs.
    """

    @property
    def name(self) -> Text: ...
    @property
    def post(self) -> Text: ...
    @property
    def posts(self) -> Sequence[PostChoice]: ...
    @property
    def ways(self) -> Sequence[Link]: ...
    @property
    def leave_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A navigation entry ready for the template; `late` ones stand under "More" on a phone."""

    url: str
    icon: str
    label: Text
    current: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Language:
    """A language in its own name, as its readers look for it."""

    code: str
    name: str


def shell(request: HttpRequest) -> dict[str, object]:
    """The context `shell` of base.html. Without `request.oneteam_actor` the shell has neither rail nor person menu."""
    shown = shell_without_person(request)
    actor: ActorDisplay | None = getattr(request, "oneteam_actor", None)
    if actor is not None:
        entries = _navigation(request)
        shown |= {
            "actor": actor,
            "feed_url": feed_url(request),
            "navigation": entries,
            "navigation_late": [entry for entry in entries if entry.late],
            "help_url": help_url(request),
            "palette_url": _url("search-palette"),
            "bells": collect(BELL, request),
        }
    return {"shell": shown}


def help_url(request: HttpRequest) -> str:
    """The help of the page in front; that of all pages where the address is none."""
    match = request.resolver_match
    return _url("help-page", match.url_name) if match and match.url_name else _url("help")


def shell_without_person(request: HttpRequest) -> dict[str, object]:
    """The shell as strangers see it; asks no database."""
    code = get_language() or settings.LANGUAGE_CODE
    return {
        "navigation": [],
        "navigation_late": [],
        "actor": None,
        "language": _html_language(code),
        "other_languages": [
            Language(other, LANG_INFO[other]["name_local"]) for other, _name in settings.LANGUAGES if other != code
        ],
        "language_url": _url("web:language"),
        "theme": theme_of(request),
        "theme_url": _url("web:theme"),
        "live_url": _url("web:live"),
        "feed_url": "",
        "search_url": _url("search"),
        "region_name": region_name(code),
        "region_time": clock.now() if os.environ.get(clock.CLOCK_VARIABLE, "").strip() else None,
        "words": json.dumps(script_words(), ensure_ascii=False),
    }


def theme_of(request: HttpRequest) -> str:
    """The chosen theme, or "" for the device's own."""
    value = request.COOKIES.get(THEME_COOKIE, "")
    return value if value in THEMES else ""


def region_name(code: str) -> str:
    """The region's name in the reader's language, from settings.REGION_NAME = {"zh": …, "en": …}; "" where unset."""
    names: dict[str, str] = getattr(settings, "REGION_NAME", {})
    return names.get(code.split("-")[0], "")


def script_words() -> dict[str, str]:
    """The few sentences that scripts say; `%s` is filled in by the script."""
    return {
        "saved": _("Draft saved %s"),
        "unsaved": _("Not saved, trying again"),
        "restored": _("Draft of %s restored"),
        "leave": _("What you typed has not been sent."),
        "connected": _("Connected %s"),
        "stale": _("Not updated since %s"),
        "selected": _("%s selected"),
        "elsewhere": _("%s of them not shown here"),
        "news": _("%s new"),
        "some": _("There is something new"),
        "whole": _("Show the whole text"),
        "part": _("Show less"),
        "failed": _("The server could not be reached. What you typed is kept; try again."),
        "refused": _("This was refused. Reload the page to see why."),
        "sending": _("Sending"),
    }


def _navigation(request: HttpRequest) -> list[ShownEntry]:
    visible = [entry for entry in collect(NAVIGATION, request) if entry.visible(request)]
    urls = [(entry, _url(entry.url_name)) for entry in visible]
    named = [(entry, url) for entry, url in urls if url]
    on_phone = TABS_ON_PHONE if len(named) <= TABS_ON_PHONE else TABS_ON_PHONE - 1
    best = max((url for _entry, url in named if _within(request.path, url)), key=len, default="")
    return [
        ShownEntry(url=url, icon=entry.icon, label=entry.label, current=url == best, late=place >= on_phone)
        for place, (entry, url) in enumerate(named)
    ]


def _within(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def _url(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _html_language(code: str) -> str:
    return "zh-Hans" if code.startswith("zh") else code
