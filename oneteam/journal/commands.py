"""`oneteam journal …`: verify, prove, erase, seal, and what a restore and a lost key need."""

import argparse
import signal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from oneteam.journal.faults import Report


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    journal = commands.add_parser("journal", help="check, prove, erase and seal what was recorded")
    each = journal.add_subparsers(required=True)
    verify = each.add_parser("verify", help="check every act; names each that was changed, removed or slipped in")
    verify.add_argument("file", type=Path, nargs="?", help="checkpoint file (default: the city's own)")
    verify.add_argument("--state", action="store_true", help="also name every row that no act explains")
    verify.add_argument("--key", help="verification key (text or file; default: the one beside the sealer's key)")
    verify.add_argument("--processes", type=int, default=2, help="(default: %(default)s)")
    verify.set_defaults(run=run_verify, role="app")
    prove = each.add_parser("prove", help="write a proof of one object for tools/verify_proof.py")
    prove.add_argument("id", type=UUID, help="a report, incident, order, person …")
    prove.add_argument("-o", "--output", type=Path, required=True, help="file to write")
    prove.add_argument("--show", nargs="+", metavar="FIELD", help="fields to disclose (default: all but personal ones)")
    prove.add_argument("--purpose", help="for whom personal fields are disclosed (recorded)")
    prove.set_defaults(run=run_prove, role="app")
    subjects = each.add_parser("subjects", help="say whose values acts about an object hold: what `erase` takes")
    subjects.add_argument("id", type=UUID, help="a report, order … (the id in its address)")
    subjects.set_defaults(run=run_subjects, role="app")
    erase = each.add_parser("erase", help="destroy a person's values (PIPL 47); recorded, earlier proofs stay valid")
    erase.add_argument("subject", help="id of the subject, or phone:NUMBER")
    erase.add_argument("--ground", required=True, help="purpose_achieved, period_expired, consent_withdrawn, …")
    erase.add_argument("--basis", nargs="*", default=[], metavar="ARTICLE", help="legal basis")
    erase.set_defaults(run=run_erase, role="app")
    each.add_parser("seal", help="run the sealer (`oneteam serve` does)").set_defaults(run=run_seal, role="sealer")
    adopt = each.add_parser("adopt", help="after a restore: make the journal this server's own (writers stopped)")
    adopt.set_defaults(run=run_adopt, role="owner")
    rekey = each.add_parser("rekey", help="replace the master key, so that old backups open nothing (server stopped)")
    rekey.set_defaults(run=run_rekey, role="owner", alone=True)
    purge = each.add_parser("purge", help="after erasing: write the vault's tables anew, so that no page keeps a byte")
    purge.set_defaults(run=run_purge, role="owner")
    each.add_parser("key", help="print the verification key").set_defaults(run=run_key)


def _setup() -> None:
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()


def run_verify(args: argparse.Namespace) -> int:
    """Verify; 1 when anything is wrong."""
    _setup()
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.journal.notes import VerificationKey  # noqa: PLC0415 -- needs Django
    from oneteam.journal.state import state  # noqa: PLC0415 -- needs Django
    from oneteam.journal.verify import verify  # noqa: PLC0415 -- needs Django

    text = Path(args.key).read_text("utf-8") if args.key and Path(args.key).is_file() else args.key
    key = VerificationKey.parse(text) if text else None
    report = verify(args.file, processes=args.processes, key=key)
    counts = _("%(acts)d acts, %(sealed)d of them sealed under %(checkpoints)d checkpoints; root %(root)s")
    print(counts % {"acts": report.acts, "sealed": report.sealed, "checkpoints": report.checkpoints,
                    "root": report.root.hex() or "–"})  # fmt: skip
    good = _tell(report)
    if args.state:
        rows = state(key=key)
        print(_("%(rows)d rows compared with the acts that changed them") % {"rows": rows.rows})
        good = _tell(rows) and good
    print(_("Everything holds.") if good else _("Something does not hold; see the lines above."))
    return 0 if good else 1


def _tell(report: "Report") -> bool:
    for line in report.notices:
        print(f"  ({line})")
    for line in report.lines():
        print(f"  {line}")
    return report.ok


