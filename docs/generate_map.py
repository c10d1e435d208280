"""Reduces Natural Earth to what the map of artists needs: `python docs/generate_map.py FOLDER`.

FOLDER is the unpacked npm package `world-atlas` 2.0.2 (`npm pack world-atlas@2.0.2`), whose shapes are Natural Earth's,
in the public domain. Writes two files beside the painter: `land.svg`, all land but Antarctica, without borders; and
`areas.json`, a point in the middle of each country, by the names that MusicBrainz has for it. Both are on one sheet of
half pixels in the projection of Tom Patterson (2014): natural to the eye, with more room for Europe than an equal-area
one has, for dots lie close there. What is told is in the size of the dots, not in that of the land.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.integrations import painter

Point = tuple[float, float]
Ring = list[Point]

WIDTH, HEIGHT = 2160, 960
# It is cut in the Bering Strait, so that no country is torn.
CUT, TOP = -168.5, 83.7
# Where MusicBrainz has another name than Natural Earth, or had one before; () is no country there.
NAMES: dict[str, tuple[str, ...]] = {
    "Antarctica": (), "Ashmore and Cartier Is.": (), "Indian Ocean Ter.": (), "N. Cyprus": (), "Siachen Glacier": (),
    "Somaliland": (),
    "Antigua and Barb.": ("Antigua and Barbuda",),
    "Bosnia and Herz.": ("Bosnia and Herzegovina",),
    "Br. Indian Ocean Ter.": ("British Indian Ocean Territory",),
    "British Virgin Is.": ("British Virgin Islands",),
    "Cabo Verde": ("Cape Verde", "Cabo Verde"),
    "Cayman Is.": ("Cayman Islands",),
    "Central African Rep.": ("Central African Republic",),
    "Congo": ("Congo", "Republic of the Congo"),
    "Cook Is.": ("Cook Islands",),
    "Czechia": ("Czechia", "Czech Republic"),
    "Côte d'Ivoire": ("Côte d’Ivoire", "Côte d'Ivoire", "Ivory Coast"),
    "Dem. Rep. Congo": ("Democratic Republic of the Congo",),
    "Dominican Rep.": ("Dominican Republic",),
    "Eq. Guinea": ("Equatorial Guinea",),
    "Faeroe Is.": ("Faroe Islands",),
    "Falkland Is.": ("Falkland Islands",),
    "Fr. Polynesia": ("French Polynesia",),
    "Fr. S. Antarctic Lands": ("French Southern Territories",),
    "Heard I. and McDonald Is.": ("Heard Island and McDonald Islands",),
    "Macao": ("Macao", "Macau"),
    "Macedonia": ("North Macedonia", "Macedonia"),
    "Marshall Is.": ("Marshall Islands",),
    "Micronesia": ("Federated States of Micronesia",),
    "Myanmar": ("Myanmar", "Burma"),
    "N. Mariana Is.": ("Northern Mariana Islands",),
    "Palestine": ("Palestine", "State of Palestine"),
    "Pitcairn Is.": ("Pitcairn", "Pitcairn Islands"),
    "S. Geo. and the Is.": ("South Georgia and the South Sandwich Islands",),
    "S. Sudan": ("South Sudan",),
    "Saint Helena": ("Saint Helena, Ascension and Tristan da Cunha",),
    "Sint Maarten": ("Sint Maarten (Dutch part)", "Sint Maarten"),
    "Solomon Is.": ("Solomon Islands",),
    "St-Barthélemy": ("Saint Barthélemy",),
    "St-Martin": ("Saint Martin (French part)", "Saint Martin"),
    "St. Kitts and Nevis": ("Saint Kitts and Nevis",),
    "St. Pierre and Miquelon": ("Saint Pierre and Miquelon",),
    "St. Vin. and Gren.": ("Saint Vincent and The Grenadines", "Saint Vincent and the Grenadines"),
    "São Tomé and Principe": ("Sao Tome and Principe", "São Tomé and Príncipe"),
    "Timor-Leste": ("Timor-Leste", "East Timor"),
    "Turkey": ("Türkiye", "Turkey"),
    "Turks and Caicos Is.": ("Turks and Caicos Islands",),
    "U.S. Virgin Is.": ("U.S. Virgin Islands",),
    "United States of America": ("United States", "United States of America"),
    "Vatican": ("Vatican City",),
    "Vietnam": ("Vietnam", "Viet Nam"),
    "W. Sahara": ("Western Sahara",),
    "Wallis and Futuna Is.": ("Wallis and Futuna",),
    "eSwatini": ("Eswatini", "Swaziland"),
    "Åland": ("Åland Islands",),
}  # fmt: skip
# Areas of MusicBrainz that are a part of a shape or too small to be one: longitude and latitude of their middle.
BY_HAND: dict[str, Point] = {
    "England": (-1.5, 52.6), "Scotland": (-4.2, 56.9), "Wales": (-3.8, 52.3), "Northern Ireland": (-6.7, 54.6),
    "Bonaire, Sint Eustatius and Saba": (-68.3, 12.2), "Bouvet Island": (3.4, -54.4),
    "Christmas Island": (105.7, -10.5), "Cocos (Keeling) Islands": (96.8, -12.2), "French Guiana": (-53.2, 3.9),
    "Gibraltar": (-5.3, 36.1), "Guadeloupe": (-61.5, 16.2), "Martinique": (-61.0, 14.6), "Mayotte": (45.1, -12.8),
    "Réunion": (55.5, -21.1), "Svalbard and Jan Mayen": (16.0, 78.7), "Tokelau": (-171.8, -9.2),
    "Tuvalu": (179.2, -8.5), "United States Minor Outlying Islands": (166.6, 19.3),
}  # fmt: skip


def north(latitude: float) -> float:
    """How far from the equator a latitude is drawn, in radians of longitude."""
    it = math.radians(latitude)
    return 1.0148 * it + 0.23185 * it**5 - 0.14499 * it**7 + 0.02406 * it**9


SCALE = WIDTH / math.tau


def on_sheet(longitude: float, latitude: float) -> Point:
    """A point in half pixels from the upper left."""
    east = math.radians(longitude + 360 if longitude < CUT else longitude) - math.radians(CUT)
    return east * SCALE, (north(TOP) - north(latitude)) * SCALE


def shapes(topology: dict[str, Any], name: str) -> Iterator[tuple[str, list[list[Ring]]]]:
    """Each geometry of a topology: its name, and its polygons as rings (longitude, latitude), the outer one first."""
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in topology["arcs"]:
        x = y = 0
        arcs.append([])
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            arcs[-1].append((x * scale_x + left, y * scale_y + bottom))

    def ring(numbers: list[int]) -> Ring:
        found: Ring = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            found += arc[1:] if found else arc
        return found

    for it in topology["objects"][name]["geometries"]:
        polygons = it["arcs"] if it["type"] == "MultiPolygon" else [it["arcs"]]
        yield it.get("properties", {}).get("name", ""), [[ring(one) for one in rings] for rings in polygons]


def drawn(ring: Ring) -> list[tuple[int, int]]:
    """A ring in whole half pixels, without what falls together."""
    points: list[tuple[int, int]] = []
    for x, y in (on_sheet(*it) for it in ring):
        point = round(x), round(y)
        if not points or point != points[-1]:
            points.append(point)
    return points


def outline(ring: list[tuple[int, int]]) -> str:
    """A closed path in relative steps."""
    steps = (f"{after[0] - before[0]} {after[1] - before[1]}" for before, after in pairwise(ring[:-1]))
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps).replace(' -', '-')}z"


def area(ring: Ring) -> float:
    """Twice the signed area."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]))


