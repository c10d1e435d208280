"""What runs by itself: looks at the links that are due, and chores."""

from __future__ import annotations

from bot.jobs.chores import Chore, Chores
from bot.jobs.looking import Jobs

__all__ = ["Chore", "Chores", "Jobs"]
