"""The types of GB/T 47678.5: complete, in both languages, and extended by a city."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import translation

from oneteam.kernel.errors import NotReadyError
from oneteam.things import codes
from oneteam.things.codes import COMPONENT, EVENT, component_type, event_type, mapped, types

LAW = Path(__file__).resolve().parents[3] / "law"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "gbt47678_5_codes.csv"


@pytest.fixture(autouse=True)
def fresh() -> None:
    codes.types.cache_clear()


def test_types_are_as_many_as_in_the_standard() -> None:
    majors = Counter((kind, code[:2]) for kind, code in types())
    components = {"01": 76, "02": 44, "03": 16, "04": 14, "05": 3}
    assert {major: count for (kind, major), count in majors.items() if kind == COMPONENT} == components
    events = {**components, "06": 51, "07": 7, "08": 16, "09": 21, "10": 2}
    assert {major: count for (kind, major), count in majors.items() if kind == EVENT} == events
    assert not any(each.local for each in types().values())


def test_same_digits_mean_another_thing_for_components_and_events() -> None:
    component, event = component_type("01037"), event_type("01037")
    assert component is not None
    assert event is not None
    assert (component.name_en, event.name_en) == ("Street lamp", "Street lamp at fault")
    assert (component_type("09006"), component_type("00000"), event_type("99999")) == (None, None, None)


def test_every_type_has_a_name_in_both_languages() -> None:
    for each in types().values():
        assert each.name_zh
        assert each.name_en.isprintable()
        assert each.name_en[0].isupper()
        with translation.override("zh-hans"):
            assert each.name == each.name_zh
        with translation.override("en"):
            assert each.name == each.name_en
    for kind in (COMPONENT, EVENT):
        names = Counter(each.name_en for each in types().values() if each.kind == kind)
        assert max(names.values()) == 1, names.most_common(3)


@pytest.mark.skipif(not SHARED.exists(), reason="the transcription of the standard is not on this machine")
def test_codes_agree_with_the_transcription_of_the_standard() -> None:
    with SHARED.open(encoding="utf-8", newline="") as file:
        known = {("component" if row["kind"] == "component" else "event", row["code5"]) for row in csv.DictReader(file)}
    assert known == set(types())


def _pack(folder: Path, text: str) -> list[str]:
    (folder / "our-city").mkdir()
    (folder / "our-city" / "codes.csv").write_text("kind,code,name_zh,name_en,old_names\n" + text, "utf-8")
    return [str(LAW), str(folder)]


def test_city_adds_types_of_its_own_and_they_are_flagged(tmp_path: Path) -> None:
    with override_settings(LAW_DIRS=_pack(tmp_path, "component,05901,渔港系缆桩,Mooring post,缆桩\n")):
        found = component_type("05901")
        assert found is not None
        assert (found.local, found.name_en, found.old_names) == (True, "Mooring post", ("缆桩",))
        assert mapped("0501", "缆桩") == found
    codes.types.cache_clear()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("component,01037,路灯,Street lamp,\n", "01037 stands twice"),
        ("thing,05901,桩,Post,\n", ":2: a row is"),
        ("component,590,桩,Post,\n", ":2: a row is"),
        ("component,05901,桩\n", ":2: a row is"),
        ("component,05901,桩,Post,,more\n", ":2: a row is"),
    ],
)
def test_faulty_row_of_a_pack_is_named(row: str, reason: str, tmp_path: Path) -> None:
    with override_settings(LAW_DIRS=_pack(tmp_path, row)), pytest.raises(NotReadyError, match=reason):
        types()
    codes.types.cache_clear()


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("0101", "上水井盖", "01001"),
        ("0102", "污水井盖", "01002"),
        ("0302", "公共厕所", "03001"),
        ("0405", "行道树", "04002"),
        ("0301", "路灯", None),  # a name of another major class
        ("0199", "某种井盖", None),
        ("0101", "", None),
    ],
)
def test_old_type_is_mapped_by_its_name_only_where_that_is_certain(code: str, name: str, expected: str | None) -> None:
    found = mapped(code, name)
    assert (found.code if found else None) == expected
