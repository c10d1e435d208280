"""The document lists every route, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.adapters.lounge.conftest import House

DOCUMENT = Path(__file__).parents[3] / "docs" / "lounge-api.md"


async def test_the_document_lists_every_route(house: House) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in house.lounge._server.app().router.routes()
        if route.resource is not None
    }
    documented = set(re.findall(r"^### `([A-Z]+) (\S+)`$", DOCUMENT.read_text(), re.MULTILINE))
    assert documented == routes
    assert len(routes) == 14
