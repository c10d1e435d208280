"""What the published description does not say about messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.twins.discord.components import (
    BUTTON,
    IS_V2,
    LINK,
    ONLY_V2,
    PREMIUM,
    ROW,
    SELECTS,
    STRING_SELECT,
    TEXT,
    Json,
    Path,
    media_of,
    walk,
)
from tests.twins.discord.problems import Problem

CONTENT, EMBED_TEXT, DISPLAY_TEXT, COMPONENTS, ROWS = 2000, 6000, 4000, 40, 5
OLD_WAYS = ("content", "embeds", "poll", "sticker_ids")
LINKS = ("http", "https", "discord")


def message_problems(
    body: Mapping[str, Any], files: Mapping[int, str], before: Mapping[str, Any] | None, *, new: bool
) -> Iterator[Problem]:
    """What is wrong with a message.

    `files` are the names of the uploads, `before` what is known of an edited message (`Message.kept`, None if
    nothing is known), `new` whether it is a new one, which may not be empty.
    """
    parts = list(walk(body.get("components")))
    v2 = _uses_v2(body, parts, before, new=new)
    said = {**body, "content": str(body.get("content") or "").strip()}
    if new and not files and not any(said.get(key) for key in (*OLD_WAYS, "components")):
        yield Problem((), "an empty message")
    if len(body.get("content") or "") > CONTENT:
        yield Problem(("content",), f"more than {CONTENT} characters")
    if v2:
        yield from (Problem((key,), "cannot be used with Components V2") for key in OLD_WAYS if body.get(key))
    elif v2 is not None:
        yield from _old_components(parts)
    if sum(map(_embed_length, body.get("embeds") or ())) > EMBED_TEXT:
        yield Problem(("embeds",), f"more than {EMBED_TEXT} characters in all")
    yield from component_problems(parts)
    yield from _media(parts, files, body, before, new=new)


def _uses_v2(
    body: Mapping[str, Any],
    parts: list[tuple[Path, Json]],
    before: Mapping[str, Any] | None,
    *,
    new: bool,
) -> bool | None:
    """Whether the message is one of Components V2; None if that cannot be known."""
    flags = (body.get("flags") or 0) | (before or {}).get("flags", 0)
    if flags & IS_V2:
        return True
    if new or before is not None:
        return False
    return True if any(part["type"] in ONLY_V2 for _, part in parts if "type" in part) else None


def _old_components(parts: list[tuple[Path, Json]]) -> Iterator[Problem]:
    for path, part in parts:
        if part.get("type") in ONLY_V2:
            yield Problem(("components", *path), f"component {part['type']} needs the Components V2 flag")
    if sum(len(path) == 1 for path, _ in parts) > ROWS:
        yield Problem(("components",), f"more than {ROWS} rows")


def component_problems(parts: list[tuple[Path, Json]]) -> Iterator[Problem]:
    """What is wrong with a tree of components, of a message or of a modal."""
    if len(parts) > COMPONENTS:
        yield Problem(("components",), f"{len(parts)} components, more than {COMPONENTS}")
    text = [part.get("content") or "" for _, part in parts if part.get("type") == TEXT]
    if sum(map(len, text)) > DISPLAY_TEXT:
        yield Problem(("components",), f"more than {DISPLAY_TEXT} characters of text in all")
    for key in ("custom_id", "id"):
        counted = Counter(part.get(key) for _, part in parts if part.get(key))
        for value, times in counted.items():
            if times > 1:
                yield Problem(("components",), f"{key} {value!r} is there {times} times")
    for path, part in parts:
        for problem in _part_problems(part):
            yield problem.under("components", *path)


def _part_problems(part: Json) -> Iterator[Problem]:
    kind = part.get("type")
    if kind == TEXT and not str(part.get("content") or "").strip():
        yield Problem(("content",), "an empty text")
    elif kind == BUTTON:
        yield from _button(part)
    elif kind == ROW:
        kinds = [it.get("type") for it in part.get("components") or () if isinstance(it, dict)]
        if len(kinds) > 1 and any(it != BUTTON for it in kinds):
            yield Problem(("components",), "a row holds buttons, or one selection")
    elif kind in SELECTS:
        yield from _select(part)


def _button(part: Json) -> Iterator[Problem]:
    style, url = part.get("style"), part.get("url")
    if not part.get("label") and not part.get("emoji") and style != PREMIUM:
        yield Problem((), "a button without label and emoji")
    if style == LINK:
        if not url or part.get("custom_id"):
            yield Problem((), "a link has a url and no custom_id")
        elif urlsplit(str(url)).scheme not in LINKS:
            yield Problem(("url",), "not http, https or discord")
    elif style == PREMIUM:
        if not part.get("sku_id"):
            yield Problem((), "a premium button without sku_id")
    elif not part.get("custom_id") or url:
        yield Problem((), "a button has a custom_id and no url")


def _select(part: Json) -> Iterator[Problem]:
    least, most = part.get("min_values"), part.get("max_values")
    if least is not None and least > (1 if most is None else most):
        yield Problem(("min_values",), "more than max_values")
    if part.get("type") != STRING_SELECT:
        return
    options = [it for it in part.get("options") or () if isinstance(it, dict)]
    if most is not None and most > len(options):
        yield Problem(("max_values",), "more than there are options")
    if len({it.get("value") for it in options}) < len(options):
        yield Problem(("options",), "the same value twice")
    if sum(bool(it.get("default")) for it in options) > (1 if most is None else most):
        yield Problem(("options",), "more defaults than max_values")


def _media(
    parts: list[tuple[Path, Json]],
    files: Mapping[int, str],
    body: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    *,
    new: bool,
) -> Iterator[Problem]:
    listed = [it for it in body.get("attachments") or () if isinstance(it, dict)]
    names = {str(index): name for index, name in files.items()}
    kept = dict((before or {}).get("files", {}))
    if "attachments" in body:
        kept = {str(it.get("id")): kept.get(str(it.get("id")), it.get("filename")) for it in listed}
    for it in listed:
        number = str(it.get("id"))
        known = number in names or (not new and (before is None or number in before.get("files", {})))
        if not known:
            yield Problem(("attachments",), f"attachment {number} is not among the files")
        elif number in names and it.get("filename"):
            names[number] = it["filename"]
    there = {*names.values(), *kept.values()}
    if before is None and not new and "attachments" not in body:
        return
    used = [
        (("components", *path, *where), media.get("url"))
        for path, part in parts
        for where, _, media in media_of(part)
    ]
    for number, embed in enumerate(body.get("embeds") or ()):
        used += [
            (("embeds", number, key, "url"), embed[key].get("url"))
            for key in ("image", "thumbnail")
            if isinstance(embed.get(key), dict)
        ]
    for where, url in used:
        if str(url).startswith("attachment://") and str(url).removeprefix("attachment://") not in there:
            yield Problem(where, f"{url} is not among the files")


def _embed_length(embed: Any) -> int:
    if not isinstance(embed, dict):
        return 0
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for pair in embed.get("fields") or ():
        texts += [pair.get("name"), pair.get("value")]
    return sum(len(it or "") for it in texts)