def run_prove(args: argparse.Namespace) -> int:
    """Write a proof."""
    _setup()
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.journal.prove import prove  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.errors import BadInputError  # noqa: PLC0415 -- needs Django

    proof = prove(
        object_id=args.id, fields=args.show, actor=os_operator(), at=now(), purpose=args.purpose
    )  # fmt: skip
    try:
        args.output.write_text(proof.text(), "utf-8")
    except OSError as error:
        text = _("%(file)s cannot be written: %(error)s")
        raise BadInputError(text % {"file": args.output, "error": error.strerror}) from None
    print(_("%(count)d acts proven in %(file)s") % {"count": proof.acts, "file": args.output})
    if proof.unsealed:
        print(_("%(count)d acts are not sealed yet and not in it") % {"count": proof.unsealed})
    return 0


def run_subjects(args: argparse.Namespace) -> int:
    """Print the subjects of an object with the names of their fields."""
    _setup()
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.journal.subjects import subjects_about  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.errors import MissingError  # noqa: PLC0415 -- needs Django

    found = subjects_about(args.id)
    if not found:
        raise MissingError(_("No act about %(object)s holds personal values.") % {"object": args.id})
    for subject, kinds in found.items():
        print(subject, "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items()), sep="  ")
    return 0


def run_erase(args: argparse.Namespace) -> int:
    """Erase one subject."""
    _setup()
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.journal.erase import erase_subject  # noqa: PLC0415 -- needs Django
    from oneteam.journal.subjects import find_subject  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.errors import BadInputError, MissingError  # noqa: PLC0415 -- needs Django

    kind, _colon, value = args.subject.rpartition(":")
    try:
        subject = find_subject(kind, value) if kind else UUID(args.subject)
    except ValueError:
        raise BadInputError(_("“%(text)s” is neither an id nor phone:NUMBER.") % {"text": args.subject}) from None
    if subject is None:
        raise MissingError(_("Nobody is known under %(text)s.") % {"text": args.subject})
    act = erase_subject(
        actor=os_operator(), at=now(), subject=subject, ground=args.ground, basis=args.basis
    )  # fmt: skip
    print(_("The values of %(subject)s are erased, by act %(act)s.") % {"subject": subject, "act": act.id})
    print(_("Then `oneteam journal purge`; backups made before still hold them until `oneteam journal rekey`."))
    return 0


def run_seal(_args: argparse.Namespace) -> int:
    """Run the sealer until stopped."""
    _setup()
    from oneteam.journal.seal import Sealer  # noqa: PLC0415 -- needs Django

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Sealer.from_settings().run(stop)
    return 0


def run_adopt(_args: argparse.Namespace) -> int:
    """Adopt a restored journal."""
    _setup()
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.journal.adopt import adopt  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django

    done = adopt(actor=os_operator(), at=now())
    print(_("Adopted: %(sealed)d sealed acts, %(unsealed)d still to be sealed, %(lost)d lost.")
          % {"sealed": done.sealed, "unsealed": done.unsealed, "lost": done.lost})  # fmt: skip
    if done.set_aside:
        print(_("Keep %(file)s: this checkpoint file knows of the lost acts.") % {"file": done.set_aside})
    return 0


def run_rekey(_args: argparse.Namespace) -> int:
    """Replace the master key."""
    _setup()
    from django.conf import settings  # noqa: PLC0415 -- needs Django
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.journal.erase import rekey  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django

    act = rekey(actor=os_operator(), at=now(), key_file=Path(settings.MASTER_KEY))
    print(_("The master key is replaced, by act %(act)s. Destroy every copy of the old one.") % {"act": act.id})
    return 0


def run_purge(_args: argparse.Namespace) -> int:
    """Purge the vault's tables."""
    _setup()
    from oneteam.journal.erase import purge  # noqa: PLC0415 -- needs Django

    purge()
    return 0


def run_key(_args: argparse.Namespace) -> int:
    """Print the verification key."""
    _setup()
    from django.conf import settings  # noqa: PLC0415 -- needs Django

    from oneteam.journal.notes import load_public  # noqa: PLC0415 -- needs Django

    print(load_public(Path(settings.SEALER_KEY)))
    return 0
