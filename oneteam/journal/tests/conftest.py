"""Fixtures of the journal's tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.utils.translation import override

if TYPE_CHECKING:
    from oneteam.journal.tests.kit import CityLike, World


@pytest.fixture(autouse=True)
def _english_and_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sentences are compared in English, whatever the city's language is; the tests' kinds of act are known."""
    from oneteam.journal.tests.kit import declare_kinds  # noqa: PLC0415 -- Django is not ready before

    declare_kinds(monkeypatch)
    with override("en"):
        yield


@pytest.fixture
def world(city: "CityLike", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "World":
    """A city of this test's own with a guarded probe table; its checkpoint file lies in the test's folder."""
    from oneteam.journal.notes import create_key, load_key  # noqa: PLC0415 -- Django is not ready before
    from oneteam.journal.tests.kit import World, make_probe  # noqa: PLC0415 -- Django is not ready before

    settings: LazySettings = django_settings
    monkeypatch.setattr(settings, "CHECKPOINT_FILE", str(tmp_path / "checkpoints.log"))
    key_file = Path(settings.SEALER_KEY)
    if not key_file.exists():
        key_file = tmp_path / "sealer.key"
        create_key(key_file, "test")
        monkeypatch.setattr(settings, "SEALER_KEY", str(key_file))
    made = World(city, load_key(key_file), tmp_path / "checkpoints.log")
    with made.connect() as owner:
        make_probe(owner)
    return made
