"""Proofs: what an outsider can check with the shipped script alone, and that no altered proof passes."""

import copy
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from oneteam.journal.acts import write
from oneteam.journal.erase import Ground, erase_subject
from oneteam.journal.models import Act
from oneteam.journal.notes import create_key, public_path
from oneteam.journal.prove import Purpose, prove
from oneteam.journal.subjects import new_subject
from oneteam.journal.tests.kit import NOW, TESTER, World, one, put, told
from oneteam.kernel.errors import BadInputError, MissingError, NotReadyError
from oneteam.kernel.ids import uuid7

SCRIPT = Path(settings.BASE_DIR) / "tools" / "verify_proof.py"
CHECKER: dict[str, Any] = runpy.run_path(str(SCRIPT))


@pytest.fixture
def report(world: World) -> UUID:
    """A report with four acts in its file and one about it, sealed in two batches."""
    return _report(world)


def _report(world: World) -> UUID:
    stream = uuid7()
    _received(stream)
    for _ in range(5):
        one()
    world.seal()
    put(uuid7(), "somebody else's")
    put(stream, "row")
    one(stream, word="answered")
    one(uuid7(), word="about it", about=[stream])
    one(stream, word="closed")
    world.seal()
    return stream


@write
def _received(stream: UUID) -> UUID:
    return told(stream, word="垃圾", personal={new_subject(): {"text": "楼下😀", "phone": "13800000001"}}).id


