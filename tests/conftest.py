"""What journeys share: a browser and a served city for the tests of a file; one with other wants has its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from oneteam.server import testing
from tests.running import Running, on_clone
from tests.walking import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def server(template: testing.Template) -> Iterator[Running]:
    """The real server on a founded city."""
    with on_clone(template) as found:
        found.start()
        yield found
