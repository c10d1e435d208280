"""A group's own posts: when they come, what they look like, what they would say now; for its admins to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.chat import (
    Button,
    Card,
    Choice,
    Cog,
    Context,
    Fields,
    Form,
    FormField,
    Lines,
    action,
    command,
    submitted,
)
from bot.chat.asker import asker
from bot.chat.places import where
from bot.chat.posting import DrawPost
from bot.chat.recap_pictures import GROUNDS, LAYOUTS, wish, wished
from bot.core import calendar, schedule
from bot.core.consent import Audience
from bot.core.model import Group, Member, PeriodKind
from bot.core.pictures import Theme
from bot.core.recap import words
from bot.core.recap.sections import HEADINGS
from bot.core.schedule import WEEKDAY_NAMES, Schedule
from bot.errors import BadOption, NotAllowed, UserError
from bot.ports import Clock, Delivery, Stage, Weekly, Why
from bot.services.people import People
from bot.services.posting import Posting
from bot.services.weekly import Standing, Weeklies
from bot.text import Moment, Text, joined, t

KINDS = {
    PeriodKind.WEEK: t("Weeks"),
    PeriodKind.MONTH: t("Months"),
    PeriodKind.QUARTER: t("Quarters"),
    PeriodKind.YEAR: t("Years"),
}
LANGUAGES = {"en": t("English"), "de": t("German"), "es": t("Spanish")}


class WeeklyPosts(Cog):
    """When and how a group's posts come. Everybody may look; admins change it."""

    def __init__(
        self, people: People, weeklies: Weeklies, posting: Posting, draw: DrawPost, clock: Clock
    ) -> None:
        self.people = people
        self.weeklies = weeklies
        self.posting = posting
        self.draw = draw
        self.clock = clock

    @command(
        "This group's own post: when it comes and what it looks like; preview, post now, skip, pause",
        private=True,
    )
    async def weekly(self, ctx: Context) -> Card:
        """How things stand, with what an admin can do."""
        group, _ = await self._here(ctx)
        return await self._standing(ctx, group)

    @action("weekly.on", private=True)
    async def switch_on(self, ctx: Context) -> Card:
        """Begin, or go on after a pause."""
        return await self._switched(ctx, on=True)

    @action("weekly.pause", private=True)
    async def pause(self, ctx: Context) -> Card:
        """No posts until it is switched on again."""
        return await self._switched(ctx, on=False)

    @action("weekly.when", private=True)
    async def when(self, ctx: Context) -> Form:
        """Ask for day, hour, zone and kinds."""
        group, _ = await self._admin(ctx)
        wanted = (await self.weeklies.standing(group)).weekly.schedule
        days = tuple(Choice(str(n), name) for n, name in enumerate(WEEKDAY_NAMES))
        kinds = tuple(Choice(kind.value, name) for kind, name in KINDS.items())
        return Form(
            t("When shall I post?"),
            (
                FormField("day", t("Day for weeks"), value=str(wanted.weekday), choices=days),
                FormField("time", t("Time"), t("Like 18:00"), f"{wanted.hour:02d}:{wanted.minute:02d}", most=5),
                FormField("zone", t("Time zone"), t("Like Europe/Berlin"), wanted.zone, most=60),
                FormField("kinds", t("About"), t("Others come on the first day after, at the same time"),
                          ",".join(kind.value for kind in KINDS if kind in wanted.kinds), choices=kinds, many=True),
            ),
            "weekly.moved",
        )  # fmt: skip

    @submitted("weekly.moved")
    async def moved(self, ctx: Context, day: str, time: str, zone: str, kinds: str) -> Card:
        """Post at another time."""
        group, admin = await self._admin(ctx)
        before = (await self.weeklies.standing(group)).weekly.schedule
        hour, minute = _time(time)
        name = zone.strip()
        calendar.zone_of(name)
        wanted = Schedule(
            name, int(day), hour, minute, before.settle_h,
            frozenset(PeriodKind(it) for it in kinds.split(",") if it),
        )  # fmt: skip
        await self.weeklies.move(group, admin, wanted)
        return await self._standing(ctx, replace(group, zone=name), t("Changed."))

    @action("weekly.look", private=True)
    async def look(self, ctx: Context) -> Form:
        """Ask for picture, sections and language."""
        group, _ = await self._admin(ctx)
        weekly = (await self.weeklies.standing(group)).weekly
        layout, theme = wished(weekly.layout)
        return Form(
            t("What shall it look like?"),
            (
                FormField("layout", t("Picture"), value=layout or "any",
                          choices=tuple(Choice(it or "any", name) for it, name in LAYOUTS.items())),
                FormField("ground", t("Its ground"), value=theme.value,
                          choices=tuple(Choice(it.value, name) for it, name in GROUNDS.items())),
                FormField("left_out", t("Leave out"), value=",".join(sorted(weekly.left_out)), required=False,
                          many=True, choices=tuple(Choice(it.value, name) for it, name in HEADINGS.items())),
                FormField("language", t("Language"), value=weekly.language,
                          choices=tuple(Choice(it, name) for it, name in LANGUAGES.items())),
            ),
            "weekly.looks",
        )  # fmt: skip

    @submitted("weekly.looks")
    async def looks(
        self, ctx: Context, layout: str, language: str, ground: str = Theme.LIGHT.value, left_out: str = ""
    ) -> Card:
        """Another look from the next post on."""
        group, admin = await self._admin(ctx)
        chosen = "" if layout == "any" else layout
        without = frozenset(it for it in left_out.split(",") if it)
        known = chosen in LAYOUTS and language in LANGUAGES and ground in {it.value for it in Theme}
        if not known or not without <= {it.value for it in HEADINGS}:
            raise BadOption(t("That is none of the choices."))
        await self.weeklies.look(group, admin, wish(chosen, Theme(ground)), without, language)
        return await self._standing(ctx, group, t("Changed."))

    @action("weekly.skip", private=True)
    async def skip(self, ctx: Context, key: str = "") -> Card:
        """Leave the next one out, or (without a key) let it come after all."""
        group, admin = await self._admin(ctx)
        await self.weeklies.skip(group, admin, key)
        return await self._standing(ctx, group, t("It is skipped.") if key else t("It comes."))

    @action("weekly.now", private=True)
    async def post_now(self, ctx: Context) -> Card:
        """Post the last closed week where it was not posted yet."""
        group, admin = await self._admin(ctx)
        made = await self.weeklies.post_now(group, admin)
        there = [it for it in made if it.stage is Stage.SENT]
        if len(there) == len(made):
            done = t("{period} is posted already.", period=words.period_name(made[0].period))
        else:
            done = t("{period} goes out within a minute.", period=words.period_name(made[0].period))
        return await self._standing(ctx, group, done)

    @action("weekly.preview", private=True)
    async def preview(self, ctx: Context) -> Card:
        """What the post about the last closed week would be in this room; kept nowhere and posted nowhere."""
        group, _ = await self._admin(ctx)
        weekly = (await self.weeklies.standing(group)).weekly
        room = ctx.place.room
        assert room is not None
        await ctx.progress(t("Counting …"))
        period = schedule.last_closed(PeriodKind.WEEK, group.zone, self.clock.now_ms())
        told = await self.posting.counted(Audience(group, frozenset({room})), period)
        card = await self.draw(told, weekly, ())
        return replace(card, buttons=(), shows=None)

    async def _switched(self, ctx: Context, *, on: bool) -> Card:
        group, admin = await self._admin(ctx)
        await self.weeklies.switch(group, admin, on=on)
        return await self._standing(ctx, group, t("Switched on.") if on else t("Paused."))

    async def _here(self, ctx: Context) -> tuple[Group, Member]:
        """The room's group, and who asks. Raises `UserError` in a private chat."""
        if ctx.place.room is None:
            raise UserError(t("That is about a group: please say /weekly in one of its rooms."))
        member = await asker(self.people, ctx)
        return (await self.people.audience(ctx.place, member)).group, member

    async def _admin(self, ctx: Context) -> tuple[Group, Member]:
        """The same for who may change it. Raises `NotAllowed` for others."""
        if ctx.place.room is not None and not ctx.person.admin:
            raise NotAllowed(t("The group's posts are for admins of this room to change; ask one of them."))
        return await self._here(ctx)

    async def _standing(self, ctx: Context, group: Group, done: Text | None = None) -> Card:
        standing = await self.weeklies.standing(group)
        weekly = standing.weekly
        pairs: tuple[tuple[Text, Text], ...] = (
            (t("Next"), _next(standing)),
            (t("Rooms"), joined([where(it) for it in standing.rooms], ", ")),
            (t("Weeks come"), _weekly_at(weekly)),
            (t("About"), _listed([name for kind, name in KINDS.items() if kind in weekly.schedule.kinds])),
            (t("Picture"), LAYOUTS[wished(weekly.layout)[0]]),
            (t("Language"), LANGUAGES.get(weekly.language, LANGUAGES["en"])),
        )
        left_out = [name for section, name in HEADINGS.items() if section.value in weekly.left_out]
        if left_out:
            pairs = (*pairs, (t("Left out"), _listed(left_out)))
        blocks = [
            Lines((done,)) if done is not None else None,
            Fields(pairs),
            Lines(tuple(_became(it, standing) for it in standing.last), t("The last week"))
            if standing.last
            else None,
        ]
        return Card(
            t("The post of {group}", group=group.name),
            tuple(it for it in blocks if it is not None),
            _buttons(standing) if ctx.person.admin else (),
            t("A member is in a post only after they have seen their part of it and said that it is fine."),
            replaces=done is not None,
        )


