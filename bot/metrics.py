"""What Earshot counts about itself, in Prometheus' format. No label holds anything of a person."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.core.apps import is_own
from bot.core.model import LinkState
from bot.services.access import BudgetStanding

# An answer should be there within 3 s; what takes longer is acknowledged first.
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 10.0, 30.0, 120.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand when somebody asks: links by state, calls by developer account, who is connected."""

    links: Mapping[LinkState, int]
    budgets: Mapping[str, BudgetStanding]
    connected: Mapping[str, bool]


class PrometheusMeter:
    """A `ports.Meter` whose counts can be scraped."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._answers = Counter(
            "earshot_answers",
            "Commands and buttons answered",
            ["platform", "name", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "earshot_answer_seconds",
            "From the request to the final answer",
            ["platform"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._links = Gauge("earshot_links", "Links by state", ["state"], registry=registry)
        self._calls_spent = Gauge(
            "earshot_spotify_calls_spent", "Calls in the last 24 hours", ["developer"], registry=registry
        )
        self._calls_left = Gauge(
            "earshot_spotify_calls_left",
            "Calls left of the day's budget; none during a pause",
            ["developer"],
            registry=registry,
        )
        self._blocked_until = Gauge(
            "earshot_spotify_blocked_until_timestamp_seconds",
            "When the pause ends that Spotify has asked for; 0 where it has not",
            ["developer"],
            registry=registry,
        )
        self._connected = Gauge(
            "earshot_platform_connected",
            "Whether a platform can hear people",
            ["platform"],
            registry=registry,
        )
        build = Gauge("earshot_build_info", "What runs here", ["version", "python"], registry=registry)
        build.labels(version("earshot"), platform.python_version()).set(1)

    def answered(self, platform: str, name: str, outcome: str, seconds: float) -> None:
        """See `ports.Meter`."""
        self._answers.labels(platform, name, outcome).inc()
        self._seconds.labels(platform).observe(seconds)

    def exposition(self, standing: Standing) -> bytes:
        """The counts and how things stand, as text, version 0.0.4 of the format."""
        for state in LinkState:
            self._links.labels(state.value).set(standing.links.get(state, 0))
        for gauge in (self._calls_spent, self._calls_left, self._blocked_until):
            gauge.clear()
        for developer, budgets in _by_label(standing.budgets).items():
            self._calls_spent.labels(developer).set(sum(it.spent for it in budgets))
            self._calls_left.labels(developer).set(min(it.left for it in budgets))
            self._blocked_until.labels(developer).set(max(it.blocked_until_ms for it in budgets) / 1000)
        for name, connected in standing.connected.items():
            self._connected.labels(name).set(connected)
        return generate_latest(self._registry)


def _by_label(budgets: Mapping[str, BudgetStanding]) -> dict[str, list[BudgetStanding]]:
    """Members' own apps are one, for their names would tell whose they are: the sum, the least, the longest."""
    labelled: dict[str, list[BudgetStanding]] = {}
    for developer, budget in budgets.items():
        labelled.setdefault("own" if is_own(developer) else developer, []).append(budget)
    return labelled
