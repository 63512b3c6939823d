"""What a start prints: where to look, who to sign in as, and what to do next; in Chinese and English."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_noop

from oneteam.server import config

COMMAND = "./run"


def both(message: str) -> str:
    """The message in Chinese and in English."""
    with translation.override("zh-hans"):
        chinese = translation.gettext(message)
    return f"{chinese} {message}" if chinese != message else message


def width(text: str) -> int:
    """Columns that a text takes in a terminal: a Chinese letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def pad(text: str, columns: int) -> str:
    """The text, filled with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Lines of a table whose columns stand below each other."""
    columns = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [(indent + "  ".join(pad(cell, columns[at]) for at, cell in enumerate(row))).rstrip() for row in rows]


def plain(state: Mapping[str, Any]) -> str:
    """What `oneteam serve` prints: no sign-ins."""
    rows = [
        (both(gettext_noop("Open in a browser")), str(state["url"])),
        (both(gettext_noop("See the state")), "oneteam doctor"),
    ]
    return "\n".join(["", *table(rows), "", *_end(state), ""])


def demo(paths: config.CityPaths, state: Mapping[str, Any]) -> str:
    """What a start of the demo city prints."""
    from oneteam.places.queries import region  # noqa: PLC0415 -- needs Django
    from oneteam.server.founding import demo_file, read_demo  # noqa: PLC0415

    here, entrance = region(), read_demo(paths)
    title = f"oneteam · {here.name_zh} {here.name_en}" if here else "oneteam"
    rows: list[tuple[str, str]] = []
    if "url" in state:
        rows += [
            (both(gettext_noop("Open in a browser")), str(state["url"])),
            (both(gettext_noop("Interface for systems")), f"{state['url']}api/v1/openapi.json"),
        ]
    rows.append((both(gettext_noop("Token of the interface")), f"{demo_file(paths)}"))
    if entrance is not None:
        rows.append((both(gettext_noop("Password of all")), entrance.password))
    lines = ["", title, "", *table(rows), "", *table(_sign_ins(entrance.people if entrance else ())), ""]
    lines += [*table(_counts()), ""]
    following = [
        (both(gettext_noop("Take in a file")), f"{COMMAND} intake import FILE.csv"),
        (both(gettext_noop("Check the journal")), f"{COMMAND} journal verify"),
        (both(gettext_noop("Is all well?")), f"{COMMAND} doctor"),
    ]
    return "\n".join([*lines, *table(following), "", *_end(state), ""])


def _end(state: Mapping[str, Any]) -> list[str]:
    return [f"  {both(gettext_noop('Ctrl-C ends this'))}", ""] if "url" in state else []


def _sign_ins(usernames: Sequence[str]) -> list[tuple[str, str, str]]:
    """Rows of the accounts that are named; of all where none is (a demo city founded by an earlier version)."""
    from oneteam.people.models import Account, Post  # noqa: PLC0415 -- needs Django

    titles: dict[object, list[str]] = {}
    accounts = Account.objects.select_related("person").order_by("id")
    if usernames:
        accounts = accounts.filter(username__in=usernames)
    for post in Post.objects.filter(person__account__in=accounts).order_by("id"):
        titles.setdefault(post.person_id, []).append(f"{post.title_zh} {post.title_en}")
    return [
        (
            account.username,
            f"{account.person.name_zh} {account.person.name_en}",
            " · ".join(titles.get(account.person_id, [])),
        )
        for account in accounts
    ]


def _counts() -> list[tuple[str, str]]:
    from oneteam.journal.queries import count_by_kind, seal_state  # noqa: PLC0415 -- needs Django

    kinds, sealed = count_by_kind(), seal_state()
    return [
        (both(gettext_noop("Reports")), f"{kinds.get('report.received', 0):,}"),
        (both(gettext_noop("Acts, of them sealed")), f"{sealed.acts:,}, {sealed.sealed:,}"),
    ]
