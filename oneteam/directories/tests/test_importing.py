"""Importers: files are checked whole, every fault by line; what is taken is taken in one write or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from oneteam.directories import commands
from oneteam.directories.importing import Batch, Entry, register_importer
from oneteam.directories.taking import check_file, import_data
from oneteam.directories.template import template_csv, template_xlsx
from oneteam.directories.tests.kit import CLERK, HEAD, importer
from oneteam.journal.actors import Actor, ActorKind
from oneteam.journal.models import Act
from oneteam.kernel import sheets
from oneteam.kernel.errors import BadInputError, Fault, MissingError, NotAllowedError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.sheets import read_table, write_xlsx
from tests.world import AT


def faults(data: bytes | str, **more: Any) -> list[str]:
    content = data.encode() if isinstance(data, str) else data
    with pytest.raises(TableError) as caught:
        check_file(importer(**more), actor=CLERK, at=AT, data=content)
    return [str(fault) for fault in caught.value.faults]


def entries(data: str, **more: Any) -> list[Entry]:
    return list(check_file(importer(**more), actor=CLERK, at=AT, data=data.encode()).batch.entries)


def test_values_are_parsed_and_empty_cells_are_none() -> None:
    (entry,) = entries(f"{HEAD} S-1 , kept ,2026年3月5日\n")
    assert entry.values == {"code": "S-1", "name": " kept ", "opened": sheets.day("2026-03-05")}
    assert entries(f"{HEAD}S-1,,\n")[0].values == {"code": "S-1", "name": None, "opened": None}
    assert entries("code\nS-1\n")[0].values == {"code": "S-1", "name": None, "opened": None}


def test_heading_may_be_a_label_or_an_alias_in_any_case() -> None:
    assert entries("CODE,Name,Since\nS-1,a,2026-03-05\n")[0]["opened"] == sheets.day("2026-03-05")
    assert faults("code,opened,since\nS-1,,\n") == ["1:since: this column stands twice"]
    assert faults("codes,name\nS-1,\n") == [
        "1:codes: unknown column; did you mean code?", "1:code: this column is missing",
    ]  # fmt: skip


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    found = faults(f"{HEAD},a,2026-03-05\nS-2,b,never\nS-3,c,\nS-3,d,2026-02-30\n")
    assert [fault.partition(" ")[0] for fault in found] == ["2:code:", "3:opened:", "5:opened:", "5:code:"]
    assert found[0] == "2:code: this must be filled in; write it like S-1"
    assert faults(f"{HEAD}S-1,a,\nS-2,b,\nS-1,c,\n") == ["4:code: “S-1” stands in line 2 already; leave one of the two"]


def test_faults_of_whole_rows_are_told_beside_those_of_cells_but_not_what_hangs_on_a_faulty_row() -> None:
    def check(batch: Batch) -> list[Fault]:
        known = {entry["code"] for entry in batch.entries}
        return [
            Fault(entry.line, "name", f"there is no {entry['name']}")
            for entry in batch.entries
            if entry["name"] not in known
        ]

    rows = "S-1,S-1,never\nS-2,S-1,\nS-3,S-9,\nS-4,S-3,\nS-1,S-8,\n"
    assert faults(f"{HEAD}{rows}", check=check) == [
        faults(f"{HEAD}S-1,S-1,never\n")[0], "4:name: there is no S-9",
        "6:code: “S-1” stands in line 2 already; leave one of the two",
    ]  # fmt: skip
    rows = "S-1,S-1,\nS-2,S-9,\nS-2,S-8,\n"
    assert faults(f"{HEAD}{rows}", check=check) == [
        "3:name: there is no S-9", "4:code: “S-2” stands in line 3 already; leave one of the two",
    ]  # fmt: skip


def test_checks_over_the_whole_file_come_beside_the_cells_and_what_build_makes_is_at_hand() -> None:
    def build(entry: Entry, _batch: Batch) -> str:
        if entry["name"] == "ghost":
            raise BadInputError("no ghosts")
        return f"{entry['code']}!"

    def check(batch: Batch) -> list[Fault]:
        return [Fault(entry.line, "code", f"refused {entry.item}") for entry in batch.entries]

    assert faults(f"{HEAD}S-1,ghost,\nS-2,a,\n", build=build, check=check) == ["2: no ghosts", "3:code: refused S-2!"]
    assert faults(f"{HEAD}S-2,a,\n", build=build, check=check) == ["2:code: refused S-2!"]


def test_exported_apostrophe_before_a_formula_is_taken_off_but_not_where_cells_stay_as_they_are() -> None:
    (entry,) = entries(f"{HEAD}'=S,'=N,\n")
    assert (entry["code"], entry["name"]) == ("=S", "'=N")


def test_geojson_is_taken_where_the_importer_says_so() -> None:
    point = {"type": "Point", "coordinates": [120.5, 27.5]}
    feature = {"type": "Feature", "geometry": point, "properties": {"code": "S-1", "name": None}}
    data = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (entry,) = entries(data, features=True)
    assert (entry["code"], entry["name"], entry.geometry) == ("S-1", None, point)
    assert faults(data.replace('"code"', '"cod"'), features=True)[0].startswith("1:cod: unknown column; did you mean")
    assert faults(data)[0].startswith("1:"), "without that it is no table"


def test_who_may_not_import_is_turned_away_before_the_file_is_read() -> None:
    crew = Actor(kind=ActorKind.PERSON, id=str(uuid7()), role="officer")
    with pytest.raises(NotAllowedError):
        check_file(importer(), actor=crew, at=AT, data=b"\x00")
    with pytest.raises(ValueError, match="officer"):
        register_importer(importer(who=frozenset({"officer"})))


@pytest.mark.usefixtures("city")
def test_file_is_taken_whole_with_one_act_beside_its_rows() -> None:
    told: list[int] = []
    applied = import_data(
        importer(), actor=CLERK, at=AT, data=f"{HEAD}S-1,a,\nS-2,known,\nS-3,c,\n".encode(), tell=told.append
    )
    assert (applied.taken, applied.known, told) == (2, 1, [1, 2, 3])
    assert Act.objects.filter(kind="probe.shop").count() == 3
    done = Act.objects.get(kind="import.done")
    assert (done.payload["importer"], done.payload["taken"], done.payload["known"]) == ("shops", 2, 1)


@pytest.mark.usefixtures("city")
def test_fault_found_while_taking_leaves_nothing_behind() -> None:
    before = Act.objects.count()
    with pytest.raises(TableError, match="meanwhile"):
        import_data(importer(), actor=CLERK, at=AT, data=f"{HEAD}S-1,a,\nS-2,broken,\n".encode())
    assert Act.objects.count() == before


def test_template_reads_back_as_a_file_without_rows() -> None:
    for content in (template_csv(importer()), template_xlsx(importer())):
        assert read_table(content).columns == ("Code", "Name", "Opened")
        assert read_table(content).unread == ()
        assert check_file(importer(), actor=CLERK, at=AT, data=content).batch.entries == []


# The command --------------------------------------------------------------------------------------------------------


def run(*words: str) -> int:
    import argparse  # noqa: PLC0415 -- only here

    main = argparse.ArgumentParser()
    commands.add_commands(main.add_subparsers())
    args = main.parse_args(["import", *words])
    return int(args.run(args))


@pytest.mark.usefixtures("city", "shops")
def test_command_checks_then_takes_and_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shops.xlsx"
    file.write_bytes(write_xlsx(["code", "name"], [["S-1", "a"], ["S-2", "known"]]))
    before = Act.objects.count()
    assert run("shops", str(file), "--dry-run") == 0
    assert "shops.xlsx: 2 rows can be imported; nothing was written" in capsys.readouterr().out
    assert Act.objects.count() == before
    assert run("shops", str(file)) == 0
    assert "shops.xlsx: 1 rows taken, 1 known before" in capsys.readouterr().out
    assert Act.objects.filter(kind="probe.shop").count() == 2


@pytest.mark.usefixtures("shops")
def test_command_lists_what_can_be_imported_and_writes_a_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    assert "shops: Shops\n  * code" in capsys.readouterr().out
    file = tmp_path / "empty.xlsx"
    assert run("shops", str(file), "--template") == 0
    assert read_table(file.read_bytes()).columns == ("Code", "Name", "Opened")
    with pytest.raises(BadInputError, match="cannot be written"):
        run("shops", str(file), "--template")
    with pytest.raises(MissingError, match=r"known are .*shops"):
        run("shop", str(file))
    with pytest.raises(BadInputError, match="nowhere"):
        run("shops", str(tmp_path / "nowhere.csv"))
