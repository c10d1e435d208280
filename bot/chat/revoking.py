"""Where only a member can take us off their account."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.cards import Link
from bot.core.model import Source
from bot.text import t

APPS: Mapping[Source, Link] = {
    Source.SPOTIFY: Link(t("Your apps at Spotify"), "https://www.spotify.com/account/apps/"),
    Source.LASTFM: Link(t("Your apps at Last.fm"), "https://www.last.fm/settings/applications"),
}
