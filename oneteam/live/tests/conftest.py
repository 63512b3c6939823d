"""English messages for the tests of this room."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read messages as they stand in the code."""
    with translation.override("en"):
        yield
