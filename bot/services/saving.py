"""Makes a draft a playlist at Spotify, once: what is about to be done is written down before it is done.

Spotify has no way to make a playlist under a key of ours, so after a crash in the middle nobody can know whether it
was made. Then nothing is made silently a second time: the person is asked to look.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core import drafts
from bot.core.drafts import Draft, Saving, Step
from bot.core.model import Group, Link, LinkState, Member, Source
from bot.errors import EarshotError, NotAllowed, NotFound, Stale, Unavailable
from bot.ports import Clock, Document, DraftStore, PlaylistHost, PlaylistStore, SavedPlaylist
from bot.services.finding import Access
from bot.text import Text, t

SCOPES = frozenset({"playlist-modify-public", "playlist-modify-private"})
NAME_MOST, ABOUT_MOST = 100, 300  # characters that Spotify takes
IN_FLIGHT_MS = 120_000  # a save that began longer ago was interrupted
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+\.(?:com|net|org|io|gg)(?:/\S*)?\b", re.IGNORECASE)


class MayNotMake(NotAllowed):
    """The member's account is not `linked`, or has not allowed Earshot to make playlists."""

    def __init__(self, text: Text, *, linked: bool) -> None:
        super().__init__(text)
        self.linked = linked


class Unsure(Stale):
    """A save was interrupted. `step` says before what; `url` is the playlist's, if it is known to exist."""

    def __init__(self, text: Text, step: Step, url: str) -> None:
        super().__init__(text)
        self.step = step
        self.url = url


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """The playlist; whether everybody may change it (None: not known any more); songs that could not go in."""

    playlist: SavedPlaylist
    collaborative: bool | None
    left_out: int


class Saver:
    """Walks the steps of `core.drafts.Step`."""

    def __init__(
        self,
        draft_store: DraftStore,
        playlists: PlaylistStore,
        host: PlaylistHost,
        access: Access,
        clock: Clock,
    ) -> None:
        self._drafts = draft_store
        self._playlists = playlists
        self._host = host
        self._access = access
        self._clock = clock

    async def link_of(self, links: Sequence[Link]) -> Link:
        """The link that may make playlists. Raises `MayNotMake`."""
        spotify = [one for one in links if one.source is Source.SPOTIFY and one.state is LinkState.ACTIVE]
        for link in spotify:
            if link.scopes >= SCOPES:
                return link
        if spotify:
            raise MayNotMake(
                t(
                    "To save it in your account I need one more permission. Spotify will ask you whether I may "
                    "make playlists."
                ),
                linked=True,
            )
        raise MayNotMake(
            t("To save it in your account, link your Spotify. It will ask you whether I may make playlists."),
            linked=False,
        )

    async def save(
        self, document: Document, draft: Draft, group: Group, member: Member, link: Link, again: str = ""
    ) -> SaveOutcome:
        """Save, or go on where an earlier save stopped.

        `again` is what the person found after an interruption: "make" (no playlist), "add" (it is empty), "done"
        (the songs are in it). Raises `Unsure` without it, `Stale` while another save is under way.
        """
        uris = [song.uri for song in draft.songs if song.uri]
        if not uris:
            raise NotFound(t("None of these songs was found at Spotify, so there is nothing to save."))
        saving = draft.saving
        if saving is not None:
            if saving.step is Step.SAVED:
                return await self._recorded(document, draft, group, saving, None)
            self._settle(saving, again)
            if saving.member_id != member.id and saving.step is not Step.MAKING:
                raise NotAllowed(t("Somebody else has begun to save this list; only they can finish it."))
        collaborative: bool | None = None
        if saving is None or saving.step is Step.MAKING:
            saving = Saving(Step.MAKING, member.id, self._clock.now_ms(), name_of(draft, group))
            document, draft = await self._write(document, draft, saving)
            try:
                made = await self._access.use(
                    link,
                    lambda token: self._host.make_playlist(token, name_of(draft, group), about(draft)),
                    calls=2,
                )
            except Unavailable:
                raise  # it may have been made: the intent stays
            except EarshotError:
                await self._write(document, draft, None)
                raise
            collaborative = made.collaborative
            saving = replace(saving, step=Step.MADE, playlist_id=made.id, url=made.url)
            document, draft = await self._write(document, draft, saving)
        if saving.step is Step.MADE or again == "add":
            saving = replace(saving, step=Step.ADDING, at_ms=self._clock.now_ms())
            document, draft = await self._write(document, draft, saving)
            playlist_id = saving.playlist_id
            try:
                await self._access.use(link, lambda token: self._host.add_items(token, playlist_id, uris))
            except Unavailable:
                raise
            except EarshotError:
                await self._write(document, draft, replace(saving, step=Step.MADE))
                raise
        saving = replace(saving, step=Step.SAVED)
        outcome = await self._recorded(document, draft, group, saving, collaborative)
        await self._write(document, draft, saving)
        return outcome

    def _settle(self, saving: Saving, again: str) -> None:
        """Raise unless it is known, or was said, how far an earlier save came."""
        if saving.step is Step.MADE:
            return
        if self._clock.now_ms() - saving.at_ms < IN_FLIGHT_MS and not again:
            raise Stale(t("This list is being saved right now. Please wait a moment."))
        if saving.step is Step.MAKING and again != "make":
            raise Unsure(
                t(
                    "A save of this list was interrupted. Please look in your Spotify for “{name}”: "
                    "I cannot tell whether it is there.",
                    name=saving.name,
                ),
                saving.step,
                "",
            )
        if saving.step is Step.ADDING and again not in ("add", "done"):
            raise Unsure(
                t(
                    "The playlist is made, but I was interrupted while the songs went in. "
                    "Please look whether they are there."
                ),
                saving.step,
                saving.url,
            )

    async def _write(self, document: Document, draft: Draft, saving: Saving | None) -> tuple[Document, Draft]:
        draft = replace(draft, saving=saving)
        return await self._drafts.change_draft(document.id, document.version, drafts.dumped(draft)), draft

    async def _recorded(
        self, document: Document, draft: Draft, group: Group, saving: Saving, collaborative: bool | None
    ) -> SaveOutcome:
        """The row of the playlist; the same draft keeps its first."""
        kept = [song for song in draft.songs if song.uri]
        row = await self._playlists.saved(
            SavedPlaylist(
                0, group.id, saving.member_id, document.id, saving.name, draft.words, saving.url,
                saving.playlist_id, len(kept), self._clock.now_ms(),
            )
        )  # fmt: skip
        return SaveOutcome(row, collaborative, len(draft.songs) - len(kept))


def name_of(draft: Draft, group: Group) -> str:
    """The playlist's name: the words that asked for it, else the group's mix."""
    words = _plain(draft.words)
    return (
        _cut(words[:1].upper() + words[1:], NAME_MOST)
        if words
        else _cut(f"A mix for {group.name}", NAME_MOST)
    )


def about(draft: Draft) -> str:
    """The playlist's description: who made it, of what or from which words. No address is left in it."""
    said = "Made by Earshot, without AI"
    if draft.recap:
        return f"{said}, of what was played then."
    words = _plain(draft.words)
    if not words:
        return f"{said}."
    room = ABOUT_MOST - len(said) - len(", for the words “”.")
    return f"{said}, for the words “{_cut(words, room)}”."


def _plain(words: str) -> str:
    """Words without addresses and angle brackets, on one line."""
    return " ".join(_ADDRESS.sub(" ", words).replace("<", " ").replace(">", " ").split())


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
