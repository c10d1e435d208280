"""Holds what the app sends against Slack's published descriptions, and against what they leave out.

The method reference is read from the contracts folder beside the repository, where there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.twins.slack import blocks, limits
from tests.twins.traffic import Request

REFERENCE = limits.CONTRACTS / "slack-api-ref.json"

EVERYWHERE = ("token", "team_id")  # Bolt sends the team with every call, for tokens of a whole organisation
STRUCTURED = ("blocks", "view", "attachments", "metadata", "files", "prompts", "message")
LONGEST_ALT = 1000
LONGEST_STATUS = 50
MOST_PROMPTS = 4
TS = re.compile(r"\d+\.\d{6}")
HALF = re.compile("[\ud800-\udfff]")
BOOLEANS = (True, False, "true", "false", "1", "0")
RESPONSE = {
    *("text", "blocks", "attachments", "response_type", "replace_original", "delete_original"),
    *("thread_ts", "metadata", "unfurl_links", "unfurl_media", "mrkdwn"),
}
VIEW_ANSWERS = ("errors", "update", "push", "clear")


@dataclass(frozen=True)
class Violation:
    """What is wrong with a request to `where`, at `pointer`. `code`: Slack refuses it so; empty: it lets it pass."""

    where: str
    pointer: str
    says: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.where} {self.pointer}: {self.says}"


@cache
def reference() -> Mapping[str, Any]:
    """The published method reference; empty where there is none to read."""
    if not REFERENCE.exists():
        return {}
    methods: Mapping[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))["methods"]
    return methods


def violations(request: Request) -> list[str]:
    """Everything that is wrong with a request (or, method `ACK`, with an acknowledgement), in words."""
    return [str(fault) for fault in faults(request)]


def faults(request: Request) -> list[Violation]:
    """The same as data."""
    body = request.body if isinstance(request.body, dict) else {}
    sent = {name: value for name, value in {**request.query, **body}.items() if value is not None}
    if request.method == "ACK":
        found = _acknowledgement(request.route, sent)
    elif request.route.startswith("/api/"):
        found = _call(request.route.removeprefix("/api/"), sent)
    elif request.route.startswith(("/commands/", "/actions/")):
        found = _response("respond", sent)
    else:
        return []
    where = "respond" if request.route.startswith(("/commands/", "/actions/")) else request.route
    return [*found, *_unspeakable(where.removeprefix("/api/"), sent)]


def _call(method: str, args: dict[str, Any]) -> Iterator[Violation]:
    known = reference().get(method)
    if reference() and known is None:
        yield Violation(method, "", "there is no such method", "unknown_method")
    if known is not None:
        yield from _arguments(method, known, args)
    read = {}
    for name, value in args.items():
        try:
            read[name] = json.loads(value) if name in STRUCTURED and isinstance(value, str) else value
        except ValueError:
            yield Violation(
                method,
                f"/{name}",
                "is not JSON",
                f"invalid_{name}" if name == "blocks" else "invalid_arguments",
            )
    match method:
        case "chat.postMessage" | "chat.postEphemeral" | "chat.update":
            yield from _message(method, read)
        case "views.open" | "views.push" | "views.update" | "views.publish":
            yield from _view(method, read.get("view"), "home" if method == "views.publish" else "modal")
        case "files.getUploadURLExternal" if len(str(read.get("alt_txt", ""))) > LONGEST_ALT:
            yield Violation(method, "/alt_txt", f"more than {LONGEST_ALT} characters", "alt_txt_too_large")
        case "assistant.threads.setSuggestedPrompts":
            yield from _prompts(method, read.get("prompts"))
        case "blocks.validate":
            yield from _validated(method, read)


def _arguments(method: str, known: Mapping[str, Any], args: dict[str, Any]) -> Iterator[Violation]:
    """The arguments against the reference: names, those required, types, those that exclude each other."""
    for name in sorted(set(args) - set(known["args"]) - set(EVERYWHERE)):
        yield Violation(method, f"/{name}", "there is no such argument")
    for name, about in known["args"].items():
        if about.get("required") and args.get(name) in (None, ""):
            # The one required argument that may be empty: an empty status clears it.
            if not (method == "assistant.threads.setStatus" and name == "status" and name in args):
                yield Violation(method, f"/{name}", "is required", "invalid_arguments")
        elif name in args and (wrong := _wrong_type(args[name], about.get("type"))):
            yield Violation(method, f"/{name}", wrong, "invalid_arguments")
    for group in known.get("arg_groups") or ():
        given = [name for name in group["args"] if args.get(name) not in (None, "")]
        if group.get("mutually_exclusive") and len(given) > 1:
            yield Violation(method, f"/{given[1]}", f"excludes {given[0]}", "invalid_arguments")
        if not given and group.get("required", True):
            code = "no_text" if method.startswith("chat.") else "invalid_arguments"
            yield Violation(method, "", f"one of {', '.join(group['args'])} is required", code)


def _wrong_type(value: Any, kind: Any) -> str:
    match kind:
        case "boolean" if value not in BOOLEANS:
            return "must be a boolean"
        case "integer" | "number" if not re.fullmatch(r"-?\d+", str(value)) or isinstance(value, bool):
            return "must be a number"
        case "timestamp" if not TS.fullmatch(str(value)):
            return "must be the time stamp of a message"
        case "channel" | "user" | "file" if not isinstance(value, str):
            return "must be an id"
    return ""


def _message(method: str, said: dict[str, Any]) -> Iterator[Violation]:
    yield from _blocks(method, said)
    text = said.get("text") or ""
    if len(str(text)) > limits.MESSAGE_TEXT:
        yield Violation(method, "/text", f"{len(text)} characters, Slack cuts at {limits.MESSAGE_TEXT}")
    if said.get("blocks") and not text:
        yield Violation(
            method, "/text", "blocks need a text beside them, for notifications and screen readers"
        )
    metadata = said.get("metadata")
    if metadata is not None:
        whole = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
        if not whole or not isinstance(metadata.get("event_payload"), dict):
            yield Violation(
                method, "/metadata", "needs event_type and event_payload", "invalid_metadata_format"
            )


def _blocks(method: str, said: dict[str, Any]) -> Iterator[Violation]:
    if said.get("blocks") is None:
        return
    for fault in blocks.in_message(said["blocks"]):
        yield Violation(method, fault.pointer, fault.says, "invalid_blocks")
    if (size := blocks.characters(said["blocks"])) > limits.MESSAGE_CHARACTERS:
        words = f"{size} characters in all, at most {limits.MESSAGE_CHARACTERS}"
        yield Violation(method, "/blocks", words, "msg_blocks_too_long")


def _view(method: str, view: Any, kind: str) -> Iterator[Violation]:
    for fault in blocks.in_view(view):
        code = "view_too_large" if "bytes" in fault.says else "invalid_arguments"
        yield Violation(method, fault.pointer, fault.says, code)
    if isinstance(view, dict) and view.get("type") in ("modal", "home") and view["type"] != kind:
        yield Violation(method, "/view/type", f"must be {kind}", "invalid_arguments")


def _validated(method: str, args: dict[str, Any]) -> Iterator[Violation]:
    given = [name for name in ("blocks", "message", "view") if name in args]
    if len(given) != 1:
        yield Violation(method, "", "needs exactly one of blocks, message, view", "invalid_arguments")
    if "view" in args:
        for fault in blocks.in_view(args["view"]):
            yield Violation(method, fault.pointer, fault.says, "invalid_view")
    message = args["message"] if isinstance(args.get("message"), dict) else args
    yield from _blocks(method, message)


def _prompts(method: str, prompts: Any) -> Iterator[Violation]:
    whole = isinstance(prompts, list) and all(isinstance(it, dict) for it in prompts)
    if not whole or not all(set(it) == {"title", "message"} for it in prompts):
        yield Violation(method, "/prompts", "must be a list of title and message", "invalid_arguments")
    elif len(prompts) > MOST_PROMPTS:
        yield Violation(method, "/prompts", f"at most {MOST_PROMPTS}", "invalid_arguments")


def _response(where: str, said: dict[str, Any]) -> Iterator[Violation]:
    """An answer to a request: over its `response_url`, or with the acknowledgement of a command."""
    for name in sorted(set(said) - RESPONSE):
        yield Violation(where, f"/{name}", "there is no such field")
    if said.get("response_type") not in (None, "ephemeral", "in_channel"):
        yield Violation(where, "/response_type", "must be ephemeral or in_channel", "invalid_payload")
    if not any(said.get(name) for name in ("text", "blocks", "attachments", "delete_original")):
        yield Violation(where, "", "says nothing", "no_text")
    if not said.get("delete_original"):
        yield from _message(where, said)


def _acknowledgement(kind: str, said: dict[str, Any]) -> Iterator[Violation]:
    match kind:
        case "slash_commands":
            yield from _response(kind, said)
        case "view_submission":
            yield from _view_answer(kind, said)
        case "block_suggestion":
            if ("options" in said) == ("option_groups" in said):
                yield Violation(kind, "", "needs either options or option_groups", "invalid_options")
            for fault in blocks.in_options(said):
                yield Violation(kind, fault.pointer, fault.says, "invalid_options")
        case _:
            yield Violation(kind, "", "an acknowledgement that should be empty")


def _view_answer(kind: str, said: dict[str, Any]) -> Iterator[Violation]:
    action = said.get("response_action")
    if action not in VIEW_ANSWERS:
        yield Violation(
            kind, "/response_action", f"{action!r} is not one of {VIEW_ANSWERS}", "invalid_payload"
        )
    if action == "errors":
        errors = said.get("errors")
        if (
            not isinstance(errors, dict)
            or not errors
            or not all(isinstance(it, str) and it for it in errors.values())
        ):
            yield Violation(kind, "/errors", "must give words by block_id", "invalid_payload")
    if action in ("update", "push"):
        yield from _view(kind, said.get("view"), "modal")


def _unspeakable(where: str, node: Any, pointer: str = "") -> Iterator[Violation]:
    """Characters that do not survive the way: half of a surrogate pair cannot be UTF-8, NUL ends strings."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _unspeakable(where, value, f"{pointer}/{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _unspeakable(where, value, f"{pointer}/{index}")
    elif isinstance(node, str):
        if HALF.search(node):
            yield Violation(where, pointer, "half a surrogate pair", "invalid_arguments")
        if "\0" in node:
            yield Violation(where, pointer, "NUL", "invalid_arguments")
