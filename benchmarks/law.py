"""The catalogue: 3,043 matters imported and exported as CSV and Excel, by the command a person runs; time and memory.

The shipped matters are filled up by rows marked "test", which say nothing about any law. The times are those of the
whole command, its start included; beside them stands a command that does nothing.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure, at_most
from benchmarks.ground import Ground, served, wait_until
from oneteam.kernel.errors import NotReadyError

ROWS = 3043  # the matters of Longgang's catalogue
LIMIT = 5.0  # s
LIKE = "F04-001"


def run(smoke: bool, data: str | None) -> Iterator[Figure]:  # noqa: FBT001 -- every benchmark is called so
    """Measure; yields each figure as soon as it stands. `data`: another catalogue (CSV, .xlsx) to import and export."""
    with served() as ground:
        wait_until(ground.at_rest, 60, "the city's founding to be sealed and followed")
        files = [Path(data)] if data else write(ground.data, 900 if smoke else ROWS)
        yield Figure("a command that does nothing", command(ground, "settings")[0], "s")
        for file in files:
            given = ground.data / f"given{file.suffix}"
            for what, words in (("import", file), ("export", given), ("import of what was exported", given)):
                took, used = command(ground, what.split()[0], str(words))
                yield at_most(f"{what}, {file.suffix[1:]}", took, "s", LIMIT)
                yield Figure(f"processor time of it, {file.suffix[1:]}", used, "s")
        yield Figure("peak memory of a command", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MB")


def command(ground: Ground, *words: str) -> tuple[float, float]:
    """Run `oneteam law …` in the city; return how long it took and its processor time, both in seconds.

    NotReadyError with what it said when it failed.
    """
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "oneteam.cli", "law", *words], env={**os.environ, **ground.environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    took, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise NotReadyError(done.stderr[-2000:])
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write(folder: Path, count: int) -> list[Path]:
    """Write two catalogues of so many matters, with other test rows in each, so that both bring new ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    import django  # noqa: PLC0415 -- only this benchmark needs it, and only here

    django.setup()
    from oneteam.kernel.sheets import write_csv, write_xlsx  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.catalogue_table import COLUMNS, cells_of  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.layers import pack_catalogue  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.matters import Mark, Matter  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.text import Text  # noqa: PLC0415 -- needs Django

    shipped = [line.matter for line in pack_catalogue().values()]
    like = next(matter for matter in shipped if matter.code == LIKE)

    def made(number: int, thousand: int) -> Matter:
        field = f"F{number % 29 + 1:02}"
        return replace(
            like, code=f"{field}-{thousand + number // 29:04}", field=field, mark=Mark.TEST, words=(),
            name=Text(f"测试事项{number}", f"Test matter {number}"),
        )  # fmt: skip

    files = []
    for suffix, thousand, writer in ((".csv", 5000, write_csv), (".xlsx", 7000, write_xlsx)):
        matters = [*shipped, *(made(number, thousand) for number in range(count - len(shipped)))]
        file = folder / f"catalogue{suffix}"
        file.write_bytes(writer(COLUMNS, [list(cells_of(matter).values()) for matter in matters]))
        files.append(file)
    return files