def proof_of(stream: UUID, **given: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(prove(object_id=stream, **given).text())
    return content


def check(proof: dict[str, Any], **given: Any) -> str:
    """Check in this process; returns what is wrong, an empty text when nothing is."""
    try:
        CHECKER["check"](proof, CHECKER["parse_key"](given.get("key") or proof["key"]), given.get("outside"))
    except CHECKER["RefusedError"] as error:
        return str(error)
    return ""


def run(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Check as an outsider does: in a bare interpreter."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file), *arguments], capture_output=True, text=True, check=False
    )


def test_an_outsider_checks_a_whole_report_with_nothing_but_python(world: World, report: UUID, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text(prove(object_id=report).text(), "utf-8")
    key = public_path(Path(settings.SEALER_KEY))
    done = run(file, "--key", str(key), "--checkpoints", str(world.file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "全部成立" in done.stdout
    assert "Everything holds: 5 acts" in done.stdout
    assert "whole from number 1 to 4" in done.stdout
    assert "Agrees with the checkpoint file" in done.stdout
    assert '"word": "垃圾"' in done.stdout
    assert "13800000001" not in file.read_text("utf-8")
    assert "楼下" not in file.read_text("utf-8")


def test_only_the_chosen_fields_are_disclosed(world: World, report: UUID) -> None:
    shown = [name for act in proof_of(report, fields=[])["acts"] for name in act["show"]]
    assert shown == []
    received = proof_of(report, fields=["text"], actor=TESTER, at=NOW, purpose=Purpose.COURT)["acts"][0]
    assert [json.loads(text)[1:] for text in received["show"]] == [["text", "楼下😀"]]
    assert check(proof_of(report, fields=["text", "word"], actor=TESTER, at=NOW, purpose="court")) == ""


def test_disclosing_a_personal_field_is_an_act_with_a_purpose(world: World, report: UUID) -> None:
    for purpose in (None, "curiosity"):
        with pytest.raises(BadInputError, match="administrative_review"):
            prove(object_id=report, fields=["phone"], actor=TESTER, at=NOW, purpose=purpose)
    with pytest.raises(ValueError, match="actor"):
        prove(object_id=report, fields=["phone"], purpose="court")
    before = Act.objects.filter(stream=report).count()
    prove(object_id=report, fields=["phone"], actor=TESTER, at=NOW, purpose="court")
    last = Act.objects.filter(stream=report).order_by("-seq")[0]
    assert Act.objects.filter(stream=report).count() == before + 1
    assert (last.kind, last.payload) == ("personal.disclosed", {"purpose": "court", "fields": ["phone"]})
    prove(object_id=report)
    assert Act.objects.filter(stream=report).count() == before + 1


def test_unknown_objects_and_fields_and_unsealed_acts_are_told_apart(world: World, report: UUID) -> None:
    with pytest.raises(MissingError):
        prove(object_id=uuid7())
    fresh = one().stream
    with pytest.raises(NotReadyError, match="not sealed"):
        prove(object_id=fresh)
    with pytest.raises(BadInputError, match=r"“nonsense”.*phone, text, word"):
        prove(object_id=report, fields=["nonsense"])
    one(report)
    assert prove(object_id=report).unsealed == 1


def altered(proof: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return every way in which this proof can be made to say something else."""
    found: list[tuple[str, dict[str, Any]]] = []

    def variant(name: str, change: Any) -> None:
        other = copy.deepcopy(proof)
        change(other)
        found.append((name, other))

    acts = proof["acts"]
    for at in range(len(acts)):
        for key in acts[at]["body"]:
            if key not in ("sd", "about", "in"):
                variant(f"{at} {key}", lambda p, at=at, key=key: p["acts"][at]["body"].__setitem__(key, "changed"))
        variant(f"{at} word", lambda p, at=at: p["acts"][at]["show"].append('["AAAA","word","other"]'))
        variant(f"{at} field", lambda p, at=at: p["acts"][at]["show"].append('["AAAA","more","x"]'))
        variant(f"{at} seq", lambda p, at=at: p["acts"][at].__setitem__("seq", 9))
        variant(f"{at} index", lambda p, at=at: p["acts"][at].__setitem__("index", p["acts"][at]["index"] ^ 1))
        variant(f"{at} path", lambda p, at=at: p["acts"][at].__setitem__("path", "A" * 44))
        variant(f"{at} short", lambda p, at=at: p["acts"][at].__setitem__("path", p["acts"][at]["path"][:-44]))
        variant(f"{at} other object", lambda p, at=at: p["acts"][at]["body"].__setitem__("in", str(uuid7())))
        variant(f"{at} changes", lambda p, at=at: p["acts"][at].__setitem__("changes", "B" * 43))
        variant(f"{at} prev", lambda p, at=at: p["acts"][at].__setitem__("prev", "B" * 43))
        variant(f"{at} unreadable", lambda p, at=at: p["acts"][at].__setitem__("seq", "x"))
    variant("swapped", lambda p: p["acts"].__setitem__(0, p["acts"][1] | {"seq": 1}))
    variant("note", lambda p: p.__setitem__("checkpoint", p["checkpoint"].replace("time 2", "time 1")))
    variant("object", lambda p: p.__setitem__("object", str(uuid7())))
    return found


def test_no_altered_proof_passes_and_the_act_is_named(world: World, report: UUID) -> None:
    proof = proof_of(report)
    assert check(proof) == ""
    for name, other in altered(proof):
        wrong = check(other)
        assert wrong, name
        if name[0].isdigit():
            at = int(name.split()[0])
            assert f"第 {at + 1} 条" in wrong or "prev" in name, (name, wrong)


def test_a_key_or_checkpoint_file_of_somebody_else_is_refused(world: World, report: UUID, tmp_path: Path) -> None:
    proof = proof_of(report)
    other = create_key(tmp_path / "other.key", "other")
    assert "签名" in check(proof, key=str(other.public))
    lines = world.file.read_text("utf-8").splitlines(keepends=True)
    torn, forged, short = tmp_path / "torn", tmp_path / "forged", tmp_path / "short"
    torn.write_text(lines[0] + lines[1][:50] + "\n" + "".join(lines[1:]), "utf-8")
    assert check(proof, outside=torn) == ""
    short.write_text(lines[0], "utf-8")
    assert "no checkpoint of" in check(proof, outside=short)
    first = json.loads(lines[0])
    first["leaves"] = "AAAA" + first["leaves"][4:]
    forged.write_text(json.dumps(first) + "\n" + "".join(lines[1:]), "utf-8")
    assert "does not hold" in check(proof, outside=forged)


def test_proofs_made_before_an_erasing_hold_and_later_ones_keep_it_secret(world: World, report: UUID) -> None:
    before = proof_of(report, fields=["phone", "word"], actor=TESTER, at=NOW, purpose="party")
    act = Act.objects.filter(stream=report).order_by("seq")[0]
    subject = act.secret_set.get().subject_id
    erase_subject(actor=TESTER, at=NOW, subject=subject, ground=Ground.CONSENT_WITHDRAWN)
    world.seal()
    assert check(before) == ""
    after = proof_of(report, fields=["phone", "word"], actor=TESTER, at=NOW, purpose="party")
    assert check(after) == ""
    assert "13800000001" in json.dumps(before)
    assert "13800000001" not in json.dumps(after)


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [("no json", 2, "cannot be read"), ("[]", 1, "no proof"), ('{"format":"oneteam-proof-1","acts":[1]}', 2, "'key'")],
)
def test_files_that_are_no_proofs_are_refused(tmp_path: Path, content: str, code: int, word: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    done = run(file)
    assert done.returncode == code
    assert word in done.stderr


def test_the_scripts_own_signature_check_agrees_with_the_library(tmp_path: Path) -> None:
    """RFC 8032 test vectors 1 to 3, and refusals."""
    verify = CHECKER["verify_ed25519"]
    vectors = [
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]  # fmt: skip
    for public, message, signature in vectors:
        key, text, signed = map(bytes.fromhex, (public, message, signature))
        assert verify(key, text, signed)
        assert not verify(key, text + b"x", signed)
        assert not verify(key, text, signed[:32] + bytes(32))
        assert not verify(key, text, signed[:63])
        assert not verify(bytes([key[0] ^ 1]) + key[1:], text, signed)
    created = create_key(tmp_path / "k", "demo")
    for length in range(0, 200, 7):
        text = bytes(range(length % 256)) * 2
        assert verify(created.public.public, text, created.public.suite.sign(created.secret, text))
