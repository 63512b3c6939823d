"""English messages for the tests of this room, and an importer known for the time of one test."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

if TYPE_CHECKING:
    from oneteam.directories.importing import Importer


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read messages as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def shops() -> "Iterator[Importer]":
    """An importer known for the time of one test."""
    from oneteam.directories import importing  # noqa: PLC0415 -- apps are there only now
    from oneteam.directories.tests.kit import importer  # noqa: PLC0415 -- as above

    yield importing.register_importer(importer())
    del importing._importers["shops"]
