"""The practice Spotify's answers against the published description of the Web API.

Where the description and the service are known to differ, the description is loosened here, and only here:
fields marked deprecated are no longer sent to dev-mode apps (Spotify's changelog of February 2026), the
service sends null for a cursor page's `next` and `cursors` at the end and for an unknown `context`, and the
description's discriminators name schemas ("track") that it does not have.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.protocols import Validator
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from bot.sandbox import Catalogue
from bot.sandbox.removed import REMOVED
from tests.sandbox.conftest import Answer, Visit, Visitor

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contracts" / "spotify-openapi.yml"
METHODS = ("get", "put", "post", "delete")
NULL_TOO = (
    ("CursorPagingObject", "next"),
    ("CursorPagingObject", "cursors"),
    ("PlayHistoryObject", "context"),
    ("CurrentlyPlayingObject", "context"),
    ("CurrentlyPlayingContextObject", "context"),
)

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(
        not CONTRACT.exists(), reason=f"no Spotify description at ../shared/contracts/{CONTRACT.name}"
    ),
]


class Contract:
    """The description, ready to check answers."""

    def __init__(self, file: Path) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.document: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        self._loosen()
        resource = Resource(contents=self.document, specification=DRAFT4)
        self._registry: Registry[Any] = Registry().with_resource("contract:", resource)
        self.checked: set[tuple[str, str, int]] = set()

    def operations(self, *, deprecated: bool) -> set[tuple[str, str]]:
        return {
            (method.upper(), path)
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
            if method in METHODS and bool(operation.get("deprecated")) is deprecated
        }

    def check(self, method: str, path: str, answer: Answer) -> None:
        """Fails the test when the answer is not one that the description allows."""
        template = self._template(path)
        responses = self.document["paths"][template][method.lower()]["responses"]
        if str(answer.status) in responses and answer.status != 400:
            response = self._resolved(responses[str(answer.status)])
        else:
            # Errors that an operation does not list have the one shape of errors. So has its 400, though the
            # library's operations describe that without the "error" around it: every other error has it.
            response = self._resolved({"$ref": "#/components/responses/BadRequest"})
        self.checked.add((method, template, answer.status))
        content = response.get("content")
        if content is None:
            assert answer.text == "", f"{method} {path} {answer.status} has no body in the description"
            return
        schema = self._absolute(content["application/json"]["schema"])
        validator: Validator = OAS30Validator(schema, registry=self._registry)
        faults = [
            f"{error.json_path}: {error.message[-200:]}" for error in validator.iter_errors(answer.json)
        ]
        assert not faults, f"{method} {path} {answer.status}: {faults[:5]}"

    def _template(self, path: str) -> str:
        plain = "/" + path.split("?")[0].strip("/")
        if plain in self.document["paths"]:
            return plain
        for template in self.document["paths"]:
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), plain):
                return str(template)
        raise AssertionError(f"{plain} is not in the description")

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        found: Any = self.document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)

    def _absolute(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: f"contract:{value}" if key == "$ref" else self._absolute(value)
                for key, value in node.items()
            }
        return [self._absolute(item) for item in node] if isinstance(node, list) else node

    def _loosen(self) -> None:
        _drop(self.document, "discriminator")
        schemas = self.document["components"]["schemas"]
        for schema in schemas.values():
            parts = [schema, *schema.get("allOf", [])]
            fields = [pair for part in parts for pair in part.get("properties", {}).items()]
            gone = {name for name, field in fields if field.get("deprecated")}
            for part in parts:
                if "required" in part:
                    part["required"] = [name for name in part["required"] if name not in gone]
        for name, field in NULL_TOO:
            schema = schemas[name]["properties"][field]
            inner = dict(schema)
            schema.clear()
            schema.update({"anyOf": [inner, {"enum": [None], "nullable": True}]})


def _drop(node: Any, key: str) -> None:
    if isinstance(node, dict):
        node.pop(key, None)
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _drop(inner, key)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(CONTRACT)


class Checked:
    """Calls, each checked."""

    def __init__(self, visitor: Visitor, contract: Contract) -> None:
        self._visitor = visitor
        self._contract = contract

    async def __call__(
        self, method: str, path: str, status: int, listener: str = "ana", **options: Any
    ) -> Answer:
        answer = await self._visitor.call(method, path, listener, **options)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.text}"
        self._contract.check(method, path, answer)
        return answer


async def test_what_is_removed_is_what_the_description_deprecates(contract: Contract) -> None:
    described = {
        (method, re.sub(r"\{[^}]+\}", "{id}", path)) for method, path in contract.operations(deprecated=True)
    }
    assert set(REMOVED) == described


async def test_every_living_operation_is_served(contract: Contract, ana: Visitor) -> None:
    served = set()
    for method, path in contract.operations(deprecated=False):
        answer = await ana.call(method, re.sub(r"\{[^}]+\}", "x", path).removeprefix("/"))
        if answer.status != 404 or answer.json["error"]["message"] != "Service not found":
            served.add((method, path))
    assert served == contract.operations(deprecated=False)


async def test_the_reading_side(contract: Contract, ana: Visitor, catalogue: Catalogue) -> None:
    call = Checked(ana, contract)
    await call("GET", "me", 200)
    assert (await call("GET", "me/player/recently-played?limit=50", 200)).json["items"]
    assert (await call("GET", "me/player/recently-played?before=1", 200)).json["items"] == []
    for kind in ("tracks", "artists"):
        for time_range in ("short_term", "medium_term", "long_term"):
            await call("GET", f"me/top/{kind}?time_range={time_range}&limit=10", 200)
    await call("GET", "search?q=love&type=track,album,artist&limit=10", 200)
    await call("GET", "search?q=love&type=track&limit=11", 400)
    track = next(iter(catalogue.tracks.values()))
    await call("GET", f"tracks/{track.id}", 200)
    await call("GET", f"albums/{track.album.id}", 200)
    await call("GET", f"albums/{track.album.id}/tracks", 200)
    await call("GET", f"artists/{track.artists[0].id}", 200)
    await call("GET", f"artists/{track.artists[0].id}/albums", 200)
    await call("GET", "tracks/x", 404)
    await call("GET", "me/following?type=artist", 200)
    for kind in ("tracks", "albums", "episodes", "shows", "audiobooks"):
        await call("GET", f"me/{kind}", 200)


async def test_the_player(contract: Contract, ana: Visitor, catalogue: Catalogue) -> None:
    call = Checked(ana, contract)
    seen: set[bool] = set()
    while seen != {True, False}:
        now = int(ana.clock.now.timestamp() * 1000)
        playing = ana.practice.listening.playing("ana", now) is not None
        if playing not in seen:
            seen.add(playing)
            await ana.sign_in("ana")
            await call("GET", "me/player", 200 if playing else 204)
            shown = await ana.call("GET", "me/player/currently-playing")
            assert shown.status == (200 if playing else 204)
            if playing:
                contract.check("GET", "me/player/currently-playing", shown)
            await call("GET", "me/player/devices", 200)
            if playing:
                await call("GET", "me/player/queue", 200)
            uri = next(iter(catalogue.tracks.values())).uri
            await call("POST", f"me/player/queue?uri={uri}", 204 if playing else 404)
        ana.clock.move(minutes=2)
    await ana.sign_in("noor")
    await call("PUT", "me/player/pause", 403, "noor")


async def test_playlists_and_library(contract: Contract, ana: Visitor, catalogue: Catalogue) -> None:
    call = Checked(ana, contract)
    uris = [track.uri for track in list(catalogue.tracks.values())[:5]]
    body = {"name": "Rain", "public": False, "collaborative": True, "description": "A walk"}
    made = (await call("POST", "me/playlists", 201, json=body)).json
    path = f"playlists/{made['id']}"
    await call("POST", f"{path}/items", 201, json={"uris": uris})
    await call("GET", path, 200)
    assert (await call("GET", f"{path}/items", 200)).json["total"] == len(uris)
    await call("PUT", path, 200, json={"name": "Sun"})
    await call("PUT", f"{path}/items", 200, json={"range_start": 0, "insert_before": 2})
    await call("DELETE", f"{path}/items", 200, json={"items": [{"uri": uris[0]}]})
    jpeg = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(100))
    await call("PUT", f"{path}/images", 202, data=jpeg, headers={"Content-Type": "image/jpeg"})
    await call("GET", f"{path}/images", 200)
    await call("GET", "me/playlists", 200)
    await call("PUT", f"me/library?uris={uris[0]},spotify:album:x", 200)
    assert (await call("GET", f"me/library/contains?uris={uris[0]}", 200)).json == [True]
    await call("GET", "me/tracks", 200)
    await call("DELETE", f"me/library?uris={uris[0]}", 200)
    await call("PUT", "me/library", 400)
    await call("POST", f"{path}/items", 400, json={"uris": []})
    await ana.sign_in("ben")
    await call("GET", path, 200, "ben")
    await call("GET", f"{path}/items", 403, "ben")


async def test_refusals(contract: Contract, visit: Visit) -> None:
    visitor = await visit(rate=1)
    await visitor.sign_in("ana", ["user-top-read"])
    call = Checked(visitor, contract)
    assert (await call("GET", "me/player/recently-played", 403)).json["error"]["status"] == 403
    assert int((await call("GET", "me", 429)).headers["Retry-After"]) > 0
    visitor.tokens["ana"] = "made-up"
    await call("GET", "me", 401)


async def test_a_broken_answer_would_be_noticed(contract: Contract, ana: Visitor) -> None:
    answer = await ana.call("GET", "me/player/recently-played")
    contract.check("GET", "me/player/recently-played", answer)
    answer.json["items"][0]["track"]["album"]["release_date"] = 1994
    with pytest.raises(AssertionError, match="release_date"):
        contract.check("GET", "me/player/recently-played", answer)
