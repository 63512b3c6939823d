"""The made-up procedure, loaded into a test's own city."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override


@pytest.fixture
def effects() -> list[Any]:
    """What the probe's effect was called with."""
    return []


@pytest.fixture
def probe(city: object, monkeypatch: pytest.MonkeyPatch, effects: list[Any]) -> Iterator[object]:
    """A city that knows the probe procedure; texts in English."""
    from oneteam.procedures.tests import probe as probes  # noqa: PLC0415 -- Django starts after this file is read

    probes.install(monkeypatch, effects)
    probes.load()
    with override("en"):
        yield city
