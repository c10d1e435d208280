"""Signing in: consent, codes, tokens, refresh with and without rotation, six months, five seats."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.sandbox import App, StateError
from bot.sandbox.state import load_state, save_state
from tests.sandbox.conftest import OWN_APP, SECRET_APP, USED_REDIRECT, VERIFIER, Visit, Visitor


def authorize(**changed: str) -> dict[str, str]:
    return {
        "client_id": "host-app",
        "response_type": "code",
        "redirect_uri": USED_REDIRECT,
        "scope": "user-top-read user-read-recently-played",
        "state": "a&b",
        **changed,
    }


async def test_consent_page_says_in_words_what_is_asked_and_offers_every_listener(visit: Visit) -> None:
    visitor = await visit()
    page = await visitor.ask("GET", f"{visitor.practice.accounts_url}/authorize", params=authorize())
    assert page.status == 200
    assert "See your top artists and songs" in page.text
    assert "See what you played recently" in page.text
    assert page.text.count('type="radio"') == len(visitor.practice.listening.listeners)
    assert "<legend>" in page.text
    assert "美咲" in page.text
    assert ">Agree</button>" in page.text
    assert ">Cancel</button>" in page.text


async def test_agreeing_leads_back_with_code_and_state(visit: Visit) -> None:
    visitor = await visit()
    back = await visitor.consent("ana", state="a&b=ü")
    assert back.status == 302
    address = urlsplit(back.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == USED_REDIRECT
    query = parse_qs(address.query)
    assert query["state"] == ["a&b=ü"]
    assert query["code"]


async def test_cancelling_leads_back_with_access_denied(visit: Visit) -> None:
    visitor = await visit()
    back = await visitor.consent("ana", decision="cancel")
    assert parse_qs(urlsplit(back.headers["Location"]).query) == {
        "error": ["access_denied"],
        "state": ["st4te"],
    }


async def test_agreeing_as_nobody_shows_the_page_again(visit: Visit) -> None:
    visitor = await visit()
    page = await visitor.consent("nobody")
    assert page.status == 400
    assert "Choose who you are" in page.text


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "stranger"},
        {"redirect_uri": "https://elsewhere.example/callback"},
        {"redirect_uri": "http://localhost:8888/callback"},
        {"redirect_uri": "http://127.0.0.1:8888/callback/deeper"},
        {"redirect_uri": "http://127.0.0.1:99999/callback"},
        {"redirect_uri": "http://somebody@127.0.0.1:8888/callback"},
        {"redirect_uri": ""},
    ],
)
async def test_an_unregistered_client_or_redirect_is_told_on_a_page_not_by_a_redirect(
    visit: Visit, changed: dict[str, str]
) -> None:
    visitor = await visit()
    page = await visitor.ask("GET", f"{visitor.practice.accounts_url}/authorize", params=authorize(**changed))
    assert page.status == 400
    assert "INVALID_CLIENT" in page.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "user-read-everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"client_id": "own-app"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_of_a_known_app_leads_back_with_its_error(
    visit: Visit, changed: dict[str, str], error: str
) -> None:
    visitor = await visit()
    back = await visitor.ask("GET", f"{visitor.practice.accounts_url}/authorize", params=authorize(**changed))
    assert back.status == 302
    assert parse_qs(urlsplit(back.headers["Location"]).query)["error"] == [error]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
async def test_a_form_sent_from_another_site_is_refused(visit: Visit, origin: str) -> None:
    visitor = await visit()
    page = await visitor.ask(
        "POST",
        f"{visitor.practice.accounts_url}/authorize",
        data=authorize(listener="ana", decision="agree"),
        headers={"Origin": origin},
    )
    assert page.status == 400
    assert "another site" in page.text


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://bot.example/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://[::1]:9/callback", True),
        ("http://localhost/callback", False),
        ("https://localhost/callback", False),
        ("http://bot.example/callback", False),
        ("https://bot.example/#there", False),
        ("callback", False),
    ],
)
def test_what_may_be_registered_as_a_redirect(uri: str, good: bool) -> None:
    if good:
        assert App("c", None, [uri]).accepts(uri)
    else:
        with pytest.raises(ValueError, match="not localhost"):
            App("c", None, [uri])


def test_a_registered_port_is_binding_an_absent_one_is_free() -> None:
    assert App("c", None, ["http://127.0.0.1/cb"]).accepts("http://127.0.0.1:1234/cb")
    assert not App("c", None, ["http://127.0.0.1:9/cb"]).accepts("http://127.0.0.1:1234/cb")
    assert not App("c", None, ["https://bot.example/cb"]).accepts("https://bot.example:1234/cb")


async def test_a_code_with_secret_and_without_pkce(visit: Visit) -> None:
    visitor = await visit()
    code = await visitor.code("ana", ["user-top-read"], code_challenge="", code_challenge_method="")
    answer = await visitor.token(grant_type="authorization_code", code=code, redirect_uri=USED_REDIRECT)
    assert answer.status == 200
    assert answer.json["expires_in"] == 3600
    assert answer.json["scope"] == "user-top-read"
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["refresh_token"]


@pytest.mark.parametrize(
    ("form", "description"),
    [
        ({"code": "made-up"}, "Invalid authorization code"),
        ({"redirect_uri": "http://127.0.0.1:8889/callback"}, "Invalid redirect URI"),
        ({"code_verifier": "w" * 64}, "code_verifier was incorrect"),
        ({"code_verifier": ""}, "code_verifier was incorrect"),
    ],
)
async def test_a_code_is_good_only_for_who_asked(
    visit: Visit, form: dict[str, str], description: str
) -> None:
    visitor = await visit()
    code = await visitor.code("ana", app=OWN_APP)
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": USED_REDIRECT,
        "code_verifier": VERIFIER,
        **form,
    }
    answer = await visitor.token(OWN_APP, **sent)
    assert answer.status == 400
    assert answer.json == {"error": "invalid_grant", "error_description": description}


async def test_a_code_works_once_and_for_ten_minutes(visit: Visit) -> None:
    visitor = await visit()
    form = {"grant_type": "authorization_code", "redirect_uri": USED_REDIRECT, "code_verifier": VERIFIER}
    code = await visitor.code("ana")
    assert (await visitor.token(code=code, **form)).status == 200
    assert (await visitor.token(code=code, **form)).json["error"] == "invalid_grant"
    late = await visitor.code("ana")
    visitor.clock.move(minutes=10)
    assert (await visitor.token(code=late, **form)).json["error_description"] == "Authorization code expired"


async def test_another_app_cannot_use_the_code_and_a_wrong_secret_is_told(visit: Visit) -> None:
    visitor = await visit()
    form = {"grant_type": "authorization_code", "redirect_uri": USED_REDIRECT, "code_verifier": VERIFIER}
    code = await visitor.code("ana", app=SECRET_APP)
    assert (await visitor.token(OWN_APP, code=code, **form)).json["error"] == "invalid_grant"
    wrong = App("host-app", "guess", SECRET_APP.redirect_uris)
    assert (await visitor.token(wrong, code=code, **form)).json == {
        "error": "invalid_client",
        "error_description": "Invalid client secret",
    }
    assert (await visitor.token(App("stranger", None, []), **form)).json["error"] == "invalid_client"


async def test_an_unknown_grant_type_is_told(visit: Visit) -> None:
    visitor = await visit()
    assert (await visitor.token(grant_type="password")).json["error"] == "unsupported_grant_type"
    assert (await visitor.token()).json["error_description"] == "grant_type parameter is missing"
    assert (await visitor.token(grant_type="refresh_token")).json["error"] == "invalid_request"


@pytest.mark.parametrize("app", [SECRET_APP, OWN_APP])
async def test_refresh_without_rotation_keeps_the_refresh_token(visit: Visit, app: App) -> None:
    visitor = await visit()
    first = await visitor.sign_in("ana", app=app)
    for _ in range(2):
        again = await visitor.token(app, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert again.status == 200
        assert "refresh_token" not in again.json
        assert again.json["access_token"] != first["access_token"]


async def test_refresh_with_rotation_replaces_the_refresh_token(visit: Visit) -> None:
    visitor = await visit(rotation=True)
    first = (await visitor.sign_in("ana", app=OWN_APP))["refresh_token"]
    second = await visitor.token(OWN_APP, grant_type="refresh_token", refresh_token=first)
    assert second.json["refresh_token"] != first
    reused = await visitor.token(OWN_APP, grant_type="refresh_token", refresh_token=first)
    assert (reused.status, reused.json) == (
        400,
        {"error": "invalid_grant", "error_description": "Refresh token revoked"},
    )
    third = await visitor.token(
        OWN_APP, grant_type="refresh_token", refresh_token=second.json["refresh_token"]
    )
    assert third.status == 200


@pytest.mark.parametrize("rotation", [False, True])
async def test_six_months_after_consent_the_refresh_token_ends_however_often_it_was_used(
    visit: Visit, rotation: bool
) -> None:
    visitor = await visit(rotation=rotation)
    token = (await visitor.sign_in("ana", app=OWN_APP))["refresh_token"]
    for _ in range(6):
        visitor.clock.move(days=30)
        answer = await visitor.token(OWN_APP, grant_type="refresh_token", refresh_token=token)
        assert answer.status == 200
        token = answer.json.get("refresh_token", token)
    visitor.clock.move(days=3)
    ended = await visitor.token(OWN_APP, grant_type="refresh_token", refresh_token=token)
    assert ended.json == {"error": "invalid_grant", "error_description": "Refresh token revoked"}


async def test_an_access_token_ends_after_an_hour(ana: Visitor) -> None:
    assert (await ana.call("GET", "me")).status == 200
    ana.clock.move(hours=1)
    late = await ana.call("GET", "me")
    assert (late.status, late.json["error"]["message"]) == (401, "The access token expired")


async def test_calls_without_a_good_token(ana: Visitor) -> None:
    url = f"{ana.practice.api_url}me"
    none = await ana.ask("GET", url)
    assert (none.status, none.json) == (401, {"error": {"status": 401, "message": "No token provided"}})
    wrong = await ana.ask("GET", url, headers={"Authorization": "Bearer made-up"})
    assert (wrong.status, wrong.json["error"]["message"]) == (401, "Invalid access token")


async def test_the_sixth_may_sign_in_but_not_call(visit: Visit) -> None:
    visitor = await visit()
    for listener in visitor.practice.listening.listeners:
        await visitor.sign_in(listener)
    statuses = {name: (await visitor.call("GET", "me", name)).status for name in visitor.tokens}
    assert list(statuses.values()) == [200] * 5 + [403]
    sixth = await visitor.call("GET", "me", list(statuses)[-1])
    assert sixth.text == "User not registered in the Developer Dashboard"
    assert sixth.json is None
    await visitor.sign_in(list(statuses)[-1], app=OWN_APP)
    assert (await visitor.call("GET", "me", list(statuses)[-1])).status == 200


async def test_a_missing_scope_is_told(visit: Visit) -> None:
    visitor = await visit()
    await visitor.sign_in("ana", ["user-top-read"])
    assert (await visitor.call("GET", "me/top/tracks")).status == 200
    refused = await visitor.call("GET", "me/player/recently-played")
    assert (refused.status, refused.json) == (
        403,
        {"error": {"status": 403, "message": "Insufficient client scope"}},
    )


async def test_tokens_and_seats_outlive_a_restart(visit: Visit, tmp_path: Path) -> None:
    state = tmp_path / "practice.json"
    before = await visit(state)
    names = list(before.practice.listening.listeners)
    refresh = {name: (await before.sign_in(name))["refresh_token"] for name in names}
    # No stop: as after SIGKILL, a second server reads what the first has written so far.
    after = await visit(state)
    after.tokens = before.tokens
    assert (await after.call("GET", "me", names[0])).json["id"] == names[0]
    assert (await after.call("GET", "me", names[5])).status == 403
    again = await after.token(grant_type="refresh_token", refresh_token=refresh[names[0]])
    assert again.status == 200


def test_the_state_file_is_the_owners_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "practice.json"
    save_state(file, {"accounts": {"seats": {"c": ["ana"]}}})
    save_state(file, {"accounts": {"seats": {"c": ["ben"]}}})
    assert load_state(file)["accounts"] == {"seats": {"c": ["ben"]}}
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["practice.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 0}'])
def test_a_state_file_that_is_not_ours_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "practice.json"
    file.write_text(text)
    with pytest.raises(StateError, match="move it away"):
        load_state(file)
