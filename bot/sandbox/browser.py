"""A sample listener at the consent page, without a browser: what a person would click, for the demo and scripts."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import aiohttp


async def agree(authorize_url: str, listener_id: str, decision: str = "agree") -> dict[str, str]:
    """Sign in as a listener and decide (`agree` or `cancel`).

    What the redirect carries back: `code` and `state`, or `error`.
    """
    parts = urlsplit(authorize_url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    form = {**asked, "listener": listener_id, "decision": decision}
    page = f"{parts.scheme}://{parts.netloc}{parts.path}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(page, data=form, allow_redirects=False) as answer,
    ):
        back = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in back.items()}
