"""Documents made for tests."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from oneteam.documents import acts
from oneteam.documents.acts import Issued
from oneteam.kernel.clock import legal_day
from oneteam.kernel.ids import uuid7
from tests.world import AT, actor

OFFICER = "luo.chengye"
YEAR = legal_day(AT).year
DECISION: dict[str, Any] = {
    "party_name": "林垟喆", "party_kind": "citizen", "party_number": "330383197001011234",
    "party_address": "云屿市海棠社区望海路88号", "found_at": "2026-11-25T13:40+08:00",
    "place": "锦塘路88号门前人行道", "act": "擅自占用人行道摆摊经营，占道约三平方米。",
    "order_number": "云综执责改字〔2026〕第00003号", "correction": "经复查，拒不改正。",
    "violated": "《浙江省城市市容和环境卫生管理条例》第十六条第一款",
    "basis": "《浙江省城市市容和环境卫生管理条例》第十六条第二款", "penalty": "fine", "amount": "50",
    "statement": "当事人称当日生意不好，请求从轻；复核后未采纳。", "payment": "bank",
    "officer_1": "罗成业", "officer_1_certificate": "33038300012",
    "officer_2": "郑海", "officer_2_certificate": "33038300013",
}  # fmt: skip
ORDER: dict[str, Any] = {
    **{name: DECISION[name] for name in (
        "party_name", "party_kind", "found_at", "place", "act", "violated", "officer_1", "officer_1_certificate",
        "officer_2", "officer_2_certificate",
    )},
    "basis": "《中华人民共和国行政处罚法》第二十八条第一款", "mode": "by_deadline",
    "deadline": "2026-11-25T16:00+08:00",
    "demand": "停止占道经营，清理现场。", "consequence": "依法给予行政处罚。",
}  # fmt: skip
RECEIPT: dict[str, Any] = {
    "document_title": "当场行政处罚决定书", "document_number": "云综执当罚决字〔2026〕第00001号", "recipient": "林垟喆",
    "served_at": "2026-11-25T14:20+08:00", "place": "锦塘路88号", "way": "direct", "received_by": "林垟喆",
    "relation": "self", "officer_1": "罗成业", "officer_1_certificate": "33038300012", "officer_2": "郑海",
    "officer_2_certificate": "33038300013",
}  # fmt: skip


def issue(
    template: str = "decision_on_the_spot", *, by: str = OFFICER, at: datetime = AT,
    about: Sequence[UUID] | None = None, number: str | None = None, key: str | None = None,
    subject: UUID | None = None, **changes: Any,
) -> Issued:  # fmt: skip
    """Issue a document of made-up content; a change to None leaves a field out."""
    base = {"decision_on_the_spot": DECISION, "order_to_correct": ORDER, "service_receipt": RECEIPT}[template]
    values = {name: value for name, value in {**base, **changes}.items() if value is not None}
    return acts.issue(
        actor=actor(by), at=at, template=template, subject=subject, about=[uuid7()] if about is None else about,
        values=values, number=number, key=key,
    )  # fmt: skip


def signature() -> io.BytesIO:
    """Return a signature as a screen gives it: black on nothing."""
    image, out = Image.new("RGBA", (600, 200), (0, 0, 0, 0)), io.BytesIO()
    ImageDraw.Draw(image).line([(20, 150), (200, 40), (380, 160), (560, 60)], fill=(0, 0, 0, 255), width=8)
    image.save(out, "PNG")
    out.seek(0)
    return out
