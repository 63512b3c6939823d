"""What `verify` and `state` find, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST = 1_000

TEXTS: dict[str, str | Promise] = {
    # one act
    "gone": gettext_lazy("the act is gone from the journal"),
    "missing": gettext_lazy("no act stands at place %(detail)s of the sealed order"),
    "link": gettext_lazy("its body, sequence, previous link or hash was changed"),
    "leaf": gettext_lazy("the act or the digests of its rows were changed after sealing"),
    "body": gettext_lazy("its body is not in the canonical form"),
    "column": gettext_lazy("its column %(detail)s says something else than the sealed body"),
    "open": gettext_lazy("its field %(detail)s says something else than the sealed commitment"),
    "unsealed field": gettext_lazy("its field %(detail)s was never part of the act"),
    "hidden": gettext_lazy("its personal field %(detail)s is gone, and no act of erasing explains it"),
    "blob": gettext_lazy("its encrypted values for subject %(detail)s were changed"),
    "blob value": gettext_lazy("its encrypted field %(detail)s is not the one that was committed to"),
    "blob extra": gettext_lazy("it holds encrypted values for subject %(detail)s whose key is gone or was changed"),
    "sequence": gettext_lazy("acts before it in its file are missing, doubled or renumbered (%(detail)s)"),
    "chain": gettext_lazy("it does not follow the act before it in its file"),
    "order": gettext_lazy("it was moved in the order of acts"),
    "behind": gettext_lazy("it stands before the last checkpoint, but was never sealed: it was slipped in"),
    "orphan change": gettext_lazy("rows were changed under this act, which is gone"),
    "orphan secret": gettext_lazy("encrypted values name this act, which does not exist"),
    "outside": gettext_lazy("it is not the act that the checkpoint file has at place %(detail)s"),
    # sealing
    "batch": gettext_lazy("the tree over these acts is not the signed one: one was changed, removed, added or moved"),
    "signature": gettext_lazy("%(detail)s"),
    "checkpoint": gettext_lazy("its %(detail)s says something else than what was signed"),
    "uncovered": gettext_lazy("a place in the sealed order that no checkpoint covers"),
    "file gap": gettext_lazy("the checkpoint file lacks the acts from place %(detail)s on"),
    "file other": gettext_lazy("the checkpoint file has another checkpoint than the database"),
    "file more": gettext_lazy("the checkpoint file has this checkpoint, the database has not"),
    "file less": gettext_lazy("the database has this checkpoint, the checkpoint file has not"),
    # rows
    "row changed": gettext_lazy("the row was changed without an act"),
    "row added": gettext_lazy("the row was added without an act"),
    "row removed": gettext_lazy("the row was removed without an act"),
    "row back": gettext_lazy("the row was removed by an act, but is there"),
    "row order": gettext_lazy("the order of its changes was turned round"),
    # catalogue
    "trigger": gettext_lazy("its trigger %(detail)s is missing, disabled or another one than shipped"),
    "function": gettext_lazy("the function %(detail)s is missing or another one than shipped"),
    "no guard": gettext_lazy("it should be guarded, but no migration puts the guard on it"),
    "no kind": gettext_lazy("a table of no declared kind"),
    "no table": gettext_lazy("the table is missing"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: what it concerns (an act, a row of a table, a checkpoint by its size) and a code of TEXTS."""

    code: str
    act: UUID | None = None
    stream: UUID | None = None
    seq: int | None = None
    kind: str | None = None
    table: str = ""
    row: UUID | None = None
    size: int | None = None
    places: tuple[int, int] | None = None
    detail: str = ""

    def __str__(self) -> str:
        return f"{self._where()}: {str(TEXTS[self.code]) % {'detail': self.detail}}"

    def _where(self) -> str:
        if self.row is not None:
            where = _("row %(row)s of %(table)s") % {"row": self.row, "table": self.table}
            if self.act is not None:
                where += _(", last touched by act %(act)s") % {"act": self.act}
            return where
        if self.act is not None:
            if self.kind is None:
                return _("act %(act)s") % {"act": self.act}
            text = _("act %(act)s (%(kind)s, number %(seq)s in file %(stream)s)")
            return text % {"act": self.act, "kind": self.kind, "seq": self.seq, "stream": self.stream}
        if self.places is not None:
            return _("acts at places %(first)s to %(last)s") % {"first": self.places[0], "last": self.places[1]}
        if self.size is not None:
            return _("checkpoint of %(size)s acts") % {"size": self.size}
        return _("table %(table)s") % {"table": self.table} if self.table else _("the journal")


@dataclass(slots=True, kw_only=True)
class Report:
    """What was checked and what was found. `notices` say what could not be checked; they are no faults."""

    acts: int = 0
    sealed: int = 0
    checkpoints: int = 0
    rows: int = 0
    root: bytes = b""
    notices: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    _known: set[Fault] = field(default_factory=set)

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.faults

    def add(self, faults: Iterable[Fault]) -> None:
        """Take faults, each once, up to a number that people can still read; the others are counted."""
        for fault in faults:
            if len(self.faults) >= MOST:
                self.more += 1
            elif fault not in self._known:
                self._known.add(fault)
                self.faults.append(fault)

    def name_acts(self, known: dict[UUID, tuple[UUID, int, str]]) -> None:
        """Put file, number and kind to the acts that faults name."""
        for at, fault in enumerate(self.faults):
            if fault.act in known and fault.kind is None and fault.row is None:
                stream, seq, kind = known[fault.act]
                self.faults[at] = replace(fault, stream=stream, seq=seq, kind=kind)

    def lines(self) -> Iterator[str]:
        """Yield the faults in words, the one act of several faults together."""
        for fault in sorted(self.faults, key=lambda one: (str(one.table), str(one.stream), one.seq or 0, str(one.act))):
            yield str(fault)
        if self.more:
            yield _("… and %(count)d more") % {"count": self.more}
