"""Services that keep what somebody played for ever, and show it to everybody who knows the name of the account."""

from bot.integrations.scrobbles.lastfm import LastfmClient
from bot.integrations.scrobbles.listenbrainz import ListenBrainzClient
from bot.integrations.scrobbles.songs import ListenBrainzSongs

__all__ = ["LastfmClient", "ListenBrainzClient", "ListenBrainzSongs"]
