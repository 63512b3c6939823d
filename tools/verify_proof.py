#!/usr/bin/env python3
"""Checks a proof from oneteam's journal: offline, with Python 3.8 or newer alone, without any of oneteam's code.

    python3 verify_proof.py PROOF.json [--key FILE_OR_TEXT] [--checkpoints checkpoints.log]

Ends with 0 when everything holds, with 1 and the first failing act when something does not, with 2 when a file cannot
be read. docs/proofs.md says what a proof proves and what it does not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

ZERO = bytes(32)


class RefusedError(Exception):
    """Something does not hold. Carries the sentence in Chinese and in English."""

    def __init__(self, chinese, english):
        super().__init__(f"{chinese}\n  {english}")


def say(chinese, english):
    """Print a sentence in both languages."""
    sys.stdout.write(f"{chinese}\n  {english}\n")


def sha256(*parts):
    """Return SHA-256 over the parts."""
    return hashlib.sha256(b"".join(parts)).digest()


def b64(data):
    """Return unpadded URL-safe base64."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    """Read unpadded URL-safe base64."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# Ed25519 (RFC 8032), verification only ------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def decompress(encoded):
    """Return the point that 32 bytes stand for, as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z; None for no point."""
    value = int.from_bytes(encoded, "little")
    sign, y = value >> 255, value & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(p, q):
    """Return the sum of two points."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(p):
    """Return twice a point."""
    a, b = p[0] * p[0] % P, p[1] * p[1] % P
    h = a + b
    e = h - (p[0] + p[1]) * (p[0] + p[1]) % P
    g = a - b
    f = 2 * p[2] * p[2] + g
    return e * f % P, g * h % P, f * g % P, e * h % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify_ed25519(public, message, signature):
    """Return whether the signature is this key's over the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    negated = (P - key[0], key[1], 1, P - key[3])
    both = add(BASE, negated)
    total = (0, 1, 1, 0)
    for bit in range(252, -1, -1):  # s·B - k·A, both at once
        total = double(total)
        one, other = s >> bit & 1, k >> bit & 1
        if one or other:
            total = add(total, both if one and other else BASE if one else negated)
    return (total[0] - commitment[0] * total[2]) % P == 0 and (total[1] - commitment[1] * total[2]) % P == 0


# Checkpoints --------------------------------------------------------------------------------------------------------


def parse_key(text):
    """Return name, id and public key of a verification key's text (name+id+key)."""
    try:
        name, number, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise RefusedError(f"这不是验证公钥：{text.strip()[:60]}", "This is no verification key.") from None
    if raw[:1] != b"\x01" or sha256(name.encode(), b"\n", raw)[:4].hex() != number:
        raise RefusedError(
            f"验证公钥有误：{text.strip()[:60]}", "The verification key was mistyped or is of another kind."
        )
    return name, bytes.fromhex(number), raw[1:]


def open_checkpoint(note, key):
    """Return size, root and time of a signed checkpoint."""
    name, number, public = key
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        mark, _, rest = line.partition(" ")
        who, _, encoded = rest.partition(" ")
        if mark != "—" or who != name:
            continue
        try:
            signed = base64.b64decode(encoded, validate=True)
        except ValueError:
            continue
        if signed[:4] == number and verify_ed25519(public, text.encode(), signed[4:]):
            lines = text.split("\n")
            if lines[0] != name:
                break
            moment = [line[5:] for line in lines[3:] if line.startswith("time ")]
            return int(lines[1]), base64.b64decode(lines[2]), moment[0] if moment else "?"
    raise RefusedError("检查点签名不成立。", "The checkpoint was not signed by this key.")


def node(left, right):
    """Return the Merkle node over two subtrees."""
    return sha256(b"\x01", left, right)


def root_from(leaf, index, size, path):
    """Return the root that a leaf and its path lead to; None for a path of the wrong length (RFC 9162, 2.1.3.2)."""
    last = size - 1
    if not 0 <= index <= last:
        return None
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            leaf = node(sibling, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = node(leaf, sibling)
        index, last = index >> 1, last >> 1
    return leaf if last == 0 else None


def compare_outside(path, key, size, root, places):
    """Rebuild the tree from the city's checkpoint file and compare; `places` maps leaf index to leaf."""
    roots, count, blocks = [], 0, 0
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw)
                leaves = base64.b64decode(line["leaves"])
            except (ValueError, LookupError, TypeError):
                continue  # torn by a crash; the next line repeats it
            for at in range(0, len(leaves), 32):
                leaf = leaves[at : at + 32]
                if places.get(count, leaf) != leaf:
                    raise RefusedError(
                        f"检查点文件第 {count} 位的记录不同。", f"The checkpoint file has another act at place {count}."
                    )
                roots.append(leaf)
                full = count
                while full & 1:
                    right = roots.pop()
                    roots[-1] = node(roots[-1], right)
                    full >>= 1
                count += 1
            blocks += 1
            stated = line["note"].split("\n")
            total = roots[-1]
            for left in reversed(roots[:-1]):
                total = node(left, total)
            if int(stated[1]) != count or base64.b64decode(stated[2]) != total:
                raise RefusedError(f"检查点文件第 {blocks} 批不成立。", f"Batch {blocks} of the file does not hold.")
            if count == size:
                open_checkpoint(line["note"], key)
                if total != root:
                    raise RefusedError(
                        "检查点文件的树与证明不同。", "The checkpoint file has another tree than the proof."
                    )
                say(f"与检查点文件一致（{blocks} 批）。", f"Agrees with the checkpoint file ({blocks} batches).")
                return
    raise RefusedError(
        f"检查点文件没有 {size} 条记录的检查点。", f"The checkpoint file has no checkpoint of {size} acts."
    )


