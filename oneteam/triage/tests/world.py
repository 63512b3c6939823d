"""The demo city's catalogue and gazetteer, the labelled texts, and a short way to propose."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from oneteam.lawbook.layers import pack_catalogue
from oneteam.triage.duplicates import DuplicateIndex
from oneteam.triage.engine import Proposal, propose
from oneteam.triage.words import MatterIndex
from tests.ground import gazetteer

ROOT = Path(__file__).parents[3]
TOLD_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with the matter and the place that a reader gives it ("-": none)."""

    text: str
    matter: str
    place: str | None

    @property
    def held_out(self) -> bool:
        return crc32(self.text.encode()) % 2 == 1


@cache
def catalogue() -> MatterIndex:
    return MatterIndex(line.matter for line in pack_catalogue().values())


@cache
def labels() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "labelled.yaml").read_text("utf-8"))
    return content


@cache
def samples() -> dict[str, dict[str, str]]:
    with (ROOT / "demo" / "samples" / "messages.csv").open(encoding="utf-8", newline="") as file:
        return {row["external_id"]: row for row in csv.DictReader(file)}


@cache
def labelled() -> tuple[Labelled, ...]:
    told = [Labelled(f"{row['title']}\n{row['text']}", *labels()["samples"][name]) for name, row in samples().items()]
    return (*told, *(Labelled(text, code, None) for code, text in labels()["texts"]))


def proposed(text: str, *, recent: DuplicateIndex | None = None, told_at: datetime = TOLD_AT) -> Proposal:
    return propose(text, matters=catalogue(), gazetteer=gazetteer(), told_at=told_at, recent=recent)
