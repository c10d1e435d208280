"""What the terms of a source permit to be done with its plays.

Spotify's Developer Policy forbids that its content reaches a model (III.14), and also numbers made of listening
(III.13); whether these are made all the same is for whoever runs Earshot to decide (`[spotify] counted`,
docs/spotify-terms.md). An export is the member's own data; the others are public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model import Source


@dataclass(frozen=True, slots=True)
class Rights:
    """`count`: it may be read, counted, and shown to whom the member lets see it, with credit and a link back.

    `give`: what was played may be given to a model or to another service.
    """

    count: bool
    give: bool


RIGHTS: Mapping[Source, Rights] = {
    Source.SPOTIFY: Rights(count=True, give=False),
    Source.EXTENDED: Rights(count=True, give=True),
    Source.ACCOUNT: Rights(count=True, give=True),
    Source.LASTFM: Rights(count=True, give=True),
    Source.LISTENBRAINZ: Rights(count=True, give=True),
}
# To the letter of Spotify's terms.
WITHOUT_SPOTIFY: Mapping[Source, Rights] = {**RIGHTS, Source.SPOTIFY: Rights(count=False, give=False)}
