"""What a person reads: blocks and mrkdwn as words, names in place of ids, links by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.twins.slack.elements import plain
from tests.twins.slack.model import Json

MARKUP = re.compile(r"<([^<>]+)>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
LOUD = ("channel", "here", "everyone")


def words(mrkdwn: str, names: Mapping[str, str]) -> str:
    """`hi <@U1>, see <https://x.org|this> &amp; that` → `hi @Ana, see this & that`. `names` maps ids to names."""

    def read(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target[0] in "@#":
            return target[0] + names.get(target[1:], label or target[1:])
        return label or (f"@{target[1:]}" if target.startswith("!") else target)

    return unescaped(MARKUP.sub(read, mrkdwn))


def unescaped(text: str) -> str:
    """The three entities that Slack knows, as characters."""
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return text


def escaped(text: str) -> str:
    """What somebody typed, as Slack passes it on."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pings(message: Json) -> list[str]:
    """Whom a message would call: `@channel`, `@here`, `@everyone`, ids of people and groups."""
    texts = [str(message.get("text", "")), *_mrkdwn(message.get("blocks", ()))]
    called = []
    for target in (it.partition("|")[0] for text in texts for it in MARKUP.findall(text)):
        if target.startswith("!") and target[1:] in LOUD:
            called.append(f"@{target[1:]}")
        elif target.startswith(("@", "!subteam^")):
            called.append(target.removeprefix("@"))
    return called + list(_called(message.get("blocks", ())))


def _mrkdwn(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") in ("mrkdwn", "markdown"):
            yield str(node.get("text", ""))
        for value in node.values():
            yield from _mrkdwn(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _mrkdwn(value)


def _called(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "broadcast":
            yield f"@{node.get('range')}"
        elif node.get("type") in ("user", "usergroup"):
            yield str(node.get("user_id") or node.get("usergroup_id"))
        for value in node.values():
            yield from _called(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _called(value)


def read_blocks(blocks: list[Json], names: Mapping[str, str]) -> str:
    """Everything there is to read, one line a thing; buttons and menus are not text."""
    return "\n".join(line for block in blocks for line in _lines(block, names) if line.strip())


def _lines(block: Json, names: Mapping[str, str]) -> Iterator[str]:
    match block.get("type"):
        case "rich_text":
            yield from _rich(block["elements"], names)
        case "data_visualization":
            yield block["title"]
            yield from _chart(block["chart"])
        case "table" | "data_table":
            for row in block.get("rows", ()):
                yield " | ".join(_cell(cell, names) for cell in row)
        case "context":
            yield " ".join(_text(it, names) for it in block["elements"] if it["type"] != "image")
        case "markdown":
            yield str(block["text"])
        case _:
            for name in ("title", "subtitle", "label", "text", "body", "hint", "subtext"):
                if block.get(name):
                    yield _text(block[name], names)
            for field in block.get("fields", ()):
                yield _text(field, names)
            inner = [*block.get("child_blocks", ()), *block.get("elements", ())]
            for child in inner if block.get("type") in ("container", "carousel") else ():
                yield from _lines(child, names)


def _text(text: object, names: Mapping[str, str]) -> str:
    if isinstance(text, dict) and text.get("type") == "mrkdwn":
        return words(plain(text), names)
    return plain(text)


def _cell(cell: Json, names: Mapping[str, str]) -> str:
    if cell.get("type") == "rich_text":
        return " ".join(_rich(cell["elements"], names))
    return str(cell.get("text", cell.get("value", "")))


def _chart(chart: Json) -> Iterator[str]:
    for segment in chart.get("segments", ()):
        yield f"{segment['label']}: {segment['value']}"
    for series in chart.get("series", ()):
        yield series["name"]
        for point in series["data"]:
            yield f"{point['label']}: {point['value']}"


def _rich(elements: list[Json], names: Mapping[str, str]) -> Iterator[str]:
    for element in elements:
        if element["type"] == "rich_text_list":
            for number, item in enumerate(element["elements"], start=1 + element.get("offset", 0)):
                mark = f"{number}." if element["style"] == "ordered" else "•"
                yield f"{mark} {_inline(item['elements'], names)}"
        else:
            yield _inline(element["elements"], names)


def _inline(elements: list[Json], names: Mapping[str, str]) -> str:
    said = []
    for it in elements:
        match it["type"]:
            case "text":
                said.append(it["text"])
            case "link":
                said.append(it.get("text") or it["url"])
            case "user":
                said.append("@" + names.get(it["user_id"], it["user_id"]))
            case "channel":
                said.append("#" + names.get(it["channel_id"], it["channel_id"]))
            case "broadcast":
                said.append("@" + it["range"])
            case "emoji":
                said.append(f":{it['name']}:")
            case "date":
                said.append(it.get("fallback") or it["format"])
    return "".join(said)
