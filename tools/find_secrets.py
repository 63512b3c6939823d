"""Look for keys, tokens and passwords in all that is or ever was in the tree: `.venv/bin/python tools/find_secrets.py`.

Reads what Git has: each file of each commit once. Ends with 1 where something looks like a secret, and says where,
never what. What is none stands in `tools/no_secrets.txt`: the fingerprint that was told, and why.
"""

import hashlib
import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 1_000_000  # bytes of a file; larger ones are data
KNOWN = "tools/no_secrets.txt"
PATTERNS: dict[str, re.Pattern[str]] = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}"),
    "age key": re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{40,}"),
    "AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "Aliyun key": re.compile(r"\bLTAI[0-9A-Za-z]{16,24}\b"),
    "Tencent key": re.compile(r"\bAKID[0-9A-Za-z]{32}\b"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{50,})\b"),
    "GitLab token": re.compile(r"\bglpat-[0-9A-Za-z_-]{20}\b"),
    "Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "package token": re.compile(r"\b(?:pypi-AgEI[0-9A-Za-z_-]{50,}|npm_[0-9A-Za-z]{36})\b"),
    "web token": re.compile(r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{20,}"),
    "password in an address": re.compile(r"\b[a-z]+://[^\s:/@'\"]+:(?!\*|\$|\{|%|<)[^\s:/@'\"{}$<]{8,}@[\w.-]+"),
}
"""What can hardly be anything else."""
NAMED = re.compile(
    r"(?i)\b[\w-]*(?:password|passwd|secret|token|api_?key|access_?key|credential)[\w-]*[\"']?\s*[:=]\s*"
    r"[\"'](?P<value>[A-Za-z0-9+/=_.~-]{16,})[\"']"
)
"""A text that is called a secret; only what looks drawn by lot counts (`drawn`)."""
BITS = 3.6  # of entropy a character: words in any language stay below, what was drawn by lot lies above


@dataclass(frozen=True, slots=True)
class Found:
    """Something that looks like a secret: where, of which kind, and the fingerprint it is known by."""

    path: str
    line: int
    kind: str
    print: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind} ({self.print})"


def drawn(text: str) -> bool:
    """Tell whether a text looks as if it was drawn by lot: many different characters, digits among letters."""
    counts = Counter(text)
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    return bits >= BITS and any(one.isdigit() for one in text) and any(one.isalpha() for one in text)


def secrets_in(path: str, text: str) -> Iterator[Found]:
    """Return what looks like a secret in a text."""
    hits = [(kind, hit.start(), hit[0]) for kind, pattern in PATTERNS.items() for hit in pattern.finditer(text)]
    hits += [
        ("named secret", hit.start(), hit["value"]) for hit in NAMED.finditer(text) if drawn(hit["value"])
    ]  # fmt: skip
    for kind, start, secret in hits:
        fingerprint = hashlib.sha256(secret.encode()).hexdigest()[:16]
        yield Found(path, text.count("\n", 0, start) + 1, kind, fingerprint)


def known(root: Path) -> set[str]:
    """Return the fingerprints of what was looked at and is no secret; each line gives its reason."""
    try:
        lines = (root / KNOWN).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return set()
    split = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    assert all(len(parts) == 2 for parts in split), f"{KNOWN}: a fingerprint and why it is no secret"
    return {parts[0] for parts in split}


def ever(root: Path) -> Iterator[tuple[str, str]]:
    """Return every file of every commit, and those of the tree that are not committed yet: path and text, each once."""
    listed = _git(root, "rev-list", "--objects", "--all").decode("utf-8", "replace").splitlines()
    paths = {line[:40]: line[41:] for line in listed if len(line) > 41}
    with subprocess.Popen(
        ["git", "-C", str(root), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        for name, path in paths.items():
            git.stdin.write(f"{name}\n".encode())
            git.stdin.flush()
            kind, size = git.stdout.readline().split()[1:]
            content = git.stdout.read(int(size) + 1)[:-1]
            if kind == b"blob":
                yield from _text(path, content)
        git.stdin.close()
    changed = _git(root, "ls-files", "-z", "--modified", "--others", "--exclude-standard").decode().split("\0")
    for path in dict.fromkeys(filter(None, changed)):
        if (root / path).is_file():
            yield from _text(path, (root / path).read_bytes())


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True).stdout


def _text(path: str, content: bytes) -> Iterable[tuple[str, str]]:
    if len(content) > LIMIT or b"\0" in content[:8000]:
        return []
    return [(path, content.decode("utf-8", "replace"))]


def main(root: Path = ROOT) -> int:
    """Tell what looks like a secret; returns 1 where something does."""
    innocent = known(root)
    found = {one.print: one for path, text in ever(root) for one in secrets_in(path, text) if one.print not in innocent}
    for one in found.values():
        print(one)
    if found:
        print(
            f"{len(found)} in all. A real one: revoke it first, then take it out. Else: its print and why, in {KNOWN}."
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
