"""The renderer: same data, same bytes; PDF/A-2a and PDF/UA-1; no missing glyph passes; nothing typed is ever run."""

import hashlib
import io
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from PIL import Image

from oneteam.documents import rendering
from oneteam.documents.composing import Check, Composer, cleaned
from oneteam.documents.declaration import declarations
from oneteam.documents.rendering import MissingGlyphsError, RenderError, render
from oneteam.documents.tests.making import DECISION, ORDER, RECEIPT
from oneteam.documents.worker import FONTS
from oneteam.kernel.errors import NotReadyError

DAY = date(2026, 11, 25)
SETTINGS = {
    "agency.name": "云屿市综合行政执法局", "agency.contact": "潮平路1号",
    "remedy.reconsideration_body": "云屿市人民政府", "remedy.court": "云屿市人民法院", "payment.bank": "演示账户",
}  # fmt: skip


def composed(
    template: str = "decision_on_the_spot", *, check: bool = True, language: str = "zh", **changes: Any
) -> dict[str, Any]:
    base = {"decision_on_the_spot": DECISION, "order_to_correct": ORDER, "service_receipt": RECEIPT}[template]
    known = declarations().templates[template]
    values = cleaned(known, {**base, **changes})
    composer = Composer(
        known, values, DAY, SETTINGS.__getitem__, number="云综执当罚决字〔2026〕第00001号",
        check=Check("https://law.example.gov.cn/d/AbCdEfGhIjKlMnOpQrStUv/") if check else None, language=language,
    )  # fmt: skip
    return composer.document()


