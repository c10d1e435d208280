"""Discord, through discord.py: the only home of that library."""
