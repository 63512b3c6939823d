"""What a form offers of the catalogue: the likely matters, and those that typed words find. No form lists them all."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from oneteam.lawbook.catalogue import branches, catalogue, field_name
from oneteam.lawbook.matters import Matter

MOST = 40

Groups = list[tuple[str, Any]]


def found_matters(words: str, on: date) -> list[Matter]:
    """Return the matters in force on a day with all these words in a name, code, field or common word.

    MOST at most, in both languages; a name that begins with the words comes first, then the shorter one.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    named = {code: field_name(code) for code in branches()}
    hits = []
    for code, matter in catalogue().on(on).items():
        name = f"{matter.name.zh} {matter.name.en}".casefold()
        within = f"{name} {code} {named.get(matter.field or '', '')} {' '.join(matter.words)}".casefold()
        if all(word in within for word in wanted):
            missed = sum(word not in name for word in wanted)
            hits.append(((missed, not name.startswith(wanted[0]), len(name), code), matter))
    return [matter for _key, matter in sorted(hits, key=lambda hit: hit[0])[:MOST]]


def matter_choices(on: date, *, likely: Iterable[str | None], words: str = "") -> Groups:
    """Return the likely matters, those of the likeliest one's field, and those the words find, as choices by field."""
    known = catalogue().on(on)
    first = [code for code in likely if code and code in known]
    found = [matter.code for matter in found_matters(words, on)]
    beside = [code for code, matter in known.items() if first and matter.field == known[first[0]].field]
    codes = list(dict.fromkeys([*first, *found, *(beside if not found else ())]))[:MOST]
    return [("", _("Choose a matter")), *by_field([known[code] for code in codes if code])]


def by_field(matters: Iterable[Matter]) -> Groups:
    """Return matters as choices under the names of their fields, the fields in the order of their first matter."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for matter in matters:
        name = capfirst(field_name(matter.field)) if matter.field else _("Other agencies")
        groups.setdefault(name or _("Other agencies"), []).append((matter.code, str(matter.name)))
    return list(groups.items())