# Acts ---------------------------------------------------------------------------------------------------------------


def check_act(act, size, root):
    """Check one act; return its link, its leaf and the fields it shows."""
    body = json.dumps(act["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    previous = unb64(act["prev"]) if "prev" in act else ZERO
    changes = unb64(act["changes"]) if "changes" in act else ZERO
    link = sha256(b"\x02", previous, act["seq"].to_bytes(8, "big"), sha256(body))
    leaf = sha256(b"\x00", link, changes)
    joined = base64.b64decode(act["path"])
    path = [joined[at : at + 32] for at in range(0, len(joined), 32)]
    if root_from(leaf, act["index"], size, path) != root:
        raise RefusedError("该行为不在已签名的树中，或已被改动。", "The act is not in the signed tree, or was changed.")
    shown = {}
    for text in act["show"]:
        _, name, value = json.loads(text)
        if act["body"]["sd"].get(name) != b64(sha256(text.encode())):
            raise RefusedError(
                f"字段“{name}”的值与封存的承诺不符。", f"The value of field {name!r} is not the sealed one."
            )
        shown[name] = value
    return link, leaf, shown


def check(proof, key, outside):
    """Check a whole proof and tell what holds."""
    size, root, moment = open_checkpoint(proof["checkpoint"], key)
    say(
        f"检查点：{key[0]}，共 {size} 条行为，封存于 {moment}；签名成立。",
        f"Checkpoint of {key[0]}: {size} acts, sealed at {moment}; the signature holds.",
    )
    links, places, streams = {}, {}, {}
    for number, act in enumerate(proof["acts"], 1):
        body = act.get("body", {})
        where = f"{number}. {body.get('id')} {body.get('kind')}"
        try:
            if proof["object"] != body["in"] and proof["object"] not in body.get("about", []):
                raise RefusedError("该行为与所证对象无关。", "The act is not about the object of this proof.")
            link, leaf, shown = check_act(act, size, root)
            before = links.get((body["in"], act["seq"] - 1))
            if before is not None and before != unb64(act.get("prev", "")):
                raise RefusedError(
                    "该行为与卷内前一行为不相接。", "The act does not follow the one before it in its file."
                )
        except RefusedError as error:
            raise RefusedError(f"第 {number} 条不成立：{where}", f"Act {where} does not hold.\n{error}") from None
        except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
            raise RefusedError(f"第 {number} 条无法读取：{where}", f"Act {where} cannot be read: {error!r}") from None
        links[body["in"], act["seq"]] = link
        places[act["index"]] = leaf
        streams.setdefault(body["in"], set()).add(act["seq"])
        hidden = len(body["sd"]) - len(shown)
        values = json.dumps(shown, ensure_ascii=False) if shown else "-"
        say(
            f"{where}\n  时间 {body['at']}（记录于 {body['rec']}），行为人 {body['by']}，未公开字段 {hidden} 个",
            f"at {body['at']} (recorded {body['rec']}), by {body['by']}, {hidden} fields not shown\n  {values}",
        )
    numbers = streams.get(proof["object"], set())
    if numbers and numbers == set(range(1, max(numbers) + 1)):
        say(
            f"该卷第 1 至 {max(numbers)} 号行为齐全，前后相接。",
            f"The object's own file is whole from number 1 to {max(numbers)}.",
        )
    elif numbers:
        lacking = sorted(set(range(1, max(numbers) + 1)) - numbers)
        say(f"注意：该卷缺第 {lacking} 号行为。", f"Note: the object's own file lacks numbers {lacking}.")
    if outside:
        compare_outside(outside, key, size, root, places)


def main():
    """Read the arguments, check, and tell."""
    parser = argparse.ArgumentParser(description="检查 oneteam 行为证明 / checks a proof from oneteam's journal")
    parser.add_argument("proof", type=Path, help="证明文件 / the proof")
    parser.add_argument("--key", help="从别处得到的验证公钥 / the city's verification key, got by another way")
    parser.add_argument("--checkpoints", type=Path, help="库外检查点文件 / the city's checkpoint file")
    given = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        proof = json.loads(given.proof.read_text("utf-8"))
        if not isinstance(proof, dict) or proof.get("format") != "oneteam-proof-1" or not proof.get("acts"):
            raise RefusedError("这不是本程序能检查的证明。", "This is no proof that this program can check.")
        text = given.key
        if text and Path(text).is_file():
            text = Path(text).read_text("utf-8")
        key = parse_key(text or proof["key"])
        check(proof, key, given.checkpoints)
        say("全部成立。", f"Everything holds: {len(proof['acts'])} acts.")
        if not text:
            say(
                f"请从别处核对验证公钥：{proof['key']}",
                "Compare this key with one that you got by another way, or give it by --key.",
            )
    except RefusedError as error:
        sys.stderr.write(f"不成立：{error}\n")
        return 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        sys.stderr.write(f"无法读取 / cannot be read: {error!r}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