def undelivered(why: Text) -> Card:
    """What who looks after a group's posts is told when one could not be posted."""
    return Card(
        t("A post did not go out"), (Lines((why,)),), footer=t("/weekly in the room shows how things stand.")
    )


def _buttons(standing: Standing) -> tuple[Button, ...]:
    weekly, coming = standing.weekly, standing.coming
    main = (
        Button(t("Pause"), "weekly.pause")
        if weekly.active
        else Button(t("Switch on"), "weekly.on", strong=True)
    )
    skipping: tuple[Button, ...] = ()
    if coming is not None:
        skipping = (
            (Button(t("Do not skip it"), "weekly.skip"),)
            if weekly.skipped == coming.key
            else (Button(t("Skip the next one"), "weekly.skip", {"key": coming.key}),)
        )
    return (
        main,
        Button(t("Preview"), "weekly.preview"),
        Button(t("Post now"), "weekly.now"),
        *skipping,
        Button(t("Change the time"), "weekly.when"),
        Button(t("Change the look"), "weekly.look"),
    )


def _next(standing: Standing) -> Text:
    coming = standing.coming
    if coming is None:
        return t("none; I post when an admin switches it on") if not standing.weekly.active else t("none")
    at = Moment(coming.at_ms, standing.weekly.schedule.zone)
    if standing.weekly.skipped == coming.key:
        return t("{period} is skipped ({at})", period=words.period_name(coming.period), at=at)
    return t("{period}, {at}", period=words.period_name(coming.period), at=at)


