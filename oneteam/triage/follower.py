"""The follower that proposes: it reads each received report in the sealed order and records what the model says."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from oneteam.intake.queries import recent_texts, told_words
from oneteam.journal.actors import machine
from oneteam.journal.follow import Follower, register_follower
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day, now
from oneteam.lawbook.catalogue import matters
from oneteam.lawbook.matters import Matter
from oneteam.places.queries import gazetteer
from oneteam.triage import acts
from oneteam.triage.duplicates import DuplicateIndex
from oneteam.triage.engine import CODE_VERSION, propose
from oneteam.triage.queries import proposals
from oneteam.triage.words import MatterIndex

REMEMBERED = 50_000  # reports kept in memory to find near copies


class Triage(Follower):
    """Proposes matter, place, urgency and near copies of each report; one act a report."""

    name = "triage"
    version = CODE_VERSION
    kinds = frozenset({"report.received"})
    batch = 100

    def __init__(self) -> None:
        self._matters: MatterIndex | None = None
        self._known: Mapping[str, Matter] | None = None
        self._recent: DuplicateIndex | None = None

    def handle(self, batch: Sequence[Act]) -> None:
        """Record a proposal for each report that has none; handing the same acts over again changes nothing."""
        index, names = self._index(), gazetteer(legal_day(now()))
        recent = self._memory()
        done = proposals(act.stream for act in batch)
        words = told_words(act.stream for act in batch)
        for act in batch:
            told = words.get(act.stream)
            if act.stream in done or told is None:
                continue
            proposal = propose(
                told.text, matters=index, gazetteer=names, told_at=told.told_at, recent=recent,
                without=str(act.stream),
            )  # fmt: skip
            acts.propose(
                actor=machine(self.name, proposal.model_version), at=now(), report=act.stream, proposal=proposal
            )
            recent.add(str(act.stream), told.text, told_at=told.told_at, keys=proposal.keys)

    def _index(self) -> MatterIndex:
        """Return the catalogue prepared for scoring, made anew when it was changed."""
        known = matters()
        if self._matters is None or self._known is not known:
            self._matters, self._known = MatterIndex(known.values()), known
        return self._matters

    def _memory(self) -> DuplicateIndex:
        """Return the texts told before, read again from the reports when this process begins."""
        if self._recent is None:
            self._recent = DuplicateIndex()
            known: Mapping[UUID, Any] = recent_texts(REMEMBERED)
            decided = proposals(known)
            for report, told in known.items():
                proposal = decided.get(report)
                if proposal is not None:
                    pairs = (("matter", proposal.matter), ("place", proposal.place_id))
                    keys = tuple(f"{name}:{value}" for name, value in pairs if value)
                    self._recent.add(str(report), told.text, told_at=told.told_at, keys=keys)
        return self._recent


register_follower(Triage())
