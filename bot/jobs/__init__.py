"""What runs by itself: looks at the links that are due, as durable work, and chores."""

from __future__ import annotations

from bot.jobs.chores import Chore, Chores
from bot.jobs.looking import Looking
from bot.jobs.running import Jobs, engine_place

__all__ = ["Chore", "Chores", "Jobs", "Looking", "engine_place"]
