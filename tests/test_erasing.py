"""An erasing leaves nothing behind: the files of every table and index, and a dump made afterwards, are searched."""

import os
import subprocess
from pathlib import Path
from uuid import UUID

from django.conf import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from conftest import City
from oneteam.intake.models import Report
from oneteam.journal.actors import operator
from oneteam.journal.erase import Ground, erase_subject, purge
from oneteam.journal.models import Act, Blind, Secret, Subject
from oneteam.journal.subjects import find_subject
from oneteam.journal.verify import verify
from oneteam.server import config, testing
from oneteam.server.access import administrator, role_dsn
from oneteam.server.binaries import find
from tests import world

PHONE = "13987654321"
TEXT = "锦塘路三十七号门口堆满了旧沙发请来看看🛋 Zebra-7731"
NAME = "欧阳测试"


def relation_files(name: str) -> dict[str, bytes]:
    """Return the content of every table's, index's and toast table's file, after the server wrote it out."""
    found: dict[str, bytes] = {}
    with administrator(name, data=testing.data()) as connection:
        connection.execute("CHECKPOINT")
        relations = connection.execute(
            "SELECT oid::regclass::text, pg_relation_filepath(oid) FROM pg_class"
            " WHERE pg_relation_filepath(oid) IS NOT NULL AND pg_relation_size(oid) > 0"
        ).fetchall()
        for relation, path in relations:
            for fork in ("", "_fsm", "_vm", ".1"):
                file = f"{path}{fork}"
                row = connection.execute(
                    "SELECT pg_read_binary_file(%s, 0, (pg_stat_file(%s, true)).size, true)", [file, file]
                ).fetchone()
                if row and row[0]:
                    content = row[0]
                    assert isinstance(content, bytes)
                    found[f"{relation}{fork}"] = content
    return found


def dump(name: str) -> bytes:
    """Return a plain dump of the whole database."""
    parts = conninfo_to_dict(role_dsn(testing.CITY, "owner", dbname=name, data=testing.data()))
    environment = {**os.environ, "PGPASSWORD": str(parts.get("password", ""))}
    command = [str(find().folder / "pg_dump"), "-h", str(parts["host"]), "-U", str(parts["user"]), "-d", name,
               "-p", str(parts.get("port", "5432")), "-n", testing.CITY]  # fmt: skip
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout


def places_of(needles: dict[str, bytes], name: str) -> list[str]:
    """Return where one of these byte strings stands: in a file as it is, in the dump as it is or as hex."""
    haystacks = relation_files(name)
    written = dump(name)
    found = []
    for what, one in needles.items():
        found += [f"{what} in {where}" for where, content in haystacks.items() if one in content]
        if one in written or one.hex().encode() in written:
            found.append(f"{what} in the dump")
    return sorted(found)


def test_nothing_of_an_erased_caller_is_left_in_any_file_or_dump(city: City) -> None:
    received = world.receive(TEXT, caller_name=NAME, caller_phone=PHONE)
    world.follow(city.name)
    report = Report.objects.get(id=received.id)
    who = find_subject("phone", PHONE)
    assert who is not None
    subjects = {who, report.text_subject}
    values = {text: text.encode() for text in (PHONE, TEXT, NAME, "Zebra-7731")}
    assert places_of(values, city.name) == []  # never in clear, not even before
    sealed = _sealed_parts(subjects)
    before = places_of(sealed, city.name)
    assert any("journal_subject" in place for place in before)  # the search finds what is there
    assert any("dump" in place for place in before)
    for subject in sorted(subjects):
        erase_subject(actor=operator("tester"), at=world.AT, subject=subject, ground=Ground.CONSENT_WITHDRAWN)
    with administrator(city.name, data=testing.data()) as connection:
        connection.execute("VACUUM")
    assert places_of(values, city.name) == []
    left = places_of(sealed, city.name)
    assert [place for place in left if "dump" in place] == []
    city.act_as("owner")
    purge()
    city.act_as("app")
    assert places_of({**values, **sealed}, city.name) == []
    world.follow(city.name)
    assert list(verify(Path(settings.CHECKPOINT_FILE)).lines()) == []
    assert Act.objects.filter(kind="personal.erased").count() == 2


def _sealed_parts(subjects: set[UUID]) -> dict[str, bytes]:
    """Return the wrapped keys, encrypted values and blind indexes of these subjects."""
    parts: dict[str, bytes] = {}
    for subject in Subject.objects.filter(id__in=subjects):
        parts[f"key of {subject.id}"] = bytes(subject.wrapped or b"")
    for secret in Secret.objects.filter(subject__in=subjects):
        parts[f"values of {secret.subject_id} in {secret.act_id}"] = bytes(secret.blob)
    for index in Blind.objects.filter(subject__in=subjects):
        parts[f"index of {index.subject_id}"] = bytes(index.digest)
    assert len(parts) >= 5
    assert all(len(part) >= 32 for part in parts.values())
    return parts


def test_the_search_itself_sees_a_value_that_lies_in_a_table_in_clear(city: City) -> None:
    with administrator(city.name, data=testing.data()) as connection:
        connection.execute(sql.SQL("CREATE TABLE {}.leak AS SELECT %s::text AS word").format(
            sql.Identifier(testing.CITY)), [TEXT])  # fmt: skip
        connection.execute(sql.SQL("ALTER TABLE {}.leak OWNER TO {}").format(
            sql.Identifier(testing.CITY), sql.Identifier(config.role_name(testing.CITY, "owner"))))  # fmt: skip
    found = places_of({"text": TEXT.encode()}, city.name)
    assert any(place.endswith("leak") for place in found)
    assert "text in the dump" in found
