"""What a dispatcher sees: proposals with reasons, abstentions, and texts of every kind."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oneteam.places.gazetteer import Gazetteer
from oneteam.triage.engine import Proposal, model_version
from oneteam.triage.reasons import Note, sentence
from oneteam.triage.tests.world import catalogue, proposed
from oneteam.triage.text import MOST_CHARACTERS
from oneteam.triage.words import MatterIndex
from tests.ground import gazetteer


def words(text: str, proposal: Proposal) -> set[str]:
    return {text[each.start : each.end] for each in proposal.matter.evidence}


def test_stall_is_proposed_with_the_words_that_decided() -> None:
    text = "海棠菜市场门口摆摊堵路\n北门每天早上有十几个摊子摆在人行道上。"
    proposal = proposed(text)
    assert proposal.matter.value == "F01-001"
    assert proposal.field.value == "F01"
    assert proposal.kind.value == "enforcement"
    assert proposal.place.value == "L10"
    assert "摆摊" in words(text, proposal)


def test_spans_point_into_the_text_as_told_also_after_emoji_and_full_width() -> None:
    text = "😡😡ＫＴＶ半夜\n云心大道ＫＴＶ半夜一点还在唱，低音炮震得床都在抖"
    proposal = proposed(text)
    assert proposal.matter.value == "F11-003"
    assert {"ＫＴＶ", "低音炮"} <= words(text, proposal)


def test_pay_dispute_and_enrolment_go_to_other_agencies() -> None:
    assert proposed("老板拖欠工资三个月，农民工要回家过年").kind.value == "other_agency"
    assert proposed("请问孩子上小学怎么报名，要什么材料").kind.value == "other_agency"


@pytest.mark.parametrize("said", ["海棠小学门口", "海棠小学校门口", "海棠小学的校门口"])
def test_school_is_the_same_place_however_its_gate_is_called(said: str) -> None:
    assert proposed(f"{said}有人占道摆摊").place.value == proposed("海棠小学有人占道摆摊").place.value is not None


def test_urgency_and_its_reasons_agree() -> None:
    calm = proposed("海棠小学门口有人占道摆摊，孩子放学不好走").urgency
    assert (calm.value, calm.notes) == ("general", (Note.NOT_PRESSING,))
    pressing = proposed("海棠小学门口有人占道摆摊，孩子现在过不去，快来人").urgency
    assert (pressing.value, pressing.notes) == ("urgent", (Note.VULNERABLE,))


def test_fire_is_very_urgent_and_a_drill_is_not() -> None:
    fire = proposed("厂房着火有人被困\n蓝田工业园东头鞋厂起火了，浓烟很大，快派人来！")
    assert (fire.urgency.value, fire.matter.value) == ("very_urgent", "F27-101")
    assert Note.DANGER in fire.urgency.notes
    drill = proposed("今天社区搞消防演习，没有着火也没有煤气泄漏，喇叭有点响")
    assert drill.urgency.value == "general"
    assert drill.matter.value not in {"F27-101", "F05-051"}
    assert Note.DRILL in drill.urgency.notes


def test_denied_and_past_danger_is_told_as_such() -> None:
    assert Note.DANGER_DENIED in proposed("店里没有着火，是烧烤的烟").urgency.notes
    assert Note.DANGER_OVER in proposed("昨天的火灾已扑灭").urgency.notes
    assert Note.DANGER_FEARED in proposed("消防通道被堵，万一着火消防车进不来").urgency.notes


def test_missing_manhole_cover_is_very_urgent_by_its_matter() -> None:
    proposal = proposed("蓝田路的窨井盖不见了")
    assert proposal.urgency.value == "very_urgent"
    assert Note.MATTER_DEFAULT in proposal.urgency.notes


@pytest.mark.parametrize("text", ["", "   \n\t", "\n"])
def test_empty_text_gets_no_proposal_and_says_so(text: str) -> None:
    proposal = proposed(text)
    assert proposal.abstained
    assert proposal.matter.notes == (Note.EMPTY,)
    assert (proposal.field.value, proposal.kind.value, proposal.place.value) == (None, None, None)


@pytest.mark.parametrize("text", ["👍👍👍", "𠮷㐂䲜", "asdf qwer", "\x00\x01", "\ud800", "。。。！！！", "٣٤٥"])
def test_text_without_any_known_word_abstains(text: str) -> None:
    assert proposed(text).abstained


def test_ten_megabytes_are_taken_and_the_cut_is_told() -> None:
    proposal = proposed("锦塘路有人占道摆摊\n" + "很吵。" * 3_500_000)
    assert proposal.matter.value == "F01-001"
    assert Note.TRUNCATED in proposal.matter.notes
    assert all(each.end <= MOST_CHARACTERS for each in proposal.matter.evidence)


def test_text_of_exactly_the_limit_is_read_whole() -> None:
    whole = "很" * (MOST_CHARACTERS - 2) + "摆摊"
    assert Note.TRUNCATED not in proposed(whole).matter.notes
    assert Note.TRUNCATED in proposed(whole + "。").matter.notes


def test_abstention_still_offers_alternatives_with_probabilities() -> None:
    proposal = proposed("楼道转角被邻居堆满纸箱和旧家具，走路都要侧身。")
    assert proposal.abstained
    assert Note.UNSURE in proposal.matter.notes
    assert 1 <= len(proposal.matter.alternatives) <= 5


def test_same_text_gets_the_same_proposal() -> None:
    text = "滨海新城工地凌晨两点还在打桩，孩子没法睡"
    assert proposed(text) == proposed(text)


def test_version_changes_with_catalogue_and_gazetteer_only() -> None:
    version = model_version(catalogue(), gazetteer())
    assert version == model_version(MatterIndex(catalogue().matters), Gazetteer(gazetteer().entries))
    first, *rest = catalogue().matters
    fewer_words = MatterIndex([replace(first, words=first.words[1:]), *rest])
    assert model_version(fewer_words, gazetteer()) != version
    fewer_places = [place for place in gazetteer().entries if place.kind != "landmark"]
    assert model_version(catalogue(), Gazetteer(fewer_places)) != version


def test_every_note_has_a_sentence() -> None:
    assert all(sentence(note) for note in Note)


PIECES = st.sampled_from(
    ["着火", "没有", "摆摊", "海棠路", "建设路", "请问", "油烟", "狗", "\n", "，", "😀", "𠮷", "工地", "凌晨"]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_gets_an_orderly_proposal(text: str) -> None:
    proposal = proposed(text)
    for guess in (proposal.matter, proposal.field, proposal.kind, proposal.urgency, proposal.place):
        chances = [each.probability for each in guess.alternatives]
        assert 0 <= guess.probability <= 1
        assert all(0 <= chance <= 1 for chance in chances)
        assert sum(chances) <= 1.0005
        for each in (*guess.evidence, *(one for other in guess.alternatives for one in other.evidence)):
            assert 0 <= each.start < each.end <= len(text)
    first = proposal.matter.alternatives[:1]
    assert all(proposal.matter.probability == each.probability for each in first)
    assert [a.probability for a in proposal.matter.alternatives] == sorted(
        (a.probability for a in proposal.matter.alternatives), reverse=True
    )


def test_name_of_a_road_tells_nothing_of_the_matter() -> None:
    for text in ("建设路上晚上有人摆摊卖小吃", "海棠路人行道上有人摆摊卖水果，影响通行", "人行道上有人摆摊"):
        assert proposed(text).matter.value == "F01-001", text
