"""What Prometheus reads: counts of answers, and how things stand."""

from __future__ import annotations

from importlib.metadata import version

from prometheus_client.parser import text_string_to_metric_families

from bot.core.model import LinkState
from bot.metrics import PrometheusMeter, Standing
from bot.services.access import BudgetStanding


def samples(exposed: bytes) -> dict[tuple[str, ...], float]:
    """Each sample's value, by its name and the values of its labels, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(exposed.decode())
        for sample in family.samples
    }


def test_answers_and_how_things_stand() -> None:
    meter = PrometheusMeter()
    meter.answered("discord", "/top", "answered", 0.2)
    meter.answered("discord", "/top", "answered", 40.0)
    budgets = {"host": BudgetStanding(188, 600, 0)}
    read = samples(
        meter.exposition(Standing({LinkState.ACTIVE: 3}, budgets, {"discord": True, "slack": False}))
    )
    assert read["earshot_answers_total", "/top", "answered", "discord"] == 2
    assert read["earshot_answer_seconds_bucket", "0.25", "discord"] == 1
    assert read["earshot_links", "active"] == 3
    assert read["earshot_links", "expired"] == 0
    assert read["earshot_spotify_calls_spent", "host"] == 188
    assert read["earshot_spotify_calls_left", "host"] == 412
    assert read["earshot_spotify_blocked_until_timestamp_seconds", "host"] == 0
    assert read["earshot_platform_connected", "discord"] == 1
    assert read["earshot_platform_connected", "slack"] == 0
    assert version("earshot") in next(key for key in read if key[0] == "earshot_build_info")


def test_what_changed_since_is_seen() -> None:
    meter = PrometheusMeter()
    budgets = {"host": BudgetStanding(188, 600, 0)}
    meter.exposition(Standing({LinkState.ACTIVE: 3}, budgets, {"discord": True}))
    blocked = {"host": BudgetStanding(600, 600, 5_500)}
    read = samples(meter.exposition(Standing({LinkState.EXPIRED: 3}, blocked, {"discord": False})))
    assert (read["earshot_links", "active"], read["earshot_links", "expired"]) == (0, 3)
    assert read["earshot_spotify_calls_left", "host"] == 0
    assert read["earshot_spotify_blocked_until_timestamp_seconds", "host"] == 5.5
    assert read["earshot_platform_connected", "discord"] == 0


def test_members_own_apps_are_one_and_nobody_is_named() -> None:
    meter = PrometheusMeter()
    budgets = {
        "app:0123456789abcdef": BudgetStanding(100, 600, 0),
        "app:fedcba9876543210": BudgetStanding(250, 600, 9_000),
    }
    exposed = meter.exposition(Standing({}, budgets, {}))
    read = samples(exposed)
    assert b"0123" not in exposed
    assert read["earshot_spotify_calls_spent", "own"] == 350
    assert read["earshot_spotify_calls_left", "own"] == 0
    assert read["earshot_spotify_blocked_until_timestamp_seconds", "own"] == 9
    assert ("earshot_spotify_calls_spent", "host") not in read