def within(point: Point, rings: list[Ring]) -> bool:
    """Whether a point is inside the first ring and in no other."""
    (x, y), inside = point, False
    for ring in rings:
        for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]):
            if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
                inside = not inside
    return inside


def middle(polygons: list[list[Ring]]) -> Point:
    """The centre of the largest part; where that is outside of it, the point inside that is nearest to it."""
    sheet = [[[on_sheet(*point) for point in ring] for ring in rings] for rings in polygons]
    rings = max(sheet, key=lambda it: abs(area(it[0])))
    outer, whole = rings[0], area(rings[0])
    if not whole:
        return outer[0]
    closed = list(pairwise([*outer, outer[0]]))
    x, y = (
        sum((a[axis] + b[axis]) * (a[0] * b[1] - b[0] * a[1]) for a, b in closed) / (3 * whole)
        for axis in (0, 1)
    )
    if within((x, y), rings):
        return x, y
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*outer, strict=True))
    grid = [
        (left + (right - left) * (i + 0.5) / 60, top + (bottom - top) * (j + 0.5) / 60)
        for i in range(60)
        for j in range(60)
    ]
    return min(
        (it for it in grid if within(it, rings)),
        key=lambda it: math.dist(it, (x, y)),
        default=outer[0],
    )


def main(folder: Path) -> None:
    beside = Path(painter.__file__).parent
    land = json.loads((folder / "land-110m.json").read_text("utf-8"))
    paths = [
        outline(found)
        for _, polygons in shapes(land, "land")
        for rings in polygons
        for ring in rings
        if max(latitude for _, latitude in ring) > -60 and len(found := drawn(ring)) > 3
    ]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
    (beside / "land.svg").write_text(
        f'{svg}<path fill="#000" fill-rule="evenodd" d="{"".join(paths)}"/></svg>\n', "utf-8"
    )
    countries = json.loads((folder / "countries-50m.json").read_text("utf-8"))
    points = {name: on_sheet(*point) for name, point in BY_HAND.items()}
    for shape, polygons in shapes(countries, "countries"):
        points.update(dict.fromkeys(NAMES.get(shape, (shape,)), middle(polygons)))
    rows = (
        f"{json.dumps(name, ensure_ascii=False)}: [{x:.0f}, {y:.0f}]"
        for name, (x, y) in sorted(points.items())
    )
    (beside / "areas.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
