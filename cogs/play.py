"""A few words become a playlist that the group changes before it is saved."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from bot.chat import (
    Button,
    Card,
    Cog,
    Context,
    Fields,
    Lines,
    Link,
    Listing,
    Opt,
    Row,
    action,
    command,
)
from bot.chat.asker import asker
from bot.chat.cards import Block, Shown
from bot.chat.features import number
from bot.core.addresses import Addresses
from bot.core.choosing import percentages
from bot.core.consent import Audience
from bot.core.drafts import Draft, DraftSong, Step, shares_of
from bot.core.mixing import plays_said
from bot.core.model import Member, MemberId
from bot.core.reasons import listeners
from bot.core.spending import billed
from bot.errors import NotFound
from bot.services.mixes import Mixes
from bot.services.people import People
from bot.services.playlists import OpenDraft, Playlists
from bot.services.recap import Told
from bot.services.saving import MayNotMake, SaveOutcome, Unsure
from bot.text import Moment, Text, joined, t, tn

ASK_PLAYLISTS = {"more": "playlists"}


class Play(Cog):
    """`/play` and the playlists it made. `hosted`: the host has a Spotify app for everybody."""

    def __init__(
        self,
        people: People,
        playlists: Playlists,
        mixes: Mixes,
        addresses: Addresses,
        *,
        hosted: bool = True,
    ) -> None:
        self.people = people
        self.service = playlists
        self.mixes = mixes
        self.addresses = addresses
        self.hosted = hosted

    @command("Words become a playlist for everybody here")
    async def play(
        self, ctx: Context, words: Annotated[str, Opt("What you would like to hear, in your own words")] = ""
    ) -> Card:
        """A draft that can be changed and saved. Without words, a mix of what the group plays."""
        audience, member = await self._who(ctx)
        return draft_card(self.addresses, await self.service.draft(audience, member, words, ctx.progress))

    @action("draft.mix")
    async def mix(self, ctx: Context, recap: str = "") -> Card:
        """The songs of a group's post as a draft; whoever presses next is shown the same one."""
        audience, member = await self._who(ctx)
        mixed = await self.mixes.mixed(audience, member, number(recap), ctx.progress)
        return draft_card(self.addresses, mixed)

    async def again(self, told: Told, rest: str) -> Card:
        """A draft of a recap's songs after somebody took theirs back (`chat.ledger.View`)."""
        if told.audience is not None:
            with suppress(NotFound):
                opened = await self.mixes.counted_anew(told.audience, int(rest), told.frozen.id)
                if opened.draft.songs:
                    return draft_card(self.addresses, opened)
        return _GONE

    @action("draft.swap")
    async def swap(self, ctx: Context, draft: str = "", song: str = "") -> Card:
        """Another song in place of this one."""
        audience, member = await self._who(ctx)
        changed = await self.service.swap(audience, member, number(draft), number(song))
        return draft_card(self.addresses, changed, replaces=True)

    @action("draft.veto")
    async def veto(self, ctx: Context, draft: str = "", song: str = "") -> Card:
        """This song out, for good."""
        audience, member = await self._who(ctx)
        changed = await self.service.veto(audience, member, number(draft), number(song))
        return draft_card(self.addresses, changed, replaces=True)

    @action("draft.save")
    async def save(self, ctx: Context, draft: str = "", again: str = "") -> Card:
        """Save it in the account of whoever pressed."""
        audience, member = await self._who(ctx)
        draft_id = number(draft)
        try:
            outcome = await self.service.save(audience, member, draft_id, ctx.progress, again)
        except MayNotMake as missing:
            return _ask_first(missing) if missing.linked or self.hosted else _NO_APP
        except Unsure as unsure:
            return _unsure_card(unsure, draft_id)
        return draft_card(
            self.addresses, await self.service.opened(audience, draft_id), replaces=True, saved=outcome
        )

    @command("Playlists that were made here")
    async def playlists(self, ctx: Context) -> Card:
        """Newest first, with who asked for them."""
        audience, _ = await self._who(ctx)
        saved = await self.service.playlists(audience.group)
        if not saved:
            return Card(t("No playlist has been saved here yet"), footer=t("/play makes a draft of one."))
        names = await self.service.names(audience)
        rows = tuple(
            Row(
                t("{name}", name=one.name),
                t(
                    "{who} asked, {songs}, {when}",
                    who=names.get(one.member_id) or t("somebody who is not shown here"),
                    songs=tn("{n} song", "{n} songs", one.songs),
                    when=Moment(one.saved_ms, audience.group.zone),
                ),
                one.url,
            )
            for one in saved
        )
        return Card(t("Playlists made here"), (Listing(rows),))

    async def _who(self, ctx: Context) -> tuple[Audience, Member]:
        member = await asker(self.people, ctx)
        return await self.people.audience(ctx.place, member), member


