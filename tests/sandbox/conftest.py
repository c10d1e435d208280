"""A practice Spotify on a free port, a clock that the test moves, and a person who signs in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.sandbox import SAMPLE_LISTENERS, App, Behaviour, Catalogue, PracticeSpotify, read_catalogue
from bot.sandbox.signin import SCOPES

REDIRECT = "http://127.0.0.1/callback"
USED_REDIRECT = "http://127.0.0.1:8888/callback"
SECRET_APP = App("host-app", "host-secret", [REDIRECT])
OWN_APP = App("own-app", None, [REDIRECT], developer="a member")
VERIFIER = "v" * 64
ALL_SCOPES = tuple(SCOPES)
SUNDAY_MORNING = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = SUNDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Answer:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    text: str
    json: Any = None


@dataclass
class Visitor:
    """Talks to a practice Spotify as a browser and as an app would."""

    practice: PracticeSpotify
    session: aiohttp.ClientSession
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, url: str, **options: Any) -> Answer:
        async with self.session.request(method, url, allow_redirects=False, **options) as reply:
            text = await reply.text()
            body = await reply.json() if text and reply.content_type == "application/json" else None
            return Answer(reply.status, dict(reply.headers), text, body)

    async def consent(
        self, listener: str, scopes: Sequence[str] = ALL_SCOPES, app: App = SECRET_APP, **changed: str
    ) -> Answer:
        """Presses Agree."""
        asked = {
            "client_id": app.client_id,
            "response_type": "code",
            "redirect_uri": USED_REDIRECT,
            "scope": " ".join(scopes),
            "state": "st4te",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "listener": listener,
            "decision": "agree",
            **changed,
        }
        return await self.ask("POST", f"{self.practice.accounts_url}/authorize", data=asked)

    async def token(self, app: App = SECRET_APP, **form: str) -> Answer:
        """Posts to the token endpoint: with the secret if the app has one, else with the client id."""
        headers = {}
        if app.client_secret is not None:
            pair = f"{app.client_id}:{app.client_secret}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form["client_id"] = app.client_id
        return await self.ask("POST", f"{self.practice.accounts_url}/api/token", data=form, headers=headers)

    async def code(
        self, listener: str, scopes: Sequence[str] = ALL_SCOPES, app: App = SECRET_APP, **changed: str
    ) -> str:
        back = await self.consent(listener, scopes, app, **changed)
        return parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]

    async def sign_in(
        self, listener: str, scopes: Sequence[str] = ALL_SCOPES, app: App = SECRET_APP
    ) -> dict[str, Any]:
        """Consent and exchange; the access token is kept under the listener's id."""
        code = await self.code(listener, scopes, app)
        answer = await self.token(
            app,
            grant_type="authorization_code",
            code=code,
            redirect_uri=USED_REDIRECT,
            code_verifier=VERIFIER,
        )
        assert answer.status == 200, answer.text
        self.tokens[listener] = answer.json["access_token"]
        return dict(answer.json)

    async def call(self, method: str, path: str, listener: str = "ana", **options: Any) -> Answer:
        """Calls the Web API as the listener."""
        headers = {"Authorization": f"Bearer {self.tokens[listener]}", **options.pop("headers", {})}
        return await self.ask(method, self.practice.api_url + path, headers=headers, **options)

    async def fault(self, **body: Any) -> Answer:
        return await self.ask("POST", f"{self.practice.base_url}/_practice/faults", json=body)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return read_catalogue()


@pytest.fixture
def clock() -> Clock:
    return Clock()


Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def visit(catalogue: Catalogue, clock: Clock) -> AsyncIterator[Visit]:
    """Starts practice Spotifys (`await visit(seats=2)`); those still running are stopped at the end."""
    running: list[PracticeSpotify] = []
    async with aiohttp.ClientSession() as session:

        async def start(state_file: Path | None = None, **behaviour: Any) -> Visitor:
            practice = PracticeSpotify(
                catalogue,
                SAMPLE_LISTENERS,
                seed=7,
                clock=clock,
                apps=[SECRET_APP, OWN_APP],
                state_file=state_file,
                behaviour=Behaviour(**behaviour),
            )
            await practice.start()
            running.append(practice)
            return Visitor(practice, session, clock)

        yield start
    for practice in running:
        await practice.stop()


@pytest.fixture
async def ana(visit: Visit) -> Visitor:
    """Ana, signed in with every scope."""
    visitor = await visit()
    await visitor.sign_in("ana")
    return visitor
