"""What runs by itself: looks at the links and posts that are due, as durable work, and chores."""

from __future__ import annotations

from bot.jobs.chores import Chore, Chores
from bot.jobs.delivering import Delivering
from bot.jobs.looking import Looking
from bot.jobs.running import Jobs, Work, engine_place

__all__ = ["Chore", "Chores", "Delivering", "Jobs", "Looking", "Work", "engine_place"]
