"""Stories: the words behind a song. A member tells them, asked or not, changes them and takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.chat import (
    Button,
    Card,
    Choice,
    Cog,
    Context,
    Form,
    FormField,
    Lines,
    Listing,
    Opt,
    Row,
    action,
    command,
    submitted,
)
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.chat.features import number
from bot.chat.stories import TELL, question
from bot.core import stories as words_of
from bot.core.model import Group, GroupId, Member, TrackId
from bot.core.recap import words
from bot.core.recap.model import Ranked
from bot.core.stories import MOST_LETTERS, State, Story
from bot.errors import BadOption
from bot.services.choices import matching
from bot.services.people import People
from bot.services.stories import Mine, Stories
from bot.text import Text, joined, t

SHOWN = 20
SUGGESTED = 25
_CHANGING = t("Changing what I posted …")
_ASKED = {True: Button(t("Never ask me"), "story.never_me"), False: Button(t("Ask me again"), "story.ask_me")}


class StoryTelling(Cog):
    """A member's own words."""

    def __init__(self, people: People, stories: Stories) -> None:
        self.people = people
        self.stories = stories

    async def songs(self, ctx: Context, typed: str) -> Sequence[str]:
        """Songs of the member's last seven days."""
        played = await self.stories.songs(await asker(self.people, ctx))
        return matching([str(words.song(it)) for it in played], typed, SUGGESTED)

    @command("Tell the words behind a song of yours, change them, take them back", private=True)
    async def story(
        self,
        ctx: Context,
        song: Annotated[str, Opt("A song of your last seven days to tell of", most=400, suggest=songs)] = "",
    ) -> Card | Form:
        """All of the member's stories, or a form for one about a song."""
        member = await asker(self.people, ctx)
        if not song:
            return await self._panel(member)
        played = await self.stories.songs(member)
        named = next((it for it in played if str(words.song(it)).casefold() == song.strip().casefold()), None)
        if named is None:
            raise BadOption(
                t("I know no play of yours of “{song}” in the last seven days.", song=song[:80]), "song"
            )
        return self._about([named], await self.stories.groups(member), ctx)

    @action("story.panel", private=True)
    async def panel(self, ctx: Context) -> Card:
        """The same from a button."""
        return await self._panel(await asker(self.people, ctx))

    @action("story.tell", private=True)
    async def tell(self, ctx: Context) -> Card | Form:
        """A form for a story about any song of the week."""
        member = await asker(self.people, ctx)
        groups = await self.stories.groups(member)
        if not groups:
            return _not_yet()
        played = await self.stories.songs(member)
        if not played:
            return Card(t("I know no play of yours of the last seven days that has a name."))
        return self._about(played, groups, ctx)

    @submitted("story.told_of")
    async def told_of(self, ctx: Context, which: str, words: str, groups: str | None = None) -> Card:
        """Words that nobody asked for."""
        member = await asker(self.people, ctx)
        await ctx.progress(_CHANGING)
        return _told(
            await self.stories.tell_of(member, TrackId(number(which)), words, _chosen(groups)), member
        )

    @action("story.say", private=True)
    async def say(self, ctx: Context, story: str) -> Card | Form:
        """A form for the words, with those that are there."""
        member = await asker(self.people, ctx)
        groups = await self.stories.groups(member)
        if not groups:
            return _not_yet()
        it = await self.stories.story(member, number(story))
        chosen = [group.id for group in groups if group.id in it.groups] or _usual(groups, ctx)
        return Form(
            words_of.song_of(it.occasion),
            (_words_field(it.words), *_groups_field(groups, chosen)),
            submit="story.told",
            args={"story": story},
            button=t("Say it"),
        )

    @submitted("story.told")
    async def told(self, ctx: Context, story: str, words: str, groups: str | None = None) -> Card:
        """The words of a story."""
        member = await asker(self.people, ctx)
        await ctx.progress(_CHANGING)
        return _told(await self.stories.tell(member, number(story), words, _chosen(groups)), member)

    @action("story.keep", private=True)
    async def keep(self, ctx: Context, story: str) -> Card:
        """It stays with the member."""
        await self._answer(ctx, story, State.KEPT)
        return Card(t("It stays with you."), footer=t("I will not ask about that song again."), replaces=True)

    @action("story.skip", private=True)
    async def skip(self, ctx: Context, story: str) -> Card:
        """Not this one."""
        await self._answer(ctx, story, State.SKIPPED)
        return Card(t("Skipped."), footer=t("I will not ask about that song again."), replaces=True)

    @action("story.never", private=True)
    async def never(self, ctx: Context, story: str) -> Card:
        """Nothing about this artist any more."""
        it = await self._answer(ctx, story, State.NEVER)
        return Card(
            t("I will ask about nothing of {artist} again.", artist=it.occasion.artist), replaces=True
        )

    @action("story.withdraw", private=True)
    async def withdraw(self, ctx: Context, story: str) -> Card:
        """The words are gone, here and from what was posted."""
        await ctx.progress(_CHANGING)
        it = await self._answer(ctx, story, State.WITHDRAWN)
        return Card(
            t("Taken back: your words on {song} are deleted.", song=words_of.song_of(it.occasion)),
            (Lines((t("What I posted with them is changed where it stands."),)),),
            (Button(t("Your stories"), "story.panel"),),
            replaces=True,
        )

    @action("story.never_me", private=True)
    async def never_me(self, ctx: Context, story: str = "") -> Card:
        """No questions any more."""
        await self.stories.want_to_be_asked(await asker(self.people, ctx), wanted=False)
        if story:
            await self._answer(ctx, story, State.SKIPPED)
        return Card(
            t("I will not ask you any more."),
            buttons=(_ASKED[False],),
            footer=t("/story is there whenever you want to tell something."),
            replaces=True,
        )

    @action("story.ask_me", private=True)
    async def ask_me(self, ctx: Context) -> Card:
        """Questions again."""
        await self.stories.want_to_be_asked(await asker(self.people, ctx), wanted=True)
        return Card(
            t("I will ask you now and then, once a week at most."), buttons=(_ASKED[True],), replaces=True
        )

    async def _answer(self, ctx: Context, story: str, state: State) -> Story:
        return await self.stories.answer(await asker(self.people, ctx), number(story), state)

    async def _panel(self, member: Member) -> Card:
        mine = await self.stories.mine(member)
        if not mine.groups:
            return _not_yet(mine)
        waiting = [it for it in mine.stories if it.state is State.ASKED][:1]
        blocks = _all(mine)
        if waiting:
            asked = question(waiting[0], member)
            blocks.insert(0, Lines((asked.title,), t("I asked you")))
        return Card(
            t("Your stories"),
            tuple(blocks),
            (
                *(
                    [Button(t("Say it"), "story.say", {"story": str(waiting[0].id)}, strong=True)]
                    if waiting
                    else []
                ),
                TELL,
                _ASKED[mine.asked],
            ),
            t("Only you see this card. {groups} can read your words.", groups=_named(mine.groups)),
        )

    def _about(self, played: Sequence[Ranked], groups: Sequence[Group], ctx: Context) -> Form:
        if not groups:
            raise BadOption(
                t("None of your groups may read words of yours yet. /join asks you for that."), "song"
            )
        choices = tuple(Choice(str(it.track_ids[0]), words.song(it)) for it in played[:SUGGESTED])
        return Form(
            t("Tell a story"),
            (
                FormField("which", t("Which song"), value=choices[0].value, choices=choices),
                _words_field(),
                *_groups_field(groups, _usual(groups, ctx)),
            ),
            submit="story.told_of",
            button=t("Say it"),
        )


