"""What Prometheus reads: counts of answers, and how things stand."""

from __future__ import annotations

from importlib.metadata import version

from prometheus_client.parser import text_string_to_metric_families

from bot.core.model import LinkState
from bot.metrics import PrometheusMeter, Standing


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
    read = samples(meter.exposition(Standing({LinkState.ACTIVE: 3}, 412, {"discord": True, "slack": False})))
    assert read["earshot_answers_total", "/top", "answered", "discord"] == 2
    assert read["earshot_answer_seconds_bucket", "0.25", "discord"] == 1
    assert read["earshot_links", "active"] == 3
    assert read["earshot_links", "expired"] == 0
    assert read["earshot_spotify_calls_left",] == 412
    assert read["earshot_platform_connected", "discord"] == 1
    assert read["earshot_platform_connected", "slack"] == 0
    assert version("earshot") in next(key for key in read if key[0] == "earshot_build_info")


def test_what_changed_since_is_seen() -> None:
    meter = PrometheusMeter()
    meter.exposition(Standing({LinkState.ACTIVE: 3}, 412, {"discord": True}))
    read = samples(meter.exposition(Standing({LinkState.EXPIRED: 3}, 0, {"discord": False})))
    assert (read["earshot_links", "active"], read["earshot_links", "expired"]) == (0, 3)
    assert (read["earshot_spotify_calls_left",], read["earshot_platform_connected", "discord"]) == (0, 0)
