"""WGS 84 and GCJ-02, both ways. The product stores WGS 84 (CGCS2000 differs by centimetres); the other comes from map
vendors and phones in China and is turned round at the edge.

The official GCJ-02 is not published. The formula here is the one that open software has used since 2013; against it
the way back is exact to ROUND_TRIP metres. How far it lies from a vendor's own points is not known to us (mark U): a
point that came as GCJ-02 is never better than accuracy class C, ten metres.
"""

import math

ROUND_TRIP = 0.001  # metres; measured in the tests over mainland China

_A = 6_378_245.0  # Krasovsky 1940
_E2 = 0.006_693_421_622_965_943
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return the GCJ-02 longitude and latitude of a WGS 84 point; outside China both are the same."""
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Return the WGS 84 longitude and latitude of a GCJ-02 point, exact to ROUND_TRIP metres against the formula."""
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _round in range(6):  # each round leaves less than a hundredth of the error before
        east, north = _shift(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - east, lat - north
    return guess_lon, guess_lat


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """Return by how many degrees GCJ-02 lies east and north of a WGS 84 point."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * (math.sin(6.0 * x * math.pi) + math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    phi = math.radians(lat)
    w = 1 - _E2 * math.sin(phi) ** 2
    return (
        math.degrees(east * math.sqrt(w) / (_A * math.cos(phi))),
        math.degrees(north * w**1.5 / (_A * (1 - _E2))),
    )
