"""The tree of components: how to walk it, and how Discord keeps what it was sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT = 1, 2, 3, 4, 5
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23
SELECTS = frozenset({3, 5, 6, 7, 8})
ONLY_V2 = frozenset({SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER})
LINK, PREMIUM = 5, 6

EPHEMERAL, LOADING, IS_V2 = 1 << 6, 1 << 7, 1 << 15


def walk(components: Any, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every component with where it is, parents first."""
    for index, component in enumerate(components if isinstance(components, list) else ()):
        if isinstance(component, dict):
            yield from _walk_one(component, (*path, index))


def _walk_one(component: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    yield path, component
    yield from walk(component.get("components"), (*path, "components"))
    for key in ("accessory", "component"):
        if isinstance(component.get(key), dict):
            yield from _walk_one(component[key], (*path, key))


def media_of(component: Mapping[str, Any]) -> Iterator[tuple[Path, Json, Json]]:
    """The media a component shows itself: where, the holder of the description, the media with its `url`."""
    holders: list[tuple[Path, Any, str]] = []
    if component.get("type") == GALLERY:
        items = component.get("items")
        holders = [
            (("items", n), item, "media") for n, item in enumerate(items if isinstance(items, list) else ())
        ]
    elif component.get("type") == THUMBNAIL:
        holders = [((), component, "media")]
    elif component.get("type") == FILE:
        holders = [((), component, "file")]
    for path, holder, key in holders:
        if isinstance(holder, dict) and isinstance(holder.get(key), dict):
            yield (*path, key, "url"), holder, holder[key]


def stored(components: list[Json], media: Callable[[str], Json]) -> list[Json]:
    """Components as Discord keeps them: numbered, with defaults, and with media that `media(url)` has unfurled."""
    taken = {component.get("id") for _, component in walk(components)}
    free = (number for number in itertools.count(1) if number not in taken)

    def keep(component: Json) -> Json:
        kept = {**_DEFAULTS.get(component["type"], {})}
        kept |= {key: value for key, value in component.items() if value is not None}
        kept["id"] = component.get("id") or next(free)
        if component["type"] == GALLERY:
            kept["items"] = [
                {"description": None, "spoiler": False, **item, "media": media(item["media"]["url"])}
                for item in component["items"]
            ]
        for key in ("media", "file"):
            if key in kept:
                kept[key] = media(kept[key]["url"])
        if component["type"] == FILE:
            kept |= {"name": kept["file"].pop("name", None), "size": kept["file"].pop("size", None)}
        if "components" in kept:
            kept["components"] = [keep(child) for child in component["components"]]
        if "accessory" in kept:
            kept["accessory"] = keep(component["accessory"])
        return kept

    return [keep(component) for component in components]


_DEFAULTS: dict[int, Json] = {
    CONTAINER: {"accent_color": None, "spoiler": False},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
}
