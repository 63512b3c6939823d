"""Directories as tests open them: every page in both languages, files tried and taken, queries counted."""

import html
import re
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.directories.importing import find_importer
from oneteam.directories.taking import check_file, import_data
from oneteam.journal.actors import operator
from oneteam.kernel.errors import TableError
from tests.world import AT, browser

CLERK = operator("clerk")


def page(client: Client, address: str) -> str:
    """Return a page's text, entities resolved."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return html.unescape(answer.content.decode())


def faults(name: str, data: str, **options: str) -> list[str]:
    """Return what a file is refused for, a line each."""
    with pytest.raises(TableError) as caught:
        check_file(find_importer(name), actor=CLERK, at=AT, data=data.encode(), options=options)
    return [str(fault) for fault in caught.value.faults]


def take(name: str, data: str) -> int:
    """Import a file; returns how many rows were taken."""
    return import_data(find_importer(name), actor=CLERK, at=AT, data=data.encode()).taken


def costs(client: Client, names: Sequence[str], words: str) -> list[int]:
    """Return the number of queries of each list, searched for these words."""
    counted = []
    for name in names:
        address = f"/directory/{name}/?q={words}"
        page(client, address)
        with CaptureQueriesContext(connection) as seen:
            page(client, address)
        counted.append(len(seen.captured_queries))
    return counted


def open_all(username: str, names: Sequence[str]) -> None:
    """Open each list, its files, an object of it and the forms of all its acts, in both languages."""
    for language in ("zh-hans", "en"):
        client = browser(username, language=language)
        for name in names:
            content = page(client, f"/directory/{name}/")
            row = re.search(rf"/directory/{name}/([0-9a-f-]{{36}})/", content)
            assert row, f"{name} has no row to open"
            detail = page(client, f"/directory/{name}/{row[1]}/")
            for address in set(re.findall(rf'href="(/directory/{name}/(?:new|{row[1]})/\w+/)"', content + detail)):
                page(client, address)
            for kind in ("csv", "xlsx"):
                assert client.get(f"/directory/{name}.{kind}").status_code == 200
