"""The map: every country that MusicBrainz names has its place, and dots that overlap make room for each other."""

from __future__ import annotations

import math
import re
from copy import deepcopy
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.integrations.painter as package
from bot.integrations.painter.world import HEIGHT, WIDTH, Dot, largest, place, settle

# What ISO 3166-1 has a code for, as MusicBrainz names it; Antarctica has no place.
COUNTRIES = """
Afghanistan; Albania; Algeria; American Samoa; Andorra; Angola; Anguilla; Antigua and Barbuda; Argentina; Armenia;
Aruba; Australia; Austria; Azerbaijan; Bahamas; Bahrain; Bangladesh; Barbados; Belarus; Belgium; Belize; Benin; Bermuda;
Bhutan; Bolivia; Bonaire, Sint Eustatius and Saba; Bosnia and Herzegovina; Botswana; Bouvet Island; Brazil;
British Indian Ocean Territory; British Virgin Islands; Brunei; Bulgaria; Burkina Faso; Burundi; Cambodia; Cameroon;
Canada; Cape Verde; Cayman Islands; Central African Republic; Chad; Chile; China; Christmas Island;
Cocos (Keeling) Islands; Colombia; Comoros; Congo; Cook Islands; Costa Rica; Croatia; Cuba; Curaçao; Cyprus; Czechia;
Côte d'Ivoire; Democratic Republic of the Congo; Denmark; Djibouti; Dominica; Dominican Republic; Ecuador; Egypt;
El Salvador; Equatorial Guinea; Eritrea; Estonia; Eswatini; Ethiopia; Falkland Islands; Faroe Islands;
Federated States of Micronesia; Fiji; Finland; France; French Guiana; French Polynesia; French Southern Territories;
Gabon; Gambia; Georgia; Germany; Ghana; Gibraltar; Greece; Greenland; Grenada; Guadeloupe; Guam; Guatemala; Guernsey;
Guinea; Guinea-Bissau; Guyana; Haiti; Heard Island and McDonald Islands; Honduras; Hong Kong; Hungary; Iceland; India;
Indonesia; Iran; Iraq; Ireland; Isle of Man; Israel; Italy; Jamaica; Japan; Jersey; Jordan; Kazakhstan; Kenya; Kiribati;
Kosovo; Kuwait; Kyrgyzstan; Laos; Latvia; Lebanon; Lesotho; Liberia; Libya; Liechtenstein; Lithuania; Luxembourg; Macao;
Madagascar; Malawi; Malaysia; Maldives; Mali; Malta; Marshall Islands; Martinique; Mauritania; Mauritius; Mayotte;
Mexico; Moldova; Monaco; Mongolia; Montenegro; Montserrat; Morocco; Mozambique; Myanmar; Namibia; Nauru; Nepal;
Netherlands; New Caledonia; New Zealand; Nicaragua; Niger; Nigeria; Niue; Norfolk Island; North Korea; North Macedonia;
Northern Mariana Islands; Norway; Oman; Pakistan; Palau; Palestine; Panama; Papua New Guinea; Paraguay; Peru;
Philippines; Pitcairn; Poland; Portugal; Puerto Rico; Qatar; Romania; Russia; Rwanda; Réunion; Saint Barthélemy;
Saint Helena, Ascension and Tristan da Cunha; Saint Kitts and Nevis; Saint Lucia; Saint Martin (French part);
Saint Pierre and Miquelon; Saint Vincent and The Grenadines; Samoa; San Marino; Sao Tome and Principe; Saudi Arabia;
Senegal; Serbia; Seychelles; Sierra Leone; Singapore; Sint Maarten (Dutch part); Slovakia; Slovenia; Solomon Islands;
Somalia; South Africa; South Georgia and the South Sandwich Islands; South Korea; South Sudan; Spain; Sri Lanka; Sudan;
Suriname; Svalbard and Jan Mayen; Sweden; Switzerland; Syria; Taiwan; Tajikistan; Tanzania; Thailand; Timor-Leste; Togo;
Tokelau; Tonga; Trinidad and Tobago; Tunisia; Turkmenistan; Turks and Caicos Islands; Tuvalu; Türkiye;
U.S. Virgin Islands; Uganda; Ukraine; United Arab Emirates; United Kingdom; United States;
United States Minor Outlying Islands; Uruguay; Uzbekistan; Vanuatu; Vatican City; Venezuela; Vietnam; Wallis and Futuna;
Western Sahara; Yemen; Zambia; Zimbabwe; Åland Islands
"""
NAMES = [name.strip() for name in COUNTRIES.replace("\n", " ").split(";")]
LAND = Path(package.__file__).parent / "land.svg"


def where(area: str) -> tuple[float, float]:
    found = place(area)
    assert found is not None
    return found


def test_every_country_has_a_place_on_the_map() -> None:
    assert len(set(NAMES)) == len(NAMES) == 249
    assert [name for name in NAMES if place(name) is None] == []
    for x, y in map(where, NAMES):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Czech Republic", "Czechia"), ("Turkey", "Türkiye"), ("Swaziland", "Eswatini"),
        ("Ivory Coast", "Côte d'Ivoire"), ("Côte d’Ivoire", "Côte d'Ivoire"), ("Macedonia", "North Macedonia"),
        ("Burma", "Myanmar"), ("Cabo Verde", "Cape Verde"), ("Viet Nam", "Vietnam"),
    ],
)  # fmt: skip
def test_a_country_is_found_by_the_name_that_it_had(before: str, now: str) -> None:
    assert where(before) == where(now)


