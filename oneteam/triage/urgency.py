"""Reads from a told text how soon somebody must go: danger to life, vulnerable people, many people.

A danger that is denied ("nobody is hurt"), over ("already put out") or a drill is no danger; one that is only feared
("if it caught fire") is pressing but not an emergency. Every word that was read is shown with what was made of it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from oneteam.kernel.text import Span, WordFinder
from oneteam.lawbook.matters import Urgency
from oneteam.triage.text import Told


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_DANGER = _words(
    """
    着火 起火 失火 火灾 爆炸 冒浓烟 火势 漏气 泄漏 煤气味 被困 困在 坍塌 倒塌 塌方 触电 晕倒 昏迷 昏倒 休克
    溺水 落水 救命 轻生 跳楼 跳河 自杀 持刀 砍人 大出血 流血 流了很多血 重伤 受伤 咬伤 砸伤 烧伤 中毒 窒息
    喘不过气 生命危险 摔伤 骨折 差点掉下 坠楼 坠落 掉下去 走失 山洪 滑坡 泥石流 叫不醒 没有呼吸
    """
)
_VULNERABLE = _words(
    """
    老人 孩子 小孩 儿童 婴儿 学生 孕妇 残疾 盲人 病人 轮椅 老太太 老太 老大爷 幼儿 高龄 独居 癌症 心脏病
    """
)
_MANY = _words(
    """
    几百户 上百户 数百户 几千户 上千户 群体性 群体事件 集体上访 堵门 堵路 聚集 上百人 几百人 数百人 围堵
    停工讨薪 拉横幅
    """
)
_NOW = _words(
    """
    快来 赶快 马上 立刻 立即 紧急 救命 正在 刚刚 现在 急急急 火速 快派人 求救
    """
)
_DENIED = _words(
    """
    没有 没 未 无 并非 并未 并无 不是 不会 未发生 无人 没人 不存在 尚未 避免 防止 以免 预防 谨防 严防 杜绝
    排除 假装 谣传 误报
    """
)
_OVER = _words(
    """
    已扑灭 扑灭了 已经扑灭 已排除 已解除 已处理 已经修好 已脱险 获救 已救出 才放出来 放出来 已控制 虚惊一场 误报
    """
)
_FEARED = _words(
    """
    万一 担心 害怕 怕 恐怕 生怕 容易 可能 隐患 如果 要是 会不会 会 将 引发 引起 导致 造成 差点 早晚 迟早
    总有 去年 前年 年前 月前 曾经 曾 以前 之前 上次 历史 多次 经常 频发 时有 屡 恐 易 危及 存在 发生过 防
    危险 随时 一旦 假如 试想 假设 涉嫌 消防 保险 预案 风险 有没有 像 似 好比 出了 事故
    """
)
_DRILL = ("演习", "演练", "培训课", "宣传活动", "应急培训")
_NOT_DANGER = _words(
    """
    火灾隐患 火灾报警器 防爆炸 价格爆炸 被困扰 爆炸头 倒塌房屋补偿 困在家里 爆炸声 爆炸性 信息爆炸 人口爆炸
    火灾保险 工伤 救命钱 救命稻草 救命路 救命通道 救命的钱 救命消防 受伤害 受伤的心 困在一起 自杀式
    """
)
_BEFORE, _AFTER = 12, 10
_BEGINNING = 80  # characters of the body within which a caller tells of an emergency
_CALL = 25  # a call to come now this near makes it one wherever it stands
_DATED = re.compile(r"\d{1,4}\s?[年月日号]|[昨前]年")


class Reading(StrEnum):
    """What was made of a word."""

    DANGER = "danger"
    DENIED = "denied"
    OVER = "over"
    FEARED = "feared"
    MENTIONED = "mentioned"  # far down in a long text: no emergency call begins like that
    DRILL = "drill"
    VULNERABLE = "vulnerable"
    MANY = "many"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Sign:
    """One word of the told text that bears on urgency, with its span and what was made of it."""

    word: str
    span: Span
    reading: Reading


@dataclass(frozen=True, slots=True)
class Pressure:
    """The urgency that the words of a text speak for, and the words."""

    level: Urgency
    signs: tuple[Sign, ...]


_DANGER_SET, _NOW_SET = frozenset(_DANGER), frozenset(_NOW)
_FEARED_AFTER = ("隐患", "风险", "危险", "怎么办", "事故", "率", "频发", "谁负责")
_OTHER = {
    **dict.fromkeys(_VULNERABLE, Reading.VULNERABLE),
    **dict.fromkeys(_MANY, Reading.MANY),
    **dict.fromkeys(_NOW, Reading.NOW),
}
_ANYWHERE = frozenset({Reading.DANGER, Reading.MENTIONED, Reading.DRILL})
_SHOWN_FIRST = {Reading.DANGER: 0, Reading.VULNERABLE: 2, Reading.NOW: 2}
_FINDER = WordFinder([*_DANGER, *_VULNERABLE, *_MANY, *_NOW, *_DRILL, *_NOT_DANGER])


def read_urgency(told: Told) -> Pressure:
    """Return the urgency that the words of the text speak for.

    Danger that is told as happening, in the title, at the beginning or with a call to come now: very urgent. Danger
    that is feared, past or told in passing, vulnerable people together with a call to come now, or many people:
    urgent. Otherwise general; the matter's own default is not looked at here.
    """
    found = list(_FINDER.find(told.folded))
    covered = [span for word, span in found if word in _NOT_DANGER]
    calls = [span for word, span in found if word in _NOW_SET]
    drill = next((Sign(word, span, Reading.DRILL) for word, span in found if word in _DRILL), None)
    signs: list[Sign] = [drill] if drill else []
    for word, span in found:
        if word in _DANGER_SET and not any(c.start <= span.start and span.end <= c.end for c in covered):
            signs.append(Sign(word, span, Reading.DRILL if drill else _reading(told, span, calls)))
        elif (kind := _OTHER.get(word)) is not None:
            signs.append(Sign(word, span, kind))
    early = [sign for sign in signs if sign.reading in _ANYWHERE or _early(told, sign.span)]
    order = sorted(signs, key=lambda sign: (_SHOWN_FIRST.get(sign.reading, 1), sign.span.start))
    return Pressure(_level(Counter(sign.reading for sign in early)), tuple(order[:12]))


def _level(counts: Counter[Reading]) -> Urgency:
    if counts[Reading.DANGER]:
        return Urgency.VERY_URGENT
    pressing = (
        counts[Reading.FEARED]
        or counts[Reading.MENTIONED]
        or counts[Reading.MANY]
        or (counts[Reading.VULNERABLE] and counts[Reading.NOW])
    )
    return Urgency.URGENT if pressing else Urgency.GENERAL


def _early(told: Told, span: Span) -> bool:
    return span.start < told.title_end + _BEGINNING


def _reading(told: Told, span: Span, calls: Iterable[Span]) -> Reading:
    clause = told.clause(span, before=_BEFORE, after=_AFTER)
    before = told.folded[clause.start : span.start]
    after = told.folded[span.end : clause.end]
    wide = told.folded[span.end : span.end + 25]
    if any(word in wide for word in _OVER):
        return Reading.OVER
    if any(before.endswith(word) or word in before[-6:] for word in _DENIED if not _double(before, word)):
        return Reading.DENIED
    if any(word in before for word in _FEARED) or any(word in after[:6] for word in _FEARED_AFTER):
        return Reading.FEARED
    called = any(abs(call.start - span.start) <= _CALL for call in calls)
    if not called and _DATED.search(told.folded[max(0, span.start - 30) : span.start]):
        return Reading.FEARED
    return Reading.DANGER if called or _early(told, span) else Reading.MENTIONED


def _double(before: str, word: str) -> bool:
    """Say whether the denial belongs to another thing: "nobody comes and it burns", "no guard rail, a child fell"."""
    rest = before[before.rfind(word) + len(word) :]
    return len(word) <= 2 and len(rest) > 3
