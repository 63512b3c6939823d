# ruff: noqa: T201
"""Cuts the fonts of legal documents out of their originals: `python tools/fonts.py FOLDER` (needs fonttools 4.68.0).

FOLDER holds the five originals named in ORIGINALS, which are checked by their hash. What comes out is the same byte for
byte each time; it is written to oneteam/documents/fonts with a manifest that the renderer checks when it starts.
Run again only to change the set of characters: another set of fonts makes other documents.
"""

import bz2
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "oneteam" / "documents" / "fonts"
# Name in FOLDER: (where it comes from, SHA-256).
ORIGINALS = {
    "FandolFang-Regular.otf": (
        "Debian texlive-lang-chinese 2022.20230122-1",
        "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
    ),
    "NotoSerifSC_300Light.ttf": (
        "npm @expo-google-fonts/noto-serif-sc 0.4.3",
        "a86e5cabd0c0b9bd656ff9c3e437bec6519fc7b149e845192edd8075b07789eb",
    ),
    "NotoSerifSC_700Bold.ttf": (
        "npm @expo-google-fonts/noto-serif-sc 0.4.3",
        "9c6a2ba736e4b499c84f65ce366bd3625c0401885fd3e585ace50fb738b96ff6",
    ),
    "Unihan_OtherMappings.txt.bz2": (
        "Debian unicode-data 15.0.0-1",
        "bdeef44d75d914e793b7f27ddc3bee01b2d11dd34f4e52de1a9fba74a1612dc2",
    ),
    "Unihan_Readings.txt.bz2": (
        "Debian unicode-data 15.0.0-1",
        "216d9e19e44195522b84a05bf7308e385356615121258869faf919e96824ddd5",
    ),
}
UNIFIED = range(0x4E00, 0xA000)  # CJK Unified Ideographs, the 20,902 of GBK among them
PLAIN = (range(0x20, 0x7F), range(0xA0, 0x100), range(0x2010, 0x2040), range(0x3000, 0x3020), range(0xFF01, 0xFF5F))


def gb2312(first: int, last: int) -> set[int]:
    """Return the characters of these rows of GB 2312."""
    cells = (bytes([row + 0xA0, cell]) for row in range(first, last + 1) for cell in range(0xA1, 0xFF))
    return {ord(text) for text in (cell.decode("gb2312", "ignore") for cell in cells) if text}


def unihan(path: Path, fields: set[str]) -> Iterator[int]:
    """Yield the characters for which Unihan gives one of these fields."""
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("U+"):
                code, field, _value = line.split("\t", 2)
                if field in fields:
                    yield int(code[2:], 16)


def cut(path: Path, codes: Iterable[int]) -> bytes:
    """Return the font with these characters only, without hints and without what vertical writing needs."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["ccmp", "locl", "kern", "mark", "mkmk"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    font = subset.load_font(str(path), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=set(codes))
    cutter.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


def main(folder: Path) -> None:
    """Check the originals, cut, and write fonts and manifest."""
    for name, (origin, expected) in ORIGINALS.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            sys.exit(f"{name} is not the file of {origin}: its SHA-256 is {found}")
    plain = {code for span in PLAIN for code in span}
    symbols = gb2312(1, 9)
    fang = TTFont(folder / "FandolFang-Regular.otf").getBestCmap().keys() & (gb2312(16, 87) | symbols | plain)
    table = set(unihan(folder / "Unihan_OtherMappings.txt.bz2", {"kTGH"}))
    dictionary = set(unihan(folder / "Unihan_Readings.txt.bz2", {"kXHC1983", "kTGHZ2013"}))
    rare = (set(UNIFIED) | table | dictionary | symbols | plain) - fang
    sets = {
        "FandolFang-Regular.otf": fang,
        "NotoSerifSC_300Light.ttf": rare,
        "NotoSerifSC_700Bold.ttf": gb2312(16, 55) | plain,
    }
    manifest = []
    for name, codes in sets.items():
        data = cut(folder / name, codes)
        (OUT / name).write_bytes(data)
        held = len(TTFont(io.BytesIO(data)).getBestCmap())
        origin, source = ORIGINALS[name]
        manifest.append(
            {"file": name, "sha256": hashlib.sha256(data).hexdigest(), "characters": held, "origin": origin,
             "original_sha256": source}
        )  # fmt: skip
        print(f"{name}: {held:,} characters, {len(data) / 1e6:.1f} MB")
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    missing = table - {code for name in sets for code in TTFont(OUT / name).getBestCmap()}
    print(f"of the {len(table):,} characters of the table of standard characters {len(missing)} are missing")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