@pytest.mark.parametrize(
    "area", ["[Worldwide]", "Europe", "Hamburg", "California", "Soviet Union", "Antarctica", "", "japan"]
)
def test_what_is_no_country_of_today_is_on_no_map(area: str) -> None:
    assert place(area) is None


def test_places_lie_to_each_other_as_on_the_globe() -> None:
    def east(*areas: str) -> bool:
        return all(where(one)[0] < where(other)[0] for one, other in pairwise(areas))

    def south(*areas: str) -> bool:
        return all(where(one)[1] < where(other)[1] for one, other in pairwise(areas))

    assert east(
        "United States", "Ireland", "Wales", "England", "Germany", "Poland", "India", "Japan", "New Zealand"
    )
    assert south("Svalbard and Jan Mayen", "Norway", "Denmark", "Germany", "Italy", "Libya", "Chad", "Angola")
    assert south(
        "Scotland", "Northern Ireland", "England", "France", "Spain", "Morocco", "Senegal", "Argentina"
    )


def rings() -> list[list[tuple[float, float]]]:
    """The outlines of the land in pixels."""
    [path] = re.findall(' d="([^"]+)"', LAND.read_text("utf-8"))
    found = []
    for part in path.removesuffix("z").split("z"):
        start, _, steps = part.removeprefix("M").partition("l")
        x, y = map(int, start.split())
        ring = [(x / 2, y / 2)]
        numbers = [int(number) for number in steps.replace("-", " -").split()]
        for across, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + across, y + down
            ring.append((x / 2, y / 2))
        found.append(ring)
    return found


def on_land(x: float, y: float, outlines: list[list[tuple[float, float]]]) -> bool:
    """By how often a line to the left crosses an outline."""
    crossed = sum(
        (y0 > y) != (y1 > y) and (x1 - x0) * (y - y0) / (y1 - y0) + x0 < x
        for ring in outlines
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    return crossed % 2 == 1


def test_the_middle_of_a_country_is_on_land_and_the_sea_is_not() -> None:
    outlines = rings()
    assert len(outlines) > 100
    assert LAND.stat().st_size < 30_000
    inland = [
        "Brazil",
        "Mali",
        "Mongolia",
        "Australia",
        "Canada",
        "Germany",
        "Vietnam",
        "Croatia",
        "Chile",
        "Norway",
    ]
    assert [area for area in inland if not on_land(*where(area), outlines)] == []
    assert not on_land(*where("Tuvalu"), outlines)
    assert not on_land(400, 300, outlines)


EUROPE = (
    "United Kingdom", "Germany", "France", "Sweden", "Spain", "Italy", "Netherlands", "Belgium", "Poland", "Norway",
    "Denmark", "Austria", "Ireland", "Portugal",
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 1), min_size=1, max_size=80))
def test_dots_are_as_large_as_there_is_room_around_any_of_them(weights: dict[str, float]) -> None:
    placed = [(where(area), weight) for area, weight in weights.items()]
    radius = largest(placed)
    assert 0 < radius <= 52
    for at, _ in placed:
        taken = sum(math.pi * radius**2 * weight for other, weight in placed if math.dist(at, other) < 120)
        assert taken <= 0.27 * math.pi * 120**2


def test_no_dot_of_a_crowded_corner_is_far_from_its_country() -> None:
    radius = largest([(where(area), 1.0) for area in EUROPE])
    dots = [Dot(*where(area), radius, where(area)) for area in EUROPE]
    settle(dots)
    assert 10 < radius < 20
    assert max(math.dist((dot.x, dot.y), dot.at) for dot in dots) < 2.5 * radius
    assert largest([(where("Japan"), 1.0), (where("Brazil"), 1.0)]) == 52


DOTS = st.lists(
    st.builds(
        lambda x, y, radius: Dot(x, y, radius, (x, y)),
        st.floats(0, WIDTH), st.floats(0, HEIGHT), st.floats(5, 52),
    ),
    max_size=25,
)  # fmt: skip


@settings(deadline=None)
@given(DOTS)
def test_dots_stay_on_the_map_whatever_happens(dots: list[Dot]) -> None:
    again = deepcopy(dots)
    settle(dots)
    settle(again)
    assert dots == again
    for dot in dots:
        assert dot.radius <= dot.x <= WIDTH - dot.radius
        assert dot.radius <= dot.y <= HEIGHT - dot.radius


def test_dots_that_overlap_are_moved_apart_the_small_further_than_the_large() -> None:
    areas = {"United Kingdom": 40, "Ireland": 9, "France": 20, "Germany": 24, "Netherlands": 12, "Belgium": 8}
    dots = [Dot(*where(area), radius, where(area)) for area, radius in areas.items()]
    settle(dots)
    for one, other in combinations(dots, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) > one.radius + other.radius - 1
    moved = [math.dist((dot.x, dot.y), dot.at) for dot in dots]
    assert moved[0] < min(moved[1:])


def test_dots_that_are_alone_stay_where_they_are() -> None:
    dots = [Dot(*where(area), 30, where(area)) for area in ("Brazil", "Australia", "Mali", "India")]
    settle(dots)
    assert [(dot.x, dot.y) for dot in dots] == [dot.at for dot in dots]


def test_two_dots_of_one_place_part() -> None:
    dots = [Dot(*where("Japan"), 20, where("Japan")) for _ in range(2)]
    settle(dots)
    assert math.dist((dots[0].x, dots[0].y), (dots[1].x, dots[1].y)) > 39
