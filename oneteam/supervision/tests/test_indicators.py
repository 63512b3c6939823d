"""Indicators as declarations: what is refused, with its line; what PAY-09 refuses, by whatever name."""

from collections.abc import Sequence

import pytest

from oneteam.journal import kinds
from oneteam.journal.kinds import ActKind
from oneteam.lawbook.loading import LawFaultsError
from oneteam.procedures import console
from oneteam.supervision.checks import penal
from oneteam.supervision.declaration import Indicator, Measure, indicators, load

PLAIN = """
indicators:
  - id: sent
    name: {zh: 派出, en: Sent}
    measure: count
    from: {acts: [order.sent], label: {zh: 派出, en: Sent}}
    unit: {zh: 件, en: orders}
    by: {day: columns, unit: bars}
"""


def read(text: str) -> Indicator:
    (one,) = load([("law/x/indicators.yaml", text)]).values()
    return one


def faults(text: str) -> list[str]:
    with pytest.raises(LawFaultsError) as caught:
        load([("law/x/indicators.yaml", text)])
    return [str(fault) for fault in caught.value.faults]


def declared(acts: Sequence[str], *, by: str = "day: columns", measure: str = "count", more: str = "") -> str:
    """Return the declaration of an indicator over these acts."""
    text = PLAIN.replace("[order.sent]", f"[{', '.join(acts)}]").replace("day: columns, unit: bars", by)
    return text.replace("measure: count", f"measure: {measure}") + more


def said(text: str) -> str:
    """Return what PAY-09 says of a declaration, "" where it passes; whatever else is wrong with it."""
    try:
        load([("law/x/indicators.yaml", text)])
    except LawFaultsError as error:
        return "\n".join(str(fault) for fault in error.faults if "PAY-09" in str(fault))
    return ""


def test_the_shipped_indicators_stand_and_are_told_by_law_validate() -> None:
    found = indicators()
    assert [one.id for one in found.values() if one.measure is Measure.INTERVAL] == ["complaint", "filing", "joint"]
    assert {"reports", "answered_in_time", "reopened", "returned", "load"} <= found.keys()
    assert f"{len(found)} indicators" in list(console.validated())[-1]
    for one in found.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.name.zh)
        assert one.name.en.isascii()


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (("measure: count", "measure: sum"), 5, "“sum” is unknown"),
        (("order.sent", "order.send"), 3, "no room records: order.send"),
        (("unit: bars", "person: bars"), 8, "unknown key “person”"),
        (("unit: bars", "channel: bars"), 3, "do not tell by what they are to be broken down: channel"),
        (("    unit: {", "    target: at_least 90\n    unit: {"), 3, "a number of acts takes no target"),
        (("    unit: {", "    promise: 1 hour\n    unit: {"), 3, "takes a “promise”"),
        (("    unit: {", "    awaited: true\n    unit: {"), 3, "no longer awaited"),
        (("measure: count", "measure: share"), 3, "take “to”"),
        (("[order.sent]", "[]"), 6, "at least one kind of act"),
        (("[order.sent]", "[order.sent, report.received]"), 3, "the files of different objects"),
        ((", en: Sent}\n    measure", "}\n    measure"), 4, "the key “en” is missing"),
    ],
)
def test_faults_are_named_by_line(change: tuple[str, str], line: int, told: str) -> None:
    found = faults(PLAIN.replace(*change))
    assert any(one.startswith(f"law/x/indicators.yaml:{line}: ") and told in one for one in found), found


def test_an_indicator_stands_once_in_all_packs() -> None:
    assert read(PLAIN).id == "sent"
    with pytest.raises(LawFaultsError, match="stands here twice, or in another pack"):
        load([("law/x/indicators.yaml", PLAIN), ("law/y/indicators.yaml", PLAIN)])


def test_pay_09_refuses_a_comparison_or_a_target_by_fines_and_cases() -> None:
    told = said(declared(["case.decided"], by="unit: bars"))
    assert told.startswith("law/x/indicators.yaml:3: ")
    assert "case.decided, it compares by unit" in told
    assert "article 74(3)" in told
    # Each brigade has its area, and each case its one certificate shown, paper, number and payment.
    for act in ("case.opened", "case.certificates_shown", "case.fine_paid", "case.cash_handed_in", "document.issued"):
        assert "it compares by area" in said(declared([act], by="area: bars")), act
    share = "    to: {acts: [case.decided], label: {zh: 处罚, en: Fined}}\n    target: at_least 30\n"
    assert "it sets a target" in said(declared(["order.sent"], measure="share", more=share))
    # An act that nobody records yet may count anything.
    assert said(declared(["seizure.made"], by="unit: bars", more="    awaited: true\n"))


def test_pay_09_knows_an_act_with_an_amount_by_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    levied = ActKind(name="service.levied", text="Levied", fields={"amount": str})
    billed = ActKind(name="service.billed", text="Billed")
    for kind in (levied, billed):
        monkeypatch.setitem(kinds._act_kinds, kind.name, kind)
    assert penal("service.levied")
    assert "service.billed" in said(declared(["service.billed"], by="unit: bars"))


def test_pay_09_lets_work_be_counted_and_its_time_be_promised() -> None:
    assert said(declared(["order.sent"], by="day: columns, unit: bars")) == ""
    assert said(declared(["report.received"], by="area: bars")) == ""
    # How many cases there were may be told, as long as nobody is compared by it or held to it.
    assert said(declared(["case.decided"])) == ""
    ends = "    to: {acts: [case.delivered], label: {zh: 送达, en: Delivered}}\n    promise: 1 day\n"
    ends += "    target: at_least 90\n"
    assert said(declared(["case.decided"], measure="interval", more=ends)) == ""
