"""Spotify, over spotipy: linking, what was played, search, playlists. The only home of spotipy and requests."""

from bot.integrations.spotify.accounts import SpotifyAccounts
from bot.integrations.spotify.catalogue import SpotifyCatalogue
from bot.integrations.spotify.gateway import SpotifyGateway
from bot.integrations.spotify.listening import SpotifyListening
from bot.integrations.spotify.playlists import SpotifyPlaylists

__all__ = ["SpotifyAccounts", "SpotifyCatalogue", "SpotifyGateway", "SpotifyListening", "SpotifyPlaylists"]
