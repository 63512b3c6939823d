"""Photographs of the made-up city: street scenes drawn from a seed, with time and place in their EXIF.

Nobody is in them and no such street exists. The same words give the same bytes on every machine with the same Pillow;
a picture takes some 20 ms. `before` shows what was found, `after` the very same street without it.
"""

import io
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from PIL import ExifTags, Image, ImageDraw, ImageFilter

from oneteam.kernel.clock import SHANGHAI

WIDTH, HEIGHT = 800, 600
HORIZON, KERB = 330, 470  # pixels from above: where the walls stand, where the road begins
QUALITY = 78

Colour = tuple[int, int, int]
_WALLS: tuple[Colour, ...] = (
    (198, 186, 170), (176, 182, 186), (205, 196, 184), (167, 158, 150), (188, 170, 158), (178, 190, 180),
)  # fmt: skip
_AWNINGS: tuple[Colour, ...] = ((150, 52, 48), (42, 92, 84), (52, 74, 120), (168, 120, 40), (98, 98, 102))
_SKIES: Mapping[str, tuple[Colour, Colour]] = {
    "clear": ((132, 176, 214), (214, 226, 234)),
    "cloudy": ((158, 166, 174), (206, 208, 210)),
    "rain": ((116, 124, 132), (166, 170, 172)),
    "night": ((16, 20, 34), (42, 44, 58)),
}
_THINGS: Mapping[str, str] = {
    "F01-001": "stall", "F01-002": "goods", "F01-006": "posters", "F01-008": "boxes", "F01-009": "bicycles",
    "F01-051": "bins", "F01-052": "bins", "F03-051": "hole", "F03-052": "hole", "F03-053": "lamp",
    "F03-054": "water", "F04-051": "branches", "F11-004": "drums", "F11-007": "water", "F11-010": "drums",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What a photograph shows: of which matter, found or put right, when and where it was taken, at which street."""

    matter: str
    street: str
    taken_at: datetime
    lon: float
    lat: float
    after: bool = False


def photograph(shot: Shot) -> bytes:
    """Return the picture as a JPEG file."""
    street = random.Random(f"street {shot.street}")  # noqa: S311 -- a picture, not a secret
    weather = _weather(shot)
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture, "RGBA")
    _sky(draw, weather)
    _houses(draw, street, night=weather == "night")
    _ground(draw, street, wet=weather == "rain")
    if not shot.after:
        _DRAWN[_THINGS.get(shot.matter, "boxes")](draw, random.Random(f"thing {shot.street} {shot.matter}"))  # noqa: S311
    _light(picture, random.Random(f"{shot.street} {shot.taken_at:%Y%m%d%H}"), weather)  # noqa: S311
    out = io.BytesIO()
    picture.filter(ImageFilter.SMOOTH).save(out, "JPEG", quality=QUALITY, exif=_exif(shot))
    return out.getvalue()


def _weather(shot: Shot) -> str:
    local = shot.taken_at.astimezone(SHANGHAI)
    if not 6 <= local.hour < 18:
        return "night"
    return random.Random(f"weather {local:%Y%m%d}").choice(("clear", "clear", "cloudy", "rain"))  # noqa: S311


# ---- what is always there


def _sky(draw: ImageDraw.ImageDraw, weather: str) -> None:
    high, low = _SKIES[weather]
    for y in range(0, HORIZON, 4):
        share = y / HORIZON
        draw.rectangle((0, y, WIDTH, y + 4), tuple(round(a + (b - a) * share) for a, b in zip(high, low, strict=True)))


def _houses(draw: ImageDraw.ImageDraw, street: random.Random, *, night: bool) -> None:
    """A row of houses with windows above and a shopfront below each."""
    left = -street.randrange(120)
    while left < WIDTH:
        width, top = street.randrange(150, 270), street.randrange(20, 150)
        wall = street.choice(_WALLS)
        if night:
            wall = _mixed(wall, (20, 22, 34), 0.72)
        draw.rectangle((left, top, left + width, HORIZON + 70), wall, outline=_mixed(wall, (0, 0, 0), 0.3))
        for x in range(left + 16, left + width - 34, 48):
            for y in range(top + 18, HORIZON - 90, 56):
                lit = night and street.random() < 0.35
                glass = (236, 206, 130) if lit else _mixed(wall, (40, 58, 76), 0.7)
                draw.rectangle((x, y, x + 30, y + 36), glass, outline=_mixed(wall, (255, 255, 255), 0.4))
                if street.random() < 0.3:
                    draw.rectangle((x + 2, y + 38, x + 28, y + 50), (214, 214, 210), outline=(150, 150, 150))
        _front(draw, street, left, width, night=night)
        left += width


def _front(draw: ImageDraw.ImageDraw, street: random.Random, left: int, width: int, *, night: bool) -> None:
    colour = street.choice(_AWNINGS)
    top = HORIZON - 62
    inside = (244, 222, 160) if night and street.random() < 0.6 else (54, 58, 62)
    draw.rectangle((left + 8, top, left + width - 8, HORIZON + 70), inside)
    draw.rectangle((left + 4, top - 34, left + width - 4, top), colour)
    at = left + 18
    for _sign in range(street.randrange(3, 6)):  # strokes that look like letters from afar
        for _stroke in range(4):
            x, y = at + street.randrange(16), top - 28 + street.randrange(20)
            draw.line((x, y, x + street.randrange(4, 10), y + street.choice((0, 0, 6))), (240, 232, 214), 2)
        at += 28
    for stripe, x in enumerate(range(left + 4, left + width - 12, 16)):
        shade = colour if stripe % 2 else (226, 222, 212)
        draw.polygon(((x, top), (x + 16, top), (x + 20, top + 24), (x + 4, top + 24)), shade)
    door = left + street.randrange(20, max(21, width - 60))
    draw.rectangle((door, HORIZON - 18, door + 40, HORIZON + 70), _mixed(inside, (120, 90, 60), 0.4))


def _ground(draw: ImageDraw.ImageDraw, street: random.Random, *, wet: bool) -> None:
    """Pavement with tiles and a yellow strip for the blind, the kerb, the road."""
    draw.rectangle((0, HORIZON + 70, WIDTH, KERB), (150, 148, 142) if not wet else (112, 114, 116))
    for y in range(HORIZON + 70, KERB, 18):
        draw.line((0, y, WIDTH, y), (132, 130, 124, 160))
    for x in range(-400, WIDTH + 400, 46):
        draw.line((WIDTH / 2 + (x - WIDTH / 2) * 0.8, HORIZON + 70, x, KERB), (132, 130, 124, 160))
    draw.rectangle((0, KERB - 46, WIDTH, KERB - 30), (190, 162, 66))
    draw.rectangle((0, KERB, WIDTH, KERB + 14), (176, 176, 172))
    draw.rectangle((0, KERB + 14, WIDTH, HEIGHT), (74, 76, 80) if not wet else (54, 58, 64))
    for x in range(street.randrange(60), WIDTH, 150):
        draw.polygon(((x, 548), (x + 80, 548), (x + 74, 560), (x - 8, 560)), (206, 206, 198))
    tree = street.randrange(60, WIDTH - 60)
    draw.rectangle((tree - 7, 250, tree + 7, KERB - 50), (88, 70, 54))
    for _leaf in range(16):
        high, low, r = tree + street.gauss(0, 34), 226 + street.gauss(0, 24), street.randrange(14, 30)
        draw.ellipse((high - r, low - r, high + r, low + r), (58 + street.randrange(34), 96 + street.randrange(30), 56))


# ---- what was found

_Draw = Callable[[ImageDraw.ImageDraw, random.Random], None]


def _stall(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    x = thing.randrange(180, 480)
    draw.line((x + 6, 290, x + 6, 440), (90, 90, 94), 5)
    draw.line((x + 184, 290, x + 184, 440), (90, 90, 94), 5)
    colour = thing.choice(_AWNINGS)
    draw.polygon(((x - 18, 300), (x + 95, 244), (x + 208, 300)), colour)
    draw.rectangle((x, 372, x + 190, 392), (126, 94, 62))
    draw.rectangle((x + 8, 392, x + 182, 440), (104, 78, 54))
    for number in range(7):
        r = thing.randrange(9, 14)
        fruit = thing.choice(((206, 110, 38), (180, 44, 40), (112, 148, 58), (226, 196, 84)))
        draw.ellipse((x + 10 + number * 25, 372 - r, x + 10 + number * 25 + 2 * r, 372 + r), fruit)


def _boxes(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    base = thing.randrange(150, 420)
    for row, count in ((0, 5), (1, 4), (2, 2)):
        for number in range(count):
            w, h = thing.randrange(44, 66), thing.randrange(34, 46)
            x, y = base + number * 58 + row * 20, 446 - row * 40
            brown = thing.choice(((168, 132, 86), (150, 116, 74), (186, 150, 104)))
            draw.rectangle((x, y - h, x + w, y), brown, outline=(104, 80, 52))
            draw.line((x, y - h / 2, x + w, y - h / 2), (206, 190, 150), 4)


def _bins(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    base = thing.randrange(160, 440)
    for number, colour in enumerate(((40, 94, 66), (52, 72, 116), (96, 98, 100))):
        x = base + number * 76
        draw.polygon(((x, 356), (x + 58, 356), (x + 52, 446), (x + 6, 446)), colour, outline=(24, 30, 30))
        draw.polygon(
            ((x - 4, 344), (x + 30, 328), (x + 62, 346), (x + 60, 356), (x, 356)), _mixed(colour, (0, 0, 0), 0.3)
        )
    for _bag in range(9):
        x, y, r = base + thing.randrange(-40, 250), thing.randrange(424, 458), thing.randrange(12, 22)
        draw.ellipse((x - r, y - r, x + r, y + r * 0.7), thing.choice(((44, 44, 48), (206, 206, 200), (120, 60, 58))))


def _bicycles(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    for number in range(7):
        x, y, tilt = thing.randrange(100, 620), thing.randrange(418, 446), thing.randrange(-10, 10)
        colour = ((224, 182, 40), (62, 126, 196), (84, 170, 122))[number % 3]
        for wheel in (0, 62):
            draw.ellipse((x + wheel - 21, y - 21 + tilt, x + wheel + 21, y + 21 + tilt), None, (28, 28, 30), 4)
        frame = ((x, y + tilt), (x + 20, y - 34), (x + 50, y - 34), (x + 62, y + tilt), (x + 26, y), (x + 20, y - 34))
        draw.line(frame, colour, 5)
        draw.line((x + 50, y - 34, x + 46, y - 52, x + 58, y - 56), (40, 40, 42), 4)


def _posters(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    for _poster in range(16):
        x, y = thing.randrange(120, 640), thing.randrange(250, 360)
        paper = thing.choice(((238, 232, 214), (240, 214, 120), (226, 150, 150)))
        draw.rectangle((x, y, x + 34, y + 46), paper, outline=(120, 110, 100))
        for line in range(3):
            draw.line((x + 5, y + 10 + line * 11, x + 28, y + 10 + line * 11), (60, 50, 50), 3)


def _hole(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    x, y = thing.randrange(220, 500), 438
    corners = [corner / 7 * math.tau for corner in range(7)]
    edge = [(x + math.cos(a) * thing.randrange(60, 96), y + math.sin(a) * thing.randrange(14, 26)) for a in corners]
    draw.polygon(edge, (44, 42, 40))
    for _piece in range(10):
        px, py = x + thing.randrange(-130, 130), y + thing.randrange(-24, 26)
        draw.polygon(((px, py), (px + 20, py - 5), (px + 24, py + 7), (px + 4, py + 10)), (166, 162, 154))


def _water(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    x = thing.randrange(160, 400)
    for _pool in range(9):
        px, py = x + thing.randrange(-60, 260), thing.randrange(428, 520)
        draw.ellipse((px, py, px + thing.randrange(120, 240), py + thing.randrange(14, 34)), (70, 74, 66, 150))
    for grate in range(6):
        draw.line((x + 40 + grate * 12, 462, x + 36 + grate * 12, 484), (30, 30, 30), 4)


def _branches(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    x = thing.randrange(160, 420)
    for _branch in range(9):
        a, b = x + thing.randrange(0, 220), thing.randrange(414, 456)
        draw.line((a, b, a + thing.randrange(-90, 90), b - thing.randrange(4, 42)), (92, 72, 52), 6)
        for _leaf in range(8):
            lx, ly = a + thing.gauss(0, 40), b - abs(thing.gauss(0, 18))
            draw.ellipse((lx - 10, ly - 6, lx + 10, ly + 6), (66 + thing.randrange(40), 104, 54))


def _lamp(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    x = thing.randrange(200, 560)
    draw.line((x, 120, x, KERB - 20), (72, 76, 82), 9)
    draw.line((x, 124, x + 66, 108), (72, 76, 82), 7)
    draw.polygon(((x + 52, 104), (x + 92, 100), (x + 88, 116), (x + 56, 118)), (40, 42, 46))


def _drums(draw: ImageDraw.ImageDraw, thing: random.Random) -> None:
    base = thing.randrange(160, 400)
    for number in range(6):
        x, y = base + number % 3 * 74 + number // 3 * 30, 420 + number // 3 * 34
        colour = thing.choice(((38, 66, 120), (150, 50, 42), (48, 50, 54)))
        draw.rectangle((x, y - 76, x + 56, y), colour)
        draw.ellipse((x, y - 86, x + 56, y - 66), _mixed(colour, (255, 255, 255), 0.25))
        draw.line((x, y - 40, x + 56, y - 40), _mixed(colour, (0, 0, 0), 0.4), 4)
    draw.ellipse((base - 20, 444, base + 220, 466), (24, 20, 34, 190))


_DRAWN: Mapping[str, _Draw] = {
    "stall": _stall, "goods": _boxes, "posters": _posters, "boxes": _boxes, "bicycles": _bicycles, "bins": _bins,
    "hole": _hole, "water": _water, "branches": _branches, "lamp": _lamp, "drums": _drums,
}  # fmt: skip


# ---- light, weather and what the device writes


def _light(picture: Image.Image, draw_of: random.Random, weather: str) -> None:
    draw = ImageDraw.Draw(picture, "RGBA")
    if weather == "night":
        draw.rectangle((0, 0, WIDTH, HEIGHT), (10, 12, 30, 96))
        for _lamp in range(2):
            x = draw_of.randrange(WIDTH)
            for r in range(160, 20, -20):
                draw.ellipse((x - r, 300 - r * 0.6, x + r, 460 + r * 0.3), (250, 214, 140, 13))
    elif weather == "rain":
        for _drop in range(170):
            x, y = draw_of.randrange(WIDTH), draw_of.randrange(HEIGHT)
            draw.line((x, y, x - 5, y + 22), (220, 226, 232, 90), 1)
    elif weather == "clear":
        draw.polygon(((0, KERB - 60), (WIDTH, KERB - 110), (WIDTH, KERB), (0, KERB)), (30, 30, 40, 38))


def _exif(shot: Shot) -> Image.Exif:
    local, exif = shot.taken_at.astimezone(SHANGHAI), Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Yunyu", "PDA-2"
    detail, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    detail[ExifTags.Base.DateTimeOriginal] = f"{local:%Y:%m:%d %H:%M:%S}"
    detail[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", _sexagesimal(shot.lat)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", _sexagesimal(shot.lon)
    return exif


def _sexagesimal(degrees: float) -> tuple[Fraction, Fraction, Fraction]:
    seconds = round(degrees * 3600 * 1000)
    return Fraction(seconds // 3_600_000), Fraction(seconds // 60_000 % 60), Fraction(seconds % 60_000, 1000)


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    first, second, third = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return first, second, third
