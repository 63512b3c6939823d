"""English messages for the tests of this room, and a folder of files of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read messages as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep files apart."""
    monkeypatch.setattr(settings, "FILES_DIR", str(tmp_path / "files"))