def _not_yet(mine: Mine | None = None) -> Card:
    """Nobody may read words of the member's; what is theirs is shown all the same."""
    return Card(
        t("None of your groups may read words of yours yet"),
        (Lines((t("In a group's room, /join asks whether it may. Nothing is asked or quoted before."),)),
         *(_all(mine) if mine is not None else ())),
        (Button(t("Change what they see"), "/join"),),
    )  # fmt: skip


def _all(mine: Mine) -> list[Block]:
    """The stories that have words."""
    told = [it for it in mine.stories if it.state is State.TOLD]
    names = {it.id: it.name for it in mine.groups}
    if not told:
        return [Lines((t("You have told none yet."),))]
    rows = tuple(_row(it, names) for it in told[:SHOWN])
    more = [Lines((t("… and {n} older ones", n=len(told) - SHOWN),))] if len(told) > SHOWN else []
    return [Listing(rows), *more]


def _row(it: Story, names: dict[GroupId, str]) -> Row:
    about = {"story": str(it.id)}
    there = [t("{name}", name=names[group]) for group in sorted(it.groups) if group in names]
    return Row(
        t("“{words}”", words=_on_one_line(it)),
        t(
            "on {song}, for {groups}",
            song=words_of.song_of(it.occasion),
            groups=joined(there, ", ") if there else t("nobody just now"),
        ),
        buttons=(
            Button(t("Change the words"), "story.say", about),
            Button(t("Take back"), "story.withdraw", about),
        ),
    )


def _told(it: Story, member: Member) -> Card:
    return Card(
        t("Told: “{words}”", words=_on_one_line(it)),
        (
            Lines(
                (
                    t("It stands beside {song}.", song=words_of.song_of(it.occasion)),
                    t("What I posted of that time is changed where it stands, and the next post has it."),
                )
            ),
        ),
        (
            Button(t("Change the words"), "story.say", {"story": str(it.id)}),
            Button(t("Take back"), "story.withdraw", {"story": str(it.id)}),
        ),
    )


def _on_one_line(it: Story) -> str:
    return " / ".join(words_of.lines(it.words))


def _words_field(value: str = "") -> FormField:
    return FormField(
        "words",
        t("Your words"),
        t("They are shown as they are, with your name; {most} characters at most.", most=MOST_LETTERS),
        value=value,
        long=True,
        most=MOST_LETTERS,
    )


def _groups_field(groups: Sequence[Group], chosen: Sequence[GroupId]) -> tuple[FormField, ...]:
    """For whom; where there is one group, nothing is asked."""
    if len(groups) == 1:
        return ()
    return (
        FormField(
            "groups",
            t("Who may read it"),
            value=",".join(map(str, chosen)),
            choices=tuple(Choice(str(it.id), t("{name}", name=it.name)) for it in groups),
            many=True,
        ),
    )


def _usual(groups: Sequence[Group], ctx: Context) -> Sequence[GroupId]:
    """The group that was chosen, else all."""
    return [it.id for it in groups if it.id == ctx.place.group] or [it.id for it in groups]


def _chosen(typed: str | None) -> list[GroupId] | None:
    return None if typed is None else [GroupId(number(it)) for it in typed.split(",") if it]


def _named(groups: Sequence[Group]) -> Text:
    return joined([t("{name}", name=it.name) for it in groups], ", ")
