"""Matters in the search box. A matter has no row of its own: its id here is made from its code."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from oneteam.directories.searchable import Acts, Hit, Searchable, Words, register_searchable
from oneteam.lawbook.catalogue import branches, matters
from oneteam.lawbook.matters import Matter
from oneteam.people.labels import ROLES


def _id(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"oneteam:matter:{code}")


def _by_id() -> Mapping[UUID, Matter]:
    return {_id(code): matter for code, matter in matters().items()}


def _words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    known = _by_id()
    return {key: _of(known[key]) for key in ids if key in known}


def _of(matter: Matter) -> Words:
    field = branches().get(matter.field or "")
    texts = [field.name.zh, field.name.en] if field else []
    return Words(titles=[matter.name.zh, matter.name.en], codes=[matter.code], texts=texts)


def _shown(_request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    known = _by_id()
    return {
        key: Hit(str(known[key].name), reverse("matter", args=[known[key].code]), known[key].code)
        for key in ids if key in known
    }  # fmt: skip


def _touched(_acts: Acts) -> Iterable[UUID]:
    return _by_id()


register_searchable(Searchable(
    kind="matters", label=gettext_lazy("Matters"), icon="list", who=frozenset(ROLES), position=60,
    acts=frozenset({"catalogue.loaded"}), touched=_touched, words=_words, shown=_shown,
))  # fmt: skip
