"""Rate, quota and faults on request."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import OWN_APP, Visit, Visitor

RECENT = "me/player/recently-played?limit=50"


async def test_the_rate_is_per_half_minute(visit: Visit) -> None:
    visitor = await visit(rate=3)
    await visitor.sign_in("ana")
    for _ in range(3):
        assert (await visitor.call("GET", "me")).status == 200
        visitor.clock.move(seconds=2)
    limited = await visitor.call("GET", "me")
    assert limited.status == 429
    assert limited.json == {"error": {"status": 429, "message": "Too many requests"}}
    visitor.clock.move(seconds=int(limited.headers["Retry-After"]) - 1)
    assert (await visitor.call("GET", "me")).status == 429
    visitor.clock.move(seconds=1)
    assert (await visitor.call("GET", "me")).status == 200


async def test_the_quota_is_per_developer_and_rolling_day(visit: Visit) -> None:
    visitor = await visit(quota=4, access_life_s=200_000)
    await visitor.sign_in("ana")
    await visitor.sign_in("ben")
    for listener in ("ana", "ben", "ana", "ben"):
        assert (await visitor.call("GET", "me", listener)).status == 200
        visitor.clock.move(hours=1)
    limited = await visitor.call("GET", "me", "ben")
    assert limited.status == 429
    assert limited.json["error"] == {
        "status": 429,
        "message": "Too many requests",
        "reason": "QUOTA_EXCEEDED",
    }
    assert int(limited.headers["Retry-After"]) == 20 * 3600
    await visitor.sign_in("chidi", app=OWN_APP)
    assert (await visitor.call("GET", "me", "chidi")).status == 200
    visitor.clock.move(hours=20)
    assert (await visitor.call("GET", "me", "ben")).status == 200
    assert (await visitor.call("GET", "me", "ben")).status == 429


async def test_the_token_endpoint_is_outside_the_quota(visit: Visit) -> None:
    visitor = await visit(quota=1)
    refresh = (await visitor.sign_in("ana"))["refresh_token"]
    await visitor.call("GET", "me")
    assert (await visitor.call("GET", "me")).status == 429
    assert (await visitor.token(grant_type="refresh_token", refresh_token=refresh)).status == 200


async def test_the_quota_outlives_a_restart(visit: Visit, tmp_path: Path) -> None:
    visitor = await visit(tmp_path / "s.json", quota=2)
    await visitor.sign_in("ana")
    await visitor.call("GET", "me")
    await visitor.call("GET", "me")
    await visitor.practice.stop()
    again = await visit(tmp_path / "s.json", quota=2)
    again.tokens = visitor.tokens
    assert (await again.call("GET", "me")).json["error"]["reason"] == "QUOTA_EXCEEDED"


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("429", 429, '{"error": {"status": 429, "message": "Too many requests"}}'),
        (
            "quota",
            429,
            '{"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}',
        ),
        ("500", 500, '{"error": {"status": 500, "message": "Server error."}}'),
        ("502", 502, '{"error": {"status": 502, "message": "Server error."}}'),
        ("503", 503, '{"error": {"status": 503, "message": "Server error."}}'),
        ("premium", 403, "Active premium subscription required for the owner of the app."),
        ("empty", 200, ""),
        ("error-string", 500, '{"error": "server_error"}'),
    ],
)
async def test_faults_instead_of_an_answer_as_often_as_asked(
    ana: Visitor, kind: str, status: int, text: str
) -> None:
    assert (await ana.fault(kind=kind, times=2, seconds=77)).status == 201
    for _ in range(2):
        answer = await ana.call("GET", "me")
        assert (answer.status, answer.text) == (status, text)
        assert answer.headers.get("Retry-After") == ("77" if status == 429 else None)
    assert (await ana.call("GET", "me")).status == 200


async def test_a_429_without_retry_after(ana: Visitor) -> None:
    await ana.fault(kind="429-bare")
    answer = await ana.call("GET", "me")
    assert answer.status == 429
    assert "Retry-After" not in answer.headers


async def test_a_captive_portal_and_half_a_json(ana: Visitor) -> None:
    await ana.fault(kind="html")
    assert (await ana.call("GET", "me")).headers["Content-Type"].startswith("text/html")
    await ana.fault(kind="cut")
    with pytest.raises(ValueError, match="Unterminated string"):
        await ana.call("GET", "me")


async def test_a_dropped_connection(ana: Visitor) -> None:
    await ana.fault(kind="drop", times=5)  # a client may try again by itself
    with pytest.raises(aiohttp.ClientError):
        await ana.call("GET", "me")
    await ana.ask("DELETE", f"{ana.practice.base_url}/_practice/faults")
    assert (await ana.call("GET", "me")).status == 200


async def test_a_timeout_hangs_and_does_not_hold_up_stopping(ana: Visitor) -> None:
    await ana.fault(kind="timeout", seconds=30)
    with pytest.raises(asyncio.TimeoutError):
        await ana.call("GET", "me", timeout=aiohttp.ClientTimeout(total=0.2))
    async with asyncio.timeout(5):
        await ana.practice.stop()


async def test_faults_of_one_path_leave_the_others_alone(ana: Visitor) -> None:
    await ana.fault(kind="503", path="/api/token")
    await ana.fault(kind="500", path="/items")
    assert (await ana.call("GET", "me")).status == 200
    assert (await ana.token(grant_type="refresh_token", refresh_token="x")).status == 503
    made = (await ana.call("POST", "me/playlists", json={"name": "Rain"})).json
    assert (await ana.call("GET", f"playlists/{made['id']}/items")).status == 500
    assert (await ana.call("GET", f"playlists/{made['id']}/items")).status == 200


def stamps(answer: Any) -> list[str]:
    return [row["played_at"] for row in answer.json["items"]]


async def test_a_stale_feed_stands_still(ana: Visitor) -> None:
    fresh = stamps(await ana.call("GET", RECENT))
    await ana.fault(kind="stale", listener="ana", seconds=86_400)
    old = stamps(await ana.call("GET", RECENT))
    limit = (datetime(2026, 11, 21, 6, tzinfo=UTC)).strftime("%Y-%m-%dT%H:%M:%S")
    assert max(old) < limit < max(fresh)
    assert stamps(await ana.call("GET", RECENT)) == fresh


async def test_start_times_and_omissions(ana: Visitor) -> None:
    whole = (await ana.call("GET", RECENT)).json["items"]
    await ana.fault(kind="start-times", listener="ben")
    await ana.fault(kind="start-times", listener="ana")
    started = (await ana.call("GET", RECENT)).json["items"]
    assert [row["track"]["id"] for row in started] == [row["track"]["id"] for row in whole]
    assert all(
        datetime.fromisoformat(s["played_at"]) + timedelta(seconds=29)
        < datetime.fromisoformat(e["played_at"])
        for s, e in zip(started, whole, strict=True)
    )
    await ana.fault(kind="omit")
    assert (await ana.call("GET", RECENT)).json["items"] == whole[::2]


async def test_revoking_ends_every_token_and_expiring_the_access_token(ana: Visitor) -> None:
    refresh = (await ana.sign_in("ana"))["refresh_token"]
    await ana.fault(kind="expire", listener="ana")
    assert (await ana.call("GET", "me")).json["error"]["message"] == "The access token expired"
    ana.tokens["ana"] = (await ana.token(grant_type="refresh_token", refresh_token=refresh)).json[
        "access_token"
    ]
    assert (await ana.call("GET", "me")).status == 200
    assert (await ana.fault(kind="revoke", listener="ana")).json == {"ended": 2}
    assert (await ana.call("GET", "me")).status == 401
    assert (await ana.token(grant_type="refresh_token", refresh_token=refresh)).json == {
        "error": "invalid_grant",
        "error_description": "Refresh token revoked",
    }
    await ana.sign_in("ana")
    assert (await ana.call("GET", "me")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "weather"},
        {"kind": "500", "times": 0},
        {"kind": "500", "times": True},
        {"kind": "500", "seconds": -1},
        {"kind": "500", "path": 3},
        {"kind": "500", "when": "now"},
        {"kind": "stale", "listener": "nobody"},
        {"kind": "revoke"},
    ],
)
async def test_a_fault_that_cannot_be_is_explained(ana: Visitor, body: dict[str, Any]) -> None:
    answer = await ana.fault(**body)
    assert answer.status == 400
    assert answer.json["error"]["message"].endswith(".")
    assert (await ana.ask("GET", f"{ana.practice.base_url}/_practice")).json["faults"] == []


async def test_the_switchboard_tells_and_no_form_can_post_to_it(ana: Visitor) -> None:
    await ana.call("GET", "me")
    await ana.fault(kind="500", times=3)
    shown = (await ana.ask("GET", f"{ana.practice.base_url}/_practice")).json
    assert shown["now"] == "2026-11-22T06:00:00.000Z"
    assert shown["seats"] == {"host-app": ["ana"]}
    assert shown["calls_in_24_hours"] == {"host": 1}
    assert shown["faults"][0]["times"] == 3
    form = await ana.ask("POST", f"{ana.practice.base_url}/_practice/faults", data='{"kind": "500"}')
    assert form.status == 415