def draft_card(
    addresses: Addresses, opened: OpenDraft, *, replaces: bool = False, saved: SaveOutcome | None = None
) -> Card:
    """A draft as everybody sees it."""
    draft = opened.draft
    done = draft.saving is not None and draft.saving.step is Step.SAVED
    blocks: list[Block] = [Lines((joined(draft.understood, " · "), *draft.notes))]
    if done and draft.saving is not None:
        blocks.append(Lines(_saved_lines(saved), t("Saved as “{name}”", name=draft.saving.name)))
    rows = tuple(_row(addresses, opened, song, open_to_change=draft.saving is None) for song in draft.songs)
    if rows:
        blocks.append(Listing(rows, numbered=True))
        blocks.append(_shares(opened))
    if draft.vetoes:
        blocks.append(Lines((tn("{n} song was vetoed.", "{n} songs were vetoed.", len(draft.vetoes)),)))
    if not draft.searched_with and any(not song.uri for song in draft.songs):
        blocks.append(
            Lines((t("No Spotify account is linked here, so songs open as a search. /link connects yours."),))
        )
    buttons: tuple[Button | Link, ...] = ()
    if done and draft.saving is not None:
        buttons = (Link(t("Open the playlist"), draft.saving.url),)
    elif rows:
        buttons = (Button(t("Save"), "draft.save", {"draft": str(opened.document.id)}, strong=True),)
    return Card(draft.title, tuple(blocks), buttons, _footer(draft), replaces=replaces, shows=_shown(opened))


def _shown(opened: OpenDraft) -> Shown | None:
    """Whose plays of a recap's time the card tells."""
    draft = opened.draft
    if not draft.recap:
        return None
    told = {who for song in draft.songs for who in (*song.heard, *song.worth)} & opened.names.keys()
    return Shown(draft.recap, f"mix {opened.document.id}", frozenset(told))


def _row(addresses: Addresses, opened: OpenDraft, song: DraftSong, *, open_to_change: bool) -> Row:
    ids = {"draft": str(opened.document.id), "song": str(song.n)}
    return Row(
        t("{title} — {artist}", title=song.title, artist=song.artist),
        _why(opened, song),
        addresses.of(song.uri) or addresses.search(f"{song.artist} {song.title}"),
        (Button(t("Swap"), "draft.swap", ids), Button(t("Veto"), "draft.veto", ids))
        if open_to_change
        else (),
    )


def _why(opened: OpenDraft, song: DraftSong) -> Text:
    """Why a song is in the list, and who of those who are shown here played it."""
    if opened.draft.recap:
        return plays_said(song.heard, opened.names) or song.why
    heard = listeners({who: (it.plays, it.recent) for who, it in song.heard.items()}, opened.names)
    return song.why if heard is None else t("{why}; {heard}", why=song.why, heard=heard)


def _shares(opened: OpenDraft) -> Block:
    """What each member gets out of it, in whole percents that sum up to 100."""
    shares = shares_of(opened.draft)
    known = [share for share in shares if share.member_id in opened.names]
    if not known:
        return Lines(
            (
                t(
                    "Nobody here shares their plays with playlists yet, so everybody counts alike. /join changes that."
                ),
            )
        )
    percents = dict(
        zip((share.member_id for share in shares), percentages([share.part for share in shares]), strict=True)
    )
    pairs: list[tuple[Text, Text]] = [
        (
            t("{who}", who=opened.names[share.member_id]),
            _share(opened.draft, share.member_id, percents[share.member_id]),
        )
        for share in known
    ]
    return Fields(tuple(pairs), t("Whose list it is"))


def _share(draft: Draft, member: MemberId, percent: int) -> Text:
    plays = sum(member in song.heard for song in draft.songs)
    part = t("{percent} %", percent=percent)
    if member in draft.unheard:
        return t("{part}, no plays to go by yet", part=part)
    if not plays:
        return part
    if draft.recap:
        return t("{part}, played {n} of them", n=plays, part=part)
    return t("{part}, plays {n} of them", n=plays, part=part)


def _footer(draft: Draft) -> Text:
    used = t("No AI was used; cost $0")
    if draft.bill is not None and draft.bill.answers:
        used = t("AI proposed songs; {bill}", bill=billed(draft.bill))
    return t(
        "{used} · Spotify searches {searches}, avoided {avoided}",
        used=used,
        searches=draft.searches,
        avoided=draft.avoided,
    )


def _saved_lines(saved: SaveOutcome | None) -> tuple[Text, ...]:
    lines = [t("Everybody who opens it can add and take out songs.")]
    if saved is not None and saved.collaborative is False:
        lines = [t("Spotify did not make it collaborative: open it there and invite collaborators.")]
    if saved is not None and saved.left_out:
        lines.append(
            tn("{n} song was not found at Spotify and is not in it.",
               "{n} songs were not found at Spotify and are not in it.", saved.left_out)
        )  # fmt: skip
    return tuple(lines)


_NO_APP = Card(
    t(
        "To save it in your account, your Spotify has to be linked, and whoever runs me has no Spotify app for that."
    ),
    (Lines((t("It works through an app of your own, which takes two minutes to make."),)),),
    (Button(t("A Spotify app of your own"), "account.app"),),
)


_GONE = Card(
    t("This list is not here any more"),
    (Lines((t("What it was made of was taken back. /play makes a new one."),)),),
)


def _ask_first(missing: MayNotMake) -> Card:
    return Card(
        missing.text,
        (Lines((t("When that is done, come back and press Save once more."),)),),
        buttons=(Button(t("Ask Spotify"), "account.link", ASK_PLAYLISTS, strong=True),),
    )


def _unsure_card(unsure: Unsure, draft_id: int) -> Card:
    ids = {"draft": str(draft_id)}
    if unsure.step is Step.MAKING:
        return Card(
            unsure.text,
            buttons=(Button(t("It is not there: make it"), "draft.save", {**ids, "again": "make"}),),
        )
    return Card(
        unsure.text,
        buttons=(
            Link(t("Look at it"), unsure.url),
            Button(t("They are there"), "draft.save", {**ids, "again": "done"}),
            Button(t("It is empty: add them"), "draft.save", {**ids, "again": "add"}),
        ),
    )
