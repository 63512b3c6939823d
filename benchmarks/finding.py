"""The search box over 300,000 objects: by HTTP, as a dispatcher types; alone by `python -m benchmarks.finding`.

Parties, premises and reports are written in the database; what they are found by is read and indexed by the rooms' own
functions. The reports of the history have no told words: sample texts stand in for them in the index.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import psycopg

from benchmarks.figures import Figure, at_most, p95
from benchmarks.ground import CITY, Ground, served
from benchmarks.visiting import Visitor, child, history
from oneteam.kernel.errors import NotReadyError
from oneteam.server.access import role_dsn

OBJECTS, LIMIT = 300_000, 100.0  # ms
PACE = 0.26  # seconds from one search to the next: one person may search 240 times a minute (people.often)
SHARES = {"parties": 3, "premises": 5, "reports": 2}  # tenths

_PARTIES = """
INSERT INTO things_party (id, kind, name, former_names, credit_code, address)
SELECT gen_random_uuid(), 'legal_person',
  (ARRAY['海棠','文澜','锦塘','荻洲','渚桥','钟楼','印塘','松岚','雁汀','望海','建设','学院'])[1 + n %% 12]
  || (ARRAY['餐饮','百货','印务','五金','水产','烧烤','洗车','物流','服装','建材','药房','副食'])[1 + n / 12 %% 12]
  || n || (ARRAY['有限公司','商行','工作室','经营部'])[1 + n / 156 %% 4],
  '{}', '91990383B' || lpad(n::text, 8, '0') || 'X',
  (ARRAY['海棠路','文澜路','望海路','建设路','学院路','锦塘街'])[1 + n %% 6] || n %% 400 || '号'
FROM generate_series(1, %s) n
"""
_PREMISES = """
INSERT INTO things_premises (id, party_id, name, address, fields, lon, lat, opened_on)
SELECT gen_random_uuid(), p.id, p.name || '门店', p.address, '{F03}', 120.55, 27.55, '2024-05-01'
FROM (SELECT id, name, address, row_number() OVER () AS n FROM things_party) p
CROSS JOIN generate_series(1, 2) twice LIMIT %s
"""
# What is typed: common and rare words, pinyin, initials, codes, numbers, addresses, told words, and what is not there.
TYPED = (
    "海棠", "海棠烧烤", "烧烤", "文澜路88号", "望海路 12", "haitangcanyin", "shaokao", "htsk", "wlyw", "9199038", "99",
    "91990383B00001234X", "有限公司", "占道", "占道经营", "油烟扰民", "噪音", "锦塘水产317", "jintangshuichan317",
    "没有这样的店", "shen.yulan", "Haitang",
)  # fmt: skip


def figures(ground: Ground, *, objects: int, times: int) -> Iterator[Figure]:
    """Yield what filling the index took, and the search's 95th percentile."""
    begun = time.monotonic()
    _write(ground, objects)
    child(ground, "benchmarks.finding", "index", str(objects * SHARES["reports"] // 10))
    with psycopg.connect(role_dsn(CITY, "owner", data=ground.data), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE search_indexed")
    [(held,)] = ground.rows("SELECT count(*) FROM search_indexed")
    yield Figure(f"indexing {held:,} objects", time.monotonic() - begun, "s")
    visitor, spent = Visitor(ground), dict[str, list[float]]()  # signed in now: the index took minutes
    for turn in range(times // len(TYPED) + 3):
        for words in TYPED:
            status, _body, took = visitor.ask("GET", f"/search/?{urlencode({'q': words})}")
            if status != 200:
                raise NotReadyError(f"searching “{words}” was answered {status}")
            time.sleep(max(0.0, PACE - took / 1000))
            if turn >= 2:  # the first turns fill the caches of each web process
                spent.setdefault(words, []).append(took)
    every = [took for each in spent.values() for took in each]
    yield at_most(f"search among {held:,} objects, p95", p95(every), "ms", LIMIT)
    slowest = max(spent, key=lambda words: sorted(spent[words])[len(spent[words]) // 2])
    yield Figure(f"slowest words “{slowest}”, median", sorted(spent[slowest])[len(spent[slowest]) // 2], "ms")


def _write(ground: Ground, objects: int) -> None:
    """Write parties and premises as the owner, with the guard off for these two tables alone."""
    tables = ("things_party", "things_premises")
    with psycopg.connect(role_dsn(CITY, "owner", data=ground.data), autocommit=True) as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        owner.execute(_PARTIES.encode(), [objects * SHARES["parties"] // 10])
        owner.execute(_PREMISES.encode(), [objects * SHARES["premises"] // 10])
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
        owner.execute("VACUUM ANALYZE")


def index(reports: int) -> None:
    """Index every party and premises, and the newest reports with sample texts; inside the city."""
    import django  # noqa: PLC0415 -- the environment names the database

    django.setup()
    from benchmarks.intake import SAMPLES, messages  # noqa: PLC0415 -- needs Django
    from oneteam.directories.searchable import Words, searchables  # noqa: PLC0415 -- needs Django
    from oneteam.intake.models import Report  # noqa: PLC0415 -- needs Django
    from oneteam.search.indexing import put  # noqa: PLC0415 -- needs Django
    from oneteam.things.models import Party, Premises  # noqa: PLC0415 -- needs Django

    known = {each.kind: each for each in searchables()}
    for kind, model in (("parties", Party), ("premises", Premises)):
        ids = list(model._default_manager.values_list("id", flat=True))
        for some in _batches(ids):
            put(kind, known[kind].words(some))
    texts = [str(one["text"]) for one in messages(SAMPLES)]
    rows = list(Report.objects.order_by("-number").values_list("id", "number")[:reports])
    for some in _batches(rows):
        put("reports", {
            key: Words(codes=[str(number)], hidden=[texts[number % len(texts)]]) for key, number in some
        })  # fmt: skip


def _batches(items: Sequence[Any], size: int = 2_000) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def main() -> int:
    """Run this part alone, with a history of as many reports as it needs."""
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else OBJECTS
    with served() as ground:
        history(ground, objects * SHARES["reports"] // 10)
        for figure in figures(ground, objects=objects, times=220):
            print(figure.to_text(), flush=True)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    if sys.argv[1:2] == ["index"]:
        index(int(sys.argv[2]))
    else:
        sys.exit(main())
