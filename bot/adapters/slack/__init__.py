"""Slack, through slack-bolt and slack-sdk: the only home of these libraries."""
