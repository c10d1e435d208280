"""Discord's published description of its interface, where it is there, ready to judge requests and answers."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.twins.discord.problems import Problem

FILE = Path(__file__).parents[3].parent / "shared" / "contracts" / "discord-openapi.json"
HERE = "discord:"
JSON_BODY = "application/json"
BY_TYPE = "x-by-type"


class Description:
    """The description, loosened where it and the service are known to differ.

    discord.py sends snowflakes as integers, which Discord takes; a fault of one field has a word as its code.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths: dict[str, Any] = document["paths"]
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        self._schemas["SnowflakeType"] = {
            "anyOf": [self._schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]
        }
        field_errors = self._schemas["InnerErrors"]["properties"]["_errors"]
        field_errors["items"] = {"type": "object", "required": ["code", "message"]}
        self._discriminate(document)
        resource = Resource(contents=document, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(HERE, resource)
        self._validators: dict[tuple[str, ...], Any] = {}

    def has(self, method: str, route: str) -> bool:
        """Whether Discord has such a route."""
        return method.lower() in self._paths.get(route, ())

    def request_problems(
        self, method: str, route: str, query: Mapping[str, str], body: Any
    ) -> Iterator[Problem]:
        """What is wrong with a request."""
        if not self.has(method, route):
            yield Problem((), "Discord has no such route")
            return
        operation = self._paths[route][method.lower()]
        for number, parameter in enumerate(operation.get("parameters", ())):
            if parameter["in"] == "query" and parameter["name"] in query:
                value = _read(query[parameter["name"]], parameter["schema"].get("type"))
                at = ("paths", route, method.lower(), "parameters", str(number), "schema")
                yield from self._judge(at, value, ("query", parameter["name"]))
        if "requestBody" in operation:
            if body is None:
                yield Problem((), "a body is missing")
                return
            inside = ("paths", route, method.lower(), "requestBody", "content", JSON_BODY, "schema")
            yield from self._judge(inside, body, ())

    def answer_problems(self, method: str, route: str, status: int, body: Any) -> list[Problem]:
        """What is wrong with an answer of the twin itself."""
        responses = self._paths[route][method.lower()]["responses"]
        found = responses.get(str(status)) or responses[f"{status // 100}XX"]
        at: tuple[str, ...] = ("paths", route, method.lower(), "responses", str(status))
        if "$ref" in found:
            name = found["$ref"].rsplit("/", 1)[1]
            at = ("components", "responses", name)
        elif "content" not in found:
            return [] if body is None else [Problem((), f"{status} has no body")]
        return list(self._judge((*at, "content", JSON_BODY, "schema"), body, ()))

    def _judge(self, at: tuple[str, ...], value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
        if at not in self._validators:
            pointer = "/".join(it.replace("~", "~0").replace("/", "~1") for it in at)
            schema = {"$ref": f"{HERE}#/{pointer}"}
            self._validators[at] = Validator(schema, registry=self._registry)
        for error in self._validators[at].iter_errors(value):
            inner: ValidationError = best_match([error]) or error
            yield Problem((*path, *inner.absolute_path), inner.message[-200:])

    def _discriminate(self, node: Any) -> None:
        """Turns choices between objects that differ in `type` into one look at it: fast, and with clear errors."""
        if isinstance(node, list):
            for item in node:
                self._discriminate(item)
        if not isinstance(node, dict):
            return
        for key in ("oneOf", "anyOf"):
            kinds = [self._kinds(it) for it in node.get(key, ())]
            if kinds and all(kinds):
                choices = zip(kinds, node.pop(key), strict=True)
                node[BY_TYPE] = {kind: choice for kinds, choice in choices for kind in kinds}
        for inner in node.values():
            self._discriminate(inner)

    def _kinds(self, choice: dict[str, Any]) -> list[int]:
        name = choice.get("$ref", "").rsplit("/", 1)[-1]
        kinds = self._schemas.get(name, {}).get("properties", {}).get("type", {}).get("enum")
        return list(kinds or ())


def _by_type(validator: Any, choices: dict[int, Any], value: Any, schema: Any) -> Iterator[ValidationError]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in choices:
        yield from validator.descend(value, choices[kind])
    else:
        yield ValidationError(f"type {kind!r} is none of {', '.join(map(str, choices))}")


Validator = validators.extend(Draft202012Validator, {BY_TYPE: _by_type})


def _read(text: str, kind: Any) -> Any:
    """A value of a query as the JSON it stands for."""
    if kind == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if kind == "boolean" and text in ("0", "1", "true", "false"):
        return text in ("1", "true")
    return text


@functools.cache
def description() -> Description | None:
    """The description, None where the shared folder is absent."""
    return Description(json.loads(FILE.read_text(encoding="utf-8"))) if FILE.exists() else None
