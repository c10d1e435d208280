"""Loopback twins of Discord and Slack: servers that the real libraries talk to, and people who use them.

They answer as the real service does, errors and limits included, refuse what it refuses, and write down what they
were sent (`traffic`), which every test checks against the platforms' published descriptions.
"""
