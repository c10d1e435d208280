"""Slack, through slack-bolt and slack-sdk: the only home of these libraries.

A thing that somebody does comes in through `listeners`, becomes an `Asked`, and is answered by `desk` over one of the
wires; `draw` and `forms` say what Slack is shown.
"""

from bot.adapters.slack.manifest import manifest
from bot.adapters.slack.platform import Slack

__all__ = ["Slack", "manifest"]
