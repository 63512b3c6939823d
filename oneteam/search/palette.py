"""The palette (Ctrl+K): commands by their words, pinyin or initials, then what the search finds."""

from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse

from oneteam.search.tokens import compact, is_han, readings, runs
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, collect

COMMANDS_SHOWN = 8


def commands(request: HttpRequest, words: str) -> list[Command]:
    """Return the places that somebody may go to whose label has every one of the words; all of the rail without words.

    A label's beginning comes first, then the order in which rooms stand in the rail.
    """
    entries = [entry for entry in collect(NAVIGATION, request) if entry.visible(request)]
    rail = [Command(str(entry.label), reverse(entry.url_name), entry.icon) for entry in entries]
    asked = [run for word in words.split() for run in runs(word)]
    if not asked:
        return rail
    own = [Command(str(way.label), way.url, "person") for way in request.oneteam_actor.ways]  # type: ignore[attr-defined] # the shell's person
    known = {command.url: command for command in (*rail, *own, *collect(COMMANDS, request))}
    found = [(place, command) for command in known.values() if (place := _place(str(command.label), asked)) is not None]
    return [command for _place_in_label, command in sorted(found, key=lambda one: one[0])][:COMMANDS_SHOWN]


def _place(label: str, asked: list[str]) -> int | None:
    """Return where the first word begins in a label, None where one of the words is not in it."""
    forms = _forms(label)
    places = [min((place for form in forms if (place := form.find(word)) >= 0), default=None) for word in asked]
    return None if None in places else places[0]


@lru_cache(maxsize=2_000)
def _forms(label: str) -> tuple[str, ...]:
    """Return a label as it can be typed: its letters, and of Chinese the pinyin and the initials."""
    han = "".join(run for run in runs(label) if is_han(run))
    if not han:
        return (compact(label),)
    syllables = readings(han, person=False)
    return compact(label), "".join(syllables), "".join(syllable[0] for syllable in syllables)
