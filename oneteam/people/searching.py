"""People and units in the search box."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from oneteam.directories.searchable import Acts, Words, by_row, of_directory
from oneteam.people.register_forms import post_title


def _persons(acts: Acts) -> Iterable[UUID]:
    """Return whom acts concern: persons by their own file, by their account's and by their posts'."""
    for act in acts:
        yield from act.about if act.kind.startswith("post.") else [act.stream]


def _person(row: Any) -> Words:
    account = getattr(row, "account", None)
    return Words(
        titles=[row.name_zh, row.name_en], codes=[account.username] if account else [], person=True,
        texts=[text for post in row.held for text in (post.title_zh, post.title_en, post.unit.name_zh)],
    )  # fmt: skip


def _posts(row: Any) -> str:
    return post_title(row.held[-1]) if row.held else ""


of_directory(
    "people",
    acts=["person.registered", "person.corrected", "account.made", "post.given", "post.ended"],
    touched=_persons,
    words=by_row(_person),
    note=_posts,
)
of_directory(
    "units",
    acts=["unit.registered", "unit.corrected"],
    words=by_row(lambda row: Words(titles=[row.name_zh, row.name_en], codes=[row.code])),
    note=lambda row: row.code,
)
