"""Verifying the whole journal: every act, every link, every leaf, every signature, and the file outside.

Everything is read in one snapshot, so that writers and sealer may go on meanwhile. Big journals are checked by several
processes.
"""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from oneteam.journal.checking import Connection, Context, Found, check_sealed, check_unsealed
from oneteam.journal.faults import Fault, Report
from oneteam.journal.notes import VerificationKey, load_public
from oneteam.journal.seal import dsn_of
from oneteam.journal.treecheck import TreeCheck, read_outside
from oneteam.journal.vault import Vault
from oneteam.kernel.errors import BadInputError

CHUNK = 10_000
SMALL = 20_000

_COUNTS = """
SELECT pg_export_snapshot(), (SELECT count(*) FROM journal_act), (SELECT coalesce(max(idx) + 1, 0) FROM journal_leaf),
  (SELECT count(*) FROM journal_checkpoint), has_table_privilege('journal_secret', 'SELECT'),
  (SELECT coalesce(max(size), 0) FROM journal_checkpoint)
"""
_CHAIN = """
SELECT id::text, code, detail FROM (
  SELECT a.id, a.seq, a.prev, a.n, l.idx, lag(a.seq) OVER s AS seq_before, lag(a.hash) OVER s AS hash_before,
    lag(a.n) OVER s AS n_before, lag(l.idx) OVER s AS idx_before
  FROM journal_act a LEFT JOIN journal_leaf l ON l.act_id = a.id
  WINDOW s AS (PARTITION BY a.stream ORDER BY a.seq)
) w CROSS JOIN LATERAL (
  SELECT 'sequence', (coalesce(seq_before, 0) + 1) || '…' || seq WHERE seq <> coalesce(seq_before, 0) + 1
  UNION ALL SELECT 'chain', '' WHERE prev <> coalesce(hash_before, decode(repeat('00', 32), 'hex'))
  UNION ALL SELECT 'order', '' WHERE n <= n_before OR idx < idx_before
    OR (idx IS NOT NULL AND idx_before IS NULL AND seq_before IS NOT NULL)
) f (code, detail)
WHERE seq <> coalesce(seq_before, 0) + 1 OR prev <> coalesce(hash_before, decode(repeat('00', 32), 'hex'))
  OR n <= n_before OR idx < idx_before OR (idx IS NOT NULL AND idx_before IS NULL AND seq_before IS NOT NULL)
"""
_ORDER = """
SELECT id::text, 'order', '' FROM (
  SELECT a.id, a.xid, a.n, lag(a.xid) OVER o AS xid_before, lag(a.n) OVER o AS n_before
  FROM journal_leaf l JOIN journal_act a ON a.id = l.act_id WINDOW o AS (ORDER BY l.idx)
) w WHERE xid > '0' AND xid_before > '0' AND (xid, n) < (xid_before, n_before)
"""
_BEHIND = """
SELECT a.id::text, 'behind', '' FROM journal_act a, (
  SELECT s.xid, s.n FROM journal_leaf l JOIN journal_act s ON s.id = l.act_id ORDER BY l.idx DESC LIMIT 1
) last
WHERE last.xid > '0' AND (a.xid, a.n) <= (last.xid, last.n)
  AND NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = a.id)
"""
_ORPHANS = """
SELECT DISTINCT c.act_id::text, 'orphan change', '' FROM journal_change c
WHERE NOT EXISTS (SELECT 1 FROM journal_act a WHERE a.id = c.act_id)
"""
_LOOSE_SECRETS = """
SELECT DISTINCT s.act_id::text, 'orphan secret', '' FROM journal_secret s
WHERE NOT EXISTS (SELECT 1 FROM journal_act a WHERE a.id = s.act_id)
"""
_ERASED = "SELECT payload->'values' FROM journal_act WHERE kind = 'personal.erased'"


@dataclass(frozen=True, slots=True)
class Job:
    """What a process needs to take part: how to connect, the snapshot, keys, and where the file lies.

    `before` and `checked` say what of the file belongs to the snapshot, see `read_outside`.
    """

    dsn: str
    snapshot: str
    key: str
    master: str | None
    file: str | None
    before: int
    checked: int


@dataclass(slots=True)
class Result:
    """What one task found."""

    found: list[Found]
    faults: list[Fault]
    root: bytes = b""


