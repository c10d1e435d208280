"""Which tracks are one song in a group: its admins join two, take one out, and undo that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.chat import Button, Card, Cog, Context, Lines, Listing, Opt, Row, action, command
from bot.chat.asker import asker
from bot.chat.features import number
from bot.core.consent import Audience
from bot.core.identity import Verdict
from bot.core.model import Member, Track, TrackId
from bot.errors import BadOption, NotAllowed, UserError
from bot.ports import MadeAlias
from bot.services.people import People
from bot.services.songs import DAYS, Song, Songs, details, song_name
from bot.text import Moment, Text, t, tn

SUGGESTED = 10
OFFERED = 25


class GroupSongs(Cog):
    """What counts as one song."""

    def __init__(self, people: People, songs: Songs) -> None:
        self.people = people
        self.service = songs

    async def suggest(self, ctx: Context, typed: str) -> Sequence[str]:
        """Songs of the group, most played first."""
        if ctx.place.room is None or not ctx.person.admin:
            return ()
        audience, _ = await self._here(ctx)
        return [it.label for it in await self.service.like(audience, typed)][:OFFERED]

    @command("Which tracks count as one song here: join two, take one out, undo (admins)", private=True)
    async def songs(
        self,
        ctx: Context,
        song: Annotated[str, Opt("A song that was played here lately", most=300, suggest=suggest)] = "",
        same: Annotated[str, Opt("The song that it is the same as", most=300, suggest=suggest)] = "",
    ) -> Card:
        """All that was said, one song's versions, or (with both) two songs become one."""
        audience, member = await self._here(ctx)
        if not song:
            if same:
                raise BadOption(t("Which song is the same as that one? Say both."), "song")
            return await self._listed(audience)
        one = await self.service.find(audience, song, "song")
        if not same:
            return _versions(one)
        other = await self.service.find(audience, same, "same")
        if one.versions[0].song == other.versions[0].song:
            raise BadOption(t("These two count as one song already."), "same")
        await self.service.join(audience.group, member, one, other)
        return await self._listed(audience, t("{one} and {other} are one song here now.", one=one.label,
                                              other=other.label))  # fmt: skip

    @action("songs.versions", private=True)
    async def versions(self, ctx: Context, track: str) -> Card:
        """The versions of the song that a track is of."""
        audience, _ = await self._here(ctx)
        return _versions(await self.service.of_track(audience, TrackId(number(track))))

    @action("songs.part", private=True)
    async def part(self, ctx: Context, track: str, other: str) -> Card:
        """The track is none of the song's versions."""
        audience, member = await self._here(ctx)
        await self.service.part(audience.group, member, TrackId(number(track)), TrackId(number(other)))
        return await self._listed(audience, t("It is not a version of that song any more."))

    @action("songs.undo", private=True)
    async def undo(self, ctx: Context, alias: str) -> Card:
        """As if it had never been said."""
        audience, _ = await self._here(ctx)
        await self.service.undo(audience.group, number(alias))
        return await self._listed(audience, t("Undone."))

    async def _here(self, ctx: Context) -> tuple[Audience, Member]:
        """Who sees it, and who asks. Raises `NotAllowed` for others than admins, `UserError` in a private chat."""
        if ctx.place.room is None:
            raise UserError(t("That is about a group: please say /songs in one of its rooms."))
        if not ctx.person.admin:
            raise NotAllowed(t("What counts as one song is for admins of this room to say; ask one of them."))
        member = await asker(self.people, ctx)
        return await self.people.audience(ctx.place, member), member

    async def _listed(self, audience: Audience, done: Text | None = None) -> Card:
        said = await self.service.aliases(audience.group)
        several = [it for it in await self.service.played(audience) if len(it.versions) > 1][:SUGGESTED]
        blocks = [
            Lines((done,)) if done else None,
            Listing(tuple(_said(it, audience.group.zone) for it in reversed(said)), t("What was said here"))
            if said
            else None,
            Listing(tuple(map(_counted_as_one, several)), t("Played as several tracks, counted as one"))
            if several
            else None,
            Lines((t("/songs song:… shows one, /songs song:… same:… makes two of them one."),)),
        ]
        return Card(
            t("What counts as one song in {group}", group=audience.group.name),
            tuple(it for it in blocks if it is not None),
            footer=t("It counts for this group alone. What members see of themselves goes by the rules."),
            replaces=done is not None,
        )


def _said(made: MadeAlias, zone: str) -> Row:
    alias = made.alias
    names = {"one": song_name(alias.track), "other": song_name(alias.other)}
    text = (
        t("{one} is {other}", **names)
        if alias.verdict is Verdict.SAME
        else t("{one} is not {other}", **names)
    )
    return Row(
        text,
        t("said by {who}, {when}", who=made.by, when=Moment(made.made_ms, zone)),
        buttons=(Button(t("Undo"), "songs.undo", {"alias": str(alias.id)}),),
    )


def _counted_as_one(song: Song) -> Row:
    n = len(song.versions)
    return Row(
        t("{song}", song=song.label),
        tn("{n} version", "{n} versions", n),
        buttons=(Button(t("Versions"), "songs.versions", {"track": str(song.versions[0].id)}),),
    )


def _versions(song: Song) -> Card:
    first, *others = song.versions
    rows = [_version(first, None), *(_version(it, first) for it in others[: OFFERED - 1])]
    return Card(
        t("{song}", song=song.label),
        (
            Listing(
                tuple(rows),
                tn("{n} track counts as this song", "{n} tracks count as this song", len(song.versions)),
            ),
        ),
        footer=t("Of the last {n} days, most played first.", n=DAYS),
    )


def _version(track: Track, main: Track | None) -> Row:
    told = details(track)
    return Row(
        t("{song}", song=song_name(track)),
        t("{details}", details=told) if told else None,
        buttons=()
        if main is None
        else (Button(t("Not this song"), "songs.part", {"track": str(track.id), "other": str(main.id)}),),
    )