def _weekly_at(weekly: Weekly) -> Text:
    wanted = weekly.schedule
    return t(
        "{day} at {time} ({zone})",
        day=WEEKDAY_NAMES[wanted.weekday],
        time=f"{wanted.hour:02d}:{wanted.minute:02d}",
        zone=wanted.zone,
    )


def _listed(names: Sequence[Text]) -> Text:
    return joined(names, ", ") if names else t("nothing")


def _became(it: Delivery, standing: Standing) -> Text:
    """What became of a post in a room."""
    room = next((where(room) for room in standing.rooms if room.ref == it.room), t("a room of before"))
    if it.stage is Stage.SENT:
        at = Moment(it.posted_ms, standing.weekly.schedule.zone)
        return t("{room}: posted {at} (number {recap})", room=room, at=at, recap=it.recap_id)
    return t("{room}: {why}", room=room, why=_WHY.get(it.why, t("on its way")))


_WHY = {
    Why.LATE: t("skipped, I was not running then"),
    Why.ASKED: t("skipped, as an admin wished"),
    Why.QUIET: t("left out, there was nothing to tell"),
    Why.LOST: t("not possible, the room is closed to me"),
    Why.UNSURE: t("given up, I could not see whether it arrived"),
}


def _time(typed: str) -> tuple[int, int]:
    hour, colon, minute = typed.strip().partition(":")
    if not (hour.isdecimal() and int(hour) < 24 and (not colon or (minute.isdecimal() and int(minute) < 60))):
        raise BadOption(t("“{typed}” is no time of a day; write it like 18:00.", typed=typed[:20]), "time")
    return int(hour), int(minute or 0)