class Worker:
    """Runs tasks on one connection that sees the run's snapshot."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.connection: Connection = psycopg.connect(job.dsn, application_name="oneteam-verify")
        self.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self.connection.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(job.snapshot))
        # Hash joins of a million rows spill to disk below this; it holds for this connection alone.
        self.connection.execute("SET LOCAL work_mem = '128MB'")
        erased: dict[str, frozenset[str]] = {}
        for (values,) in self.connection.execute(_ERASED):
            for act, names in (values or {}).items():
                erased[act] = erased.get(act, frozenset()).union(names)
        self.context = Context(Vault(Path(job.master).read_bytes()) if job.master else None, erased)

    def run(self, task: tuple[str, int, int]) -> Result:
        """Run one task: a part of the sealed acts, the unsealed ones, the tree, or one of the queries."""
        name, start, end = task
        if name == "acts":
            return Result(check_sealed(self.connection, self.context, start, end), [])
        if name == "unsealed":
            return Result(check_unsealed(self.connection, self.context), [])
        if name == "tree":
            return self._tree()
        return Result(list(self.connection.execute(_QUERIES[name]).fetchall()), [])

    def _tree(self) -> Result:
        key = VerificationKey.parse(self.job.key)
        job, outside = self.job, None
        if job.file:
            outside = read_outside(Path(job.file), key, before=job.before, sealed=job.checked)
        check = TreeCheck(self.connection, key, outside)
        faults = list(check.run())
        return Result([], faults, check.root)


_QUERIES = {"chain": _CHAIN, "order": _ORDER, "behind": _BEHIND, "orphans": _ORPHANS, "loose": _LOOSE_SECRETS}
_worker: Worker | None = None


def _begin(job: Job) -> None:
    global _worker  # noqa: PLW0603 -- the one way to hand something to a pool's processes
    _worker = Worker(job)


def _run(task: tuple[str, int, int]) -> Result:
    assert _worker is not None
    return _worker.run(task)


def verify(file: Path | None = None, *, processes: int = 2, key: VerificationKey | None = None) -> Report:
    """Check the journal, against a checkpoint file where one is given (`settings.CHECKPOINT_FILE` by default if there).

    `key` is the verification key from outside, by default the one beside the sealer's key. Values are opened where the
    role may read them and the master key is at hand; otherwise a notice says so. BadInputError for a missing file.
    """
    report = Report()
    given = file or Path(settings.CHECKPOINT_FILE)
    if file is not None and not file.exists():
        raise BadInputError(_("There is no checkpoint file %(file)s.") % {"file": file})
    if not given.exists():
        report.notices.append(_("There is no checkpoint file; the journal was checked against itself only."))
    # Before the snapshot: the sealer writes the database first, so that it holds whatever stands in the file now.
    before = given.stat().st_size if given.exists() else 0
    public = key or load_public(Path(settings.SEALER_KEY))
    dsn = dsn_of(connections["default"].settings_dict)
    with psycopg.connect(dsn) as leader:
        leader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        counts = _one(leader, _COUNTS)
        snapshot, report.acts, report.sealed, report.checkpoints, readable, checked = counts
        master = settings.MASTER_KEY if readable and Path(settings.MASTER_KEY).exists() else None
        if master is None:
            report.notices.append(_("Encrypted values were not opened: this needs the app's role and the master key."))
        job = Job(dsn, snapshot, str(public), master, str(given) if given.exists() else None, before, checked)
        # The long ones first, or the last process would still be at them when the others are done.
        tasks = [("tree", 0, 0), ("chain", 0, 0), ("order", 0, 0), ("behind", 0, 0), ("orphans", 0, 0)]
        tasks += [("loose", 0, 0)] if master else []
        tasks += [("acts", start, start + CHUNK) for start in range(0, report.sealed, CHUNK)]
        tasks += [("unsealed", 0, 0)]
        for result in _results(job, tasks, processes if report.acts > SMALL else 1):
            report.add(Fault(code=code, act=UUID(act), detail=detail) for act, code, detail in result.found)
            report.add(result.faults)
            report.root = report.root or result.root
        _name(leader, report)
    return report


def _results(job: Job, tasks: list[tuple[str, int, int]], processes: int) -> Iterator[Result]:
    if processes <= 1:
        worker = Worker(job)
        with worker.connection:
            yield from map(worker.run, tasks)
        return
    # Fresh processes: a copied one would share Django's open connections.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_begin, initargs=(job,)) as pool:
        yield from pool.map(_run, tasks)


def _one(connection: Connection, query: LiteralString) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _name(connection: Connection, report: Report) -> None:
    """Look up what the faulty acts are, so that people can find them."""
    acts = list({fault.act for fault in report.faults if fault.act is not None})
    rows = connection.execute("SELECT id, stream, seq, kind FROM journal_act WHERE id = ANY(%s)", [acts])
    report.name_acts({act: (stream, seq, kind) for act, stream, seq, kind in rows})
