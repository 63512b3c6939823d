"""Matters for one tap: what the person and the place had lately, then what the city has most; and search."""

from collections import Counter
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from oneteam.intake.queries import frequent_matters
from oneteam.lawbook.catalogue import catalogue
from oneteam.lawbook.matters import WEAK_SIGN, Matter
from oneteam.patrols.models import Finding
from oneteam.places.queries import Located

OFFERED = 6
FOUND = 20
LOOKED_AT = 60  # findings of the person and of the place, the newest
AT_THE_PLACE = 2  # what was found at the place counts so much more


def proposed_matters(person: UUID | None, here: Located | None, on: date) -> list[Matter]:
    """Return the matters to offer first to a person at a place on a day, the likeliest first; in three queries."""
    known = catalogue().on(on)
    weight: Counter[str] = Counter()
    weight.update(_recent(Finding.objects.filter(found_by=person)))
    for code in _recent(Finding.objects.filter(place__in=here.ids)) if here is not None and here.ids else ():
        weight[code] += AT_THE_PLACE
    ranked = [code for code, _count in weight.most_common()]
    services = [code for code, matter in known.items() if matter.kind == "service"]
    every = dict.fromkeys([*ranked, *frequent_matters(), *services])
    return [known[code] for code in every if code in known][:OFFERED]


def _recent(found: QuerySet[Finding]) -> list[str]:
    return list(found.order_by("-found_at").values_list("matter", flat=True)[:LOOKED_AT])


def search_matters(words: str, on: date) -> list[Matter]:
    """Return the matters of a day that hold every one of these words in name, code or words of the trade."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    found = [
        (min(_place(text, wanted[0]) for text in _texts(matter)), matter)
        for matter in catalogue().on(on).values()
        if all(any(word in text for text in _texts(matter)) for word in wanted)
    ]
    return [matter for _rank, matter in sorted(found, key=lambda pair: pair[0])][:FOUND]


def _texts(matter: Matter) -> list[str]:
    trade = [word.strip(WEAK_SIGN) for word in matter.words]
    return [matter.name.zh, matter.name.en.casefold(), matter.code.casefold(), *trade]


def _place(text: str, word: str) -> int:
    position = text.find(word)
    return position if position >= 0 else len(text)
