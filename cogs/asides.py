"""Setting plays aside: an artist, a song, some hours; and letting them count again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.chat import Button, Card, Choice, Cog, Context, Form, FormField, Lines, action, submitted
from bot.chat.asker import asker
from bot.chat.features import number
from bot.chat.privacy import MARKS, PANEL, aside_name, count_again, plays_out
from bot.core import spans
from bot.core.calendar import at_local, local_day
from bot.core.choices import Mark, Whole
from bot.core.model import Member, Track
from bot.errors import BadOption, NotFound
from bot.ports import Clock
from bot.services.choices import DAYS, Choosing, Taken, song_name
from bot.services.people import People
from bot.text import Text, t

OFFERED = 25


class Asides(Cog):
    """What is kept, and not counted."""

    def __init__(self, people: People, choosing: Choosing, clock: Clock) -> None:
        self.people = people
        self.choosing = choosing
        self.clock = clock

    async def named(self, ctx: Context, artist: str, song: str, mark: Mark) -> Card:
        """Set aside what was typed: a song, else an artist. Asks where it is not clear which."""
        member = await asker(self.people, ctx)
        return await (self._song(member, song, mark) if song else self._artist(member, artist, mark))

    async def _artist(self, member: Member, name: str, mark: Mark) -> Card:
        near = await self.choosing.artists_instead(member, name)
        if near is None:
            return _done(await self.choosing.artist_out(member, name, mark), member)
        anyway = Button(t("Leave “{name}” out anyway", name=name), "aside.artist.anyway",
                        {"name": name, "mark": mark.value})  # fmt: skip
        return Card(
            t("Which artist?"),
            (Lines((t("No play of your last {days} days names “{name}”. Nothing is left out yet.",
                      days=DAYS, name=name),)),),
            (*_instead("aside.artist.out", near, [it.artist for it in near], mark), anyway, PANEL),
        )  # fmt: skip

    async def _song(self, member: Member, name: str, mark: Mark) -> Card:
        near = await self.choosing.songs_instead(member, name)
        if not near:
            return _done(await self.choosing.song_out(member, name, mark), member)
        return Card(
            t("Which song?"),
            (Lines((t("“{name}” is not the name of one song of yours alone. Nothing is left out yet.",
                      name=name),)),),
            (*_instead("aside.song.out", near, [song_name(it) for it in near], mark), PANEL),
        )  # fmt: skip

    @action("aside.artist", private=True)
    async def artist(self, ctx: Context) -> Form:
        """Which artist, and why."""
        tracks = await self.choosing.artists(await asker(self.people, ctx))
        return Form(
            t("Leave an artist out"),
            (
                *_offered(tracks, [it.artist for it in tracks], t("One you play"), required=False),
                FormField("name", t("Or a name"), required=not tracks, most=200),
                _mark_field(Mark.HIDDEN),
            ),
            submit="aside.artist.out",
            button=t("Leave out"),
        )

    @submitted("aside.artist.out")
    async def artist_out(self, ctx: Context, which: str = "", name: str = "", mark: str = "") -> Card:
        """Set the artist aside; a typed name goes first."""
        member = await asker(self.people, ctx)
        if name.strip() or not which:
            return await self._artist(member, name, _mark(mark))
        name = _track(await self.choosing.artists(member), which).artist
        return _done(await self.choosing.artist_out(member, name, _mark(mark)), member)

    @action("aside.artist.anyway", private=True)
    async def artist_anyway(self, ctx: Context, name: str, mark: str) -> Card:
        """Set an artist aside whom no play names: what comes is left out."""
        member = await asker(self.people, ctx)
        return _done(await self.choosing.artist_out(member, name, _mark(mark)), member)

    @action("aside.song", private=True)
    async def song(self, ctx: Context) -> Card | Form:
        """Which song, and why."""
        tracks = await self.choosing.songs(await asker(self.people, ctx))
        if not tracks:
            return Card(t("I know no play of yours of the last {n} days.", n=DAYS))
        names = [song_name(it) for it in tracks]
        return Form(
            t("Leave a song out"),
            (
                *_offered(
                    tracks, names, t("One you play"), t("Any other one: /privacy song:…"), required=True
                ),
                _mark_field(Mark.HIDDEN),
            ),
            submit="aside.song.out",
            button=t("Leave out"),
        )

    @submitted("aside.song.out")
    async def song_out(self, ctx: Context, which: str = "", mark: str = "") -> Card:
        """Set the song aside."""
        member = await asker(self.people, ctx)
        name = song_name(_track(await self.choosing.songs(member), which))
        return _done(await self.choosing.song_out(member, name, _mark(mark)), member)

    @action("aside.time", private=True)
    async def time(self, ctx: Context) -> Form:
        """From when until when; last night is offered."""
        member = await asker(self.people, ctx)
        today = local_day(self.clock.now_ms(), member.zone)
        since = at_local(today - timedelta(days=1), 23, 0, member.zone)
        until = at_local(today, 7, 0, member.zone)
        on_clock = t("On your own clock ({zone}).", zone=member.zone)
        return Form(
            t("Leave some hours out"),
            (
                FormField("since", t("From"), on_clock, spans.typed(since, member.zone), most=40),
                FormField("until", t("Until"), on_clock, spans.typed(until, member.zone), most=40),
                _mark_field(Mark.SLEEP),
            ),
            submit="aside.time.out",
            button=t("Leave out"),
        )

    @submitted("aside.time.out")
    async def time_out(self, ctx: Context, since: str = "", until: str = "", mark: str = "") -> Card:
        """Set the hours aside."""
        member = await asker(self.people, ctx)
        span = spans.span_between(since, until, member.zone)
        return _done(await self.choosing.time_out(member, span, _mark(mark)), member)

    @action("aside.back", private=True)
    async def back(self, ctx: Context, aside: str) -> Card:
        """Let it count again."""
        if not await self.choosing.take_back(await asker(self.people, ctx), number(aside)):
            raise NotFound(t("That is not set aside (any more)."))
        return Card(
            t("It counts again."),
            (Lines((t("New posts and numbers use these plays as all others."),)),),
            (PANEL,),
            replaces=True,
        )


def _done(taken: Taken, member: Member) -> Card:
    it = taken.aside
    return Card(
        t("Left out: {name}", name=aside_name(it, member.zone)),
        (
            Lines(
                (
                    t("It is {mark}.", mark=MARKS[it.mark]),
                    t("That takes out {plays}.", plays=plays_out(taken))
                    if it.whole is Whole.TIME
                    else t("That takes out {plays}, and all that come.", plays=plays_out(taken)),
                    t(
                        "New posts and numbers do without them. Older posts stay as they were said until you say so."
                    ),
                )
            ),
        ),
        (count_again(it), Button(t("Count old posts again"), "posts.count_again"), PANEL),
    )


def _instead(action: str, tracks: Sequence[Track], names: Sequence[str], mark: Mark) -> tuple[Button, ...]:
    """A button for each that may be meant."""
    return tuple(
        Button(t("{name}", name=name), action, {"which": str(track.id), "mark": mark.value})
        for track, name in zip(tracks, names, strict=True)
    )


def _offered(
    tracks: Sequence[Track], names: Sequence[str], label: Text, about: Text | None = None, *, required: bool
) -> tuple[FormField, ...]:
    """A choice of those played most; none where nothing was played."""
    choices = tuple(
        Choice(str(track.id), t("{name}", name=name))
        for track, name in zip(tracks[:OFFERED], names, strict=False)
    )
    return (FormField("which", label, about, choices=choices, required=required),) if choices else ()


def _mark_field(chosen: Mark) -> FormField:
    return FormField(
        "mark",
        t("Why"),
        value=chosen.value,
        choices=tuple(Choice(mark.value, words) for mark, words in MARKS.items()),
    )


def _mark(typed: str) -> Mark:
    if typed not in set(Mark):
        raise BadOption(t("Choose why it is left out."), "mark")
    return Mark(typed)


def _track(tracks: Sequence[Track], number: str) -> Track:
    found = next((track for track in tracks if str(track.id) == number), None)
    if found is None:
        raise BadOption(t("That is not among what you play (any more)."), "which")
    return found