def text_of(pdf: bytes, *, first: int = 0) -> str:
    """Return the text that a PDF's page streams show from a page on, through the fonts' own tables."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in list(document.pages)[first:]:
            fonts = {str(name): _unicode(font) for name, font in page.Resources.Font.items()}
            table: dict[bytes, str] = {}
            for step in pikepdf.parse_content_stream(page):
                operands: Any = step.operands
                if str(step.operator) == "Tf":
                    table = fonts[str(operands[0])]
                elif str(step.operator) in ("TJ", "Tj"):
                    for part in operands[0] if str(step.operator) == "TJ" else operands:
                        if isinstance(part, pikepdf.String):
                            raw = bytes(part)
                            found += [table.get(raw[n : n + 2], "") for n in range(0, len(raw), 2)]
    return "".join(found)


def _unicode(font: pikepdf.Object) -> dict[bytes, str]:
    table: dict[bytes, str] = {}
    for line in bytes(font.ToUnicode.read_bytes()).decode("latin-1").splitlines():
        parts = line.replace("<", " ").replace(">", " ").split()
        if len(parts) == 2 and all(set(part) <= set("0123456789abcdefABCDEF") for part in parts) and len(parts[0]) == 4:
            table[bytes.fromhex(parts[0])] = bytes.fromhex(parts[1]).decode("utf-16-be")
    return table


def test_translation_is_one_page_and_what_closes_a_document_stays_together_with_text_before_it() -> None:
    assert len(render(composed(language="en", check=False), day=DAY).pages) == 1
    seen = set()
    for lines in range(0, 14, 2):
        made = render(composed(act="占道。" + "摊位占用人行道，妨碍通行，经劝告不改正。" * lines), day=DAY)
        seen.add(len(made.pages))
        end = text_of(made.pdf, first=len(made.pages) - 1)
        assert all(words in end for words in ("不停止执行", "执法人员签名", "2026年11月25日", "一式两份")), lines
    assert len(seen) > 1


def test_same_data_gives_the_same_bytes_also_in_another_process() -> None:
    doc = composed()
    first = render(doc, day=DAY)
    rendering._worker.end()
    second = render(doc, day=DAY)
    assert first.pdf == second.pdf
    assert first.pages == second.pages
    assert first.renderer.startswith("typst 0.15")
    assert len(first.fonts) == len(first.layout) == 64
    assert render(composed(amount="51"), day=DAY).pdf != first.pdf


@pytest.mark.parametrize("template", ["decision_on_the_spot", "order_to_correct", "service_receipt"])
def test_document_is_declared_pdf_a_2a_and_ua_1_and_keeps_their_rules(template: str) -> None:
    """Declared, not certified: no checker for these levels could be packaged."""
    with pikepdf.open(io.BytesIO(render(composed(template), day=DAY).pdf)) as pdf:
        with pdf.open_metadata() as data:
            assert (data["pdfaid:part"], data["pdfaid:conformance"]) == ("2", "A")
            assert data["pdfuaid:part"] == "1"
            assert str(declarations().templates[template].label.zh) in data["dc:title"]
        root = pdf.Root
        assert str(root.Lang).startswith("zh")
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        assert len(pdf.trailer.ID) == 2
        assert not pdf.is_encrypted
        assert "/AcroForm" not in root
        assert "/Names" not in root or "/JavaScript" not in root.Names
        for page in pdf.pages:
            assert [round(float(side)) for side in page.MediaBox] == [0, 0, 595, 842]
            for font in page.Resources.Font.values():
                inner = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile3" in inner or "/FontFile2" in inner, "every font is embedded"
        roles = _roles(root.StructTreeRoot)
        assert {"/H1", "/Table", "/TR", "/P", "/Figure"} <= roles
        assert _alternatives(root.StructTreeRoot) == ["查验本文书真伪的二维码"]


def _nodes(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    yield node
    children: Any = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield from _nodes(child)


def _roles(tree: pikepdf.Object) -> set[str]:
    return {str(node.S) for node in _nodes(tree) if "/S" in node}


def _alternatives(tree: pikepdf.Object) -> list[str]:
    return [str(node.Alt) for node in _nodes(tree) if "/Alt" in node]


def test_decision_says_what_was_given() -> None:
    text = text_of(render(composed(), day=DAY).pdf)
    for words in (
        "当场行政处罚决定书", "云综执当罚决字〔2026〕第00001号", "林垟喆", "2026年11月25日13时40分",
        "伍拾元整", "¥50.00", "先申请行政复议", "六十日", "云屿市人民政府", "33038300012", "请求从轻",
    ):  # fmt: skip
        assert words in text


def test_warning_has_neither_amount_nor_payment() -> None:
    text = text_of(render(composed(penalty="warning"), day=DAY).pdf)
    assert "警告" in text
    assert "¥" not in text
    assert "缴纳罚款" not in text
    both = text_of(render(composed(penalty="warning_and_fine"), day=DAY).pdf)
    assert "警告" in both
    assert "¥50.00" in both


def test_cash_names_its_ground_and_receipt() -> None:
    text = text_of(render(composed(payment="cash", cash_ground="small", receipt_number="浙财1234567"), day=DAY).pdf)
    assert "第六十八条第一项" in text
    assert "浙财1234567" in text
    assert "演示账户" not in text


def test_preview_is_stamped_and_marks_what_is_missing() -> None:
    text = text_of(render(composed(check=False, party_name=""), day=DAY).pdf)
    assert "预览，未编号" in text
    assert "【当事人】" in text
    assert "扫码" not in text


def test_translation_is_in_english_with_its_own_stamp() -> None:
    text = text_of(render(composed(check=False, language="en"), day=DAY).pdf)
    for words in ("On-the-spot penalty decision", "A fine of ¥50.00", "Translation", "25 November 2026"):
        assert words.replace(" ", "") in text.replace(" ", "")


@pytest.mark.parametrize(
    "name", ["喆堃燊翀㙍", "龘䶮犇", "𬭚𫖯", "镕镠"], ids=["local", "rare", "beyond the basic plane", "metals"]
)
def test_rare_characters_of_names_are_printed(name: str) -> None:
    assert name in text_of(render(composed(party_name=name), day=DAY).pdf)


def test_every_character_without_a_font_is_named_at_once() -> None:
    with pytest.raises(MissingGlyphsError) as refused:
        render(composed(party_name="林😀", place="𠀀路", act="a〓b"), day=DAY)
    assert set(refused.value.characters) == {"😀", "𠀀"}


def test_characters_that_stand_in_for_missing_ones_may_be_typed() -> None:
    assert "〓" in text_of(render(composed(act="改为〓后"), day=DAY).pdf)


@pytest.mark.parametrize(
    "typed",
    [
        '#read("/etc/passwd")',
        "$x^2$ *bold* _it_ `raw`",
        '#import "@preview/cetz:0.3.0"',
        "{{number}} {?a} @seal",
        "# T\n## T",
    ],
)
def test_what_is_typed_stays_text(typed: str) -> None:
    text = text_of(render(composed(act=typed), day=DAY).pdf)
    assert typed.replace("\n", "").replace(" ", "") in text.replace(" ", "")
    assert "root:" not in text


def test_layout_reads_nothing_but_its_own_data_and_images() -> None:
    source = (Path(rendering.__file__).parent / "layout.typ").read_text("utf-8")
    code = "\n".join(line for line in source.splitlines() if not line.strip().startswith("//"))
    for word in ("#import", "#include", "read(", "eval(", "@preview", "plugin(", "csv(", "yaml(", "xml("):
        assert word not in code
    assert code.count("json(") == 1


def test_worker_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("ONETEAM_DATA", "/somewhere")
    assert not {"DATABASE_URL", "ONETEAM_DATA"} & rendering._bare_environment().keys()


def test_document_that_takes_too_long_is_given_up_and_the_next_works(monkeypatch: pytest.MonkeyPatch) -> None:
    render(composed(), day=DAY)
    process = rendering._worker._process
    assert process is not None
    monkeypatch.setattr(rendering, "TIME_LIMIT", 0.02)
    begun = time.monotonic()
    with pytest.raises(RenderError, match="longer"):
        render(composed(act="很长的事实。\n" * 400, place="x"), day=DAY)
    assert time.monotonic() - begun < 5
    assert process.poll() is not None, "the worker that hung was ended"
    monkeypatch.setattr(rendering, "TIME_LIMIT", 20.0)
    assert render(composed(), day=DAY).pdf


def test_worker_that_dies_is_replaced() -> None:
    render(composed(), day=DAY)
    process = rendering._worker._process
    assert process is not None
    process.kill()
    process.wait()
    assert render(composed(), day=DAY).pdf


def test_worker_ends_when_its_parent_is_gone() -> None:
    """The end of its input is all that it ever sees of a parent that was killed."""
    render(composed(), day=DAY)
    process = rendering._worker._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=5) == 0
    rendering._worker._process = None
    assert process.stdout is not None
    process.stdout.close()


def test_renderer_error_is_told_not_swallowed() -> None:
    doc = composed()
    doc["blocks"].append({"kind": "sign", "rows": [{"label": "x", "image": "no_such.png"}]})
    with pytest.raises(RenderError, match="could not be rendered"):
        render(doc, day=DAY)


def test_pages_are_a4_pictures() -> None:
    made = render(composed(), day=DAY)
    for page in made.pages:
        with Image.open(io.BytesIO(page)) as picture:
            assert picture.format == "PNG"
            assert picture.size in ((793, 1122), (794, 1123))


def test_signature_is_put_on_its_line() -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 20), "black").save(out, "PNG")
    doc = composed()
    for block in doc["blocks"]:
        if block["kind"] == "sign":
            block["rows"][0]["image"] = "a.png"
    with_one = render(doc, day=DAY, images={"a.png": out.getvalue()})
    assert with_one.pdf != render(composed(), day=DAY).pdf
    again = io.BytesIO()
    Image.new("RGB", (60, 20), "blue").save(again, "PNG")
    other = render(doc, day=DAY, images={"a.png": again.getvalue()})
    assert other.pdf != with_one.pdf, "nothing of the last one is kept"


def test_fonts_are_those_of_the_manifest_and_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = json.loads((FONTS / "manifest.json").read_text("utf-8"))
    for entry in manifest:
        assert hashlib.sha256((FONTS / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert sum((FONTS / entry["file"]).stat().st_size for entry in manifest) <= 15_000_000
    for entry in manifest:
        (tmp_path / entry["file"]).write_bytes((FONTS / entry["file"]).read_bytes())
    (tmp_path / "manifest.json").write_bytes((FONTS / "manifest.json").read_bytes())
    monkeypatch.setattr(rendering, "FONTS", tmp_path)
    rendering.font_set.cache_clear()
    try:
        folders, whole = rendering.font_set()
        assert folders == (str(tmp_path),)
        own = tmp_path.parent / "own_fonts"
        own.mkdir()
        (own / "extra.otf").write_bytes(b"x")
        monkeypatch.setattr(settings, "FONT_DIRS", [str(own)])
        rendering.font_set.cache_clear()
        assert rendering.font_set()[1] != whole, "another set of fonts has another hash"
        font = tmp_path / manifest[0]["file"]
        font.write_bytes(font.read_bytes()[:-1] + b"x")
        rendering.font_set.cache_clear()
        with pytest.raises(NotReadyError, match=manifest[0]["file"]):
            rendering.font_set()
        font.unlink()
        with pytest.raises(NotReadyError, match="missing or altered"):
            rendering.font_set()
    finally:
        rendering.font_set.cache_clear()
