"""What comes after a restore: all is verified, the journal adopted by an act, and what is not sealed is sealed."""

from pathlib import Path

from oneteam.kernel.errors import ConflictError
from oneteam.server import config
from oneteam.server.access import role_dsn
from oneteam.server.archive import copy_private
from oneteam.server.backup import Tell
from oneteam.server.text import gettext as _


def take_over(city: str, *, checkpoints: Path | None, tell: Tell) -> bool:
    """Verify everything, adopt the journal where it came from another server, and seal what is not sealed yet.

    Returns whether everything holds; where it does not, nothing is adopted. `checkpoints` as for `restore`.
    """
    from django.conf import settings  # noqa: PLC0415 -- Django was set up for a city that did not stand yet
    from django.db import connections  # noqa: PLC0415 -- as above

    from oneteam.files.follower import sweep_erased  # noqa: PLC0415 -- needs Django

    paths = config.city_paths(city)
    connections.close_all()
    connections["default"].settings_dict.update(config.database(city, "owner"))
    settings.REGION_IS_DEMO = (paths.root / "demo.json").exists()
    sweep_erased()
    tell(_("verifying"))
    good = _verified(tell)
    if good and checkpoints is not None:
        good = _newer(checkpoints, paths, tell)
    if good:
        _adopt(tell)
        _seal(city, paths)
    else:
        tell(
            _(
                "Something does not hold, so the journal was not adopted and nothing was sealed: find out who changed "
                "what, by this and an older backup; oneteam journal adopt takes it over as it is."
            )
        )
    connections.close_all()
    return good


def _verified(tell: Tell) -> bool:
    from oneteam.journal.state import state  # noqa: PLC0415 -- needs Django
    from oneteam.journal.verify import verify  # noqa: PLC0415 -- as above

    acts, rows = verify(), state()
    for line in (*acts.notices, *acts.lines(), *rows.lines()):
        tell(f"  {line}")
    counts = {"acts": acts.acts, "sealed": acts.sealed, "rows": rows.rows}
    tell(_("%(acts)d acts, %(sealed)d of them sealed, and %(rows)d rows verified") % counts)
    return acts.ok and rows.ok


def _newer(file: Path, paths: config.CityPaths, tell: Tell) -> bool:
    """Put the newer checkpoint file in place, if it goes on from the backup's; the adoption then counts the loss."""
    from oneteam.journal.outside import CheckpointFile  # noqa: PLC0415 -- needs Django

    last, ours = CheckpointFile(paths.checkpoints).last(), CheckpointFile(file)
    if last is not None and not any((block.size, block.note) == (last.size, last.note) for block in ours.blocks()):
        tell(_("%(file)s does not go on from the backup's last checkpoint: another city's, or an older file.")
             % {"file": file})  # fmt: skip
        return False
    paths.checkpoints.unlink(missing_ok=True)
    copy_private(file, paths.checkpoints)
    return True


def _adopt(tell: Tell) -> None:
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.journal.adopt import adopt  # noqa: PLC0415 -- as above
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- as above

    try:
        done = adopt(actor=os_operator(), at=now())
    except ConflictError:
        return  # the same server as before: its transactions go on from those in the journal
    tell(_("Adopted: %(sealed)d sealed acts, %(unsealed)d still to be sealed, %(lost)d lost.")
         % {"sealed": done.sealed, "unsealed": done.unsealed, "lost": done.lost})  # fmt: skip
    if done.set_aside:
        tell(_("Keep %(file)s: this checkpoint file knows of the lost acts.") % {"file": done.set_aside})


def _seal(city: str, paths: config.CityPaths) -> None:
    """Seal what can be sealed now; what an open write on the server holds back is sealed when the city is served."""
    from oneteam.journal.notes import load_key  # noqa: PLC0415 -- needs Django
    from oneteam.journal.seal import Sealer  # noqa: PLC0415 -- as above

    sealer = Sealer(role_dsn(city, "sealer"), load_key(paths.sealer_key), paths.checkpoints)
    try:
        while sealer.step():
            pass
    finally:
        sealer.close()
