"""What Earshot counts about itself, in Prometheus' format. No label holds anything of a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

# An answer should be there within 3 s; what takes longer is acknowledged first.
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 10.0, 30.0, 120.0)


class PrometheusMeter:
    """A `ports.Meter` whose counts can be scraped."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "earshot_answers",
            "Commands and buttons answered",
            ["platform", "name", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "earshot_answer_seconds",
            "From the request to the final answer",
            ["platform"],
            buckets=_SECONDS,
            registry=self._registry,
        )

    def answered(self, platform: str, name: str, outcome: str, seconds: float) -> None:
        """See `ports.Meter`."""
        self._answers.labels(platform, name, outcome).inc()
        self._seconds.labels(platform).observe(seconds)

    def exposition(self) -> bytes:
        """The counts as text, version 0.0.4 of the format."""
        return generate_latest(self._registry)
