"""Earshot: a self-hosted social listening bot. `bot/app.py` shows how the parts are plugged together."""
