"""The follower that proposes: it reads each received report in the sealed order and records what the model says."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
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


class Proposing:
    """What a process needs to propose: catalogue, gazetteer, and the texts told before. Not for several threads."""

    def __init__(self) -> None:
        self._matters: MatterIndex | None = None
        self._known: Mapping[str, Matter] | None = None
        self._recent: DuplicateIndex | None = None

    def record(self, reports: Iterable[UUID], *, at: datetime) -> dict[UUID, UUID]:
        """Record a proposal for each of these reports that has none; return those made now by report."""
        wanted = list(reports)
        index, names = self._index(), gazetteer(legal_day(at))
        recent = self._memory()
        done, words, made = proposals(wanted), told_words(wanted), {}
        for report in wanted:
            told = words.get(report)
            if report in done or told is None:
                continue
            proposal = propose(
                told.text, matters=index, gazetteer=names, told_at=told.told_at, recent=recent, without=str(report)
            )
            made[report] = acts.propose(
                actor=machine(Triage.name, proposal.model_version), at=at, report=report, proposal=proposal
            )
            recent.add(str(report), told.text, told_at=told.told_at, keys=proposal.keys)
        return made

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


class Triage(Follower):
    """Proposes matter, place, urgency and near copies of each report; one act a report."""

    name = "triage"
    version = CODE_VERSION
    kinds = frozenset({"report.received"})
    batch = 100

    def __init__(self) -> None:
        self._proposing = Proposing()

    def handle(self, batch: Sequence[Act]) -> None:
        """Record a proposal for each report that has none; handing the same acts over again changes nothing."""
        self._proposing.record((act.stream for act in batch), at=now())


register_follower(Triage())
