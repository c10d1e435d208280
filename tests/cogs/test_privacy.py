"""The consent panel as a member uses it: what is left out, a pause, forgotten days, what the others would read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Button, Card, Context, Form, Person
from bot.chat.cards import Fields, Lines, Listing, Picture
from bot.chat.features import Features
from bot.core.calendar import When, period_of
from bot.core.choices import Mark
from bot.core.consent import Feature
from bot.core.model import Identity, MemberId, NewPlay, Period, Place, RawTrack, RoomRef, Source, Span
from bot.errors import BadOption, NotFound, UserError
from bot.services.choices import Choosing
from bot.services.panel import Panels
from bot.services.people import People
from bot.services.recap import Recaps
from bot.text import t
from cogs.asides import Asides
from cogs.consent import Consent
from cogs.forgetting import Forgetting
from cogs.privacy import Privacy
from cogs.prove import Prove
from cogs.wrapped import Wrapped
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.recap_cards import Easel, recap_cards

ROOM, OTHER = RoomRef("lounge", "", "music-club"), RoomRef("lounge", "", "work")
HOUR, DAY = 3_600_000, 86_400_000
BLUR, HALO, RAIN = (
    RawTrack("spotify:track:1", "Girls & Boys", "Blur", "Parklife", 200_000),
    RawTrack("spotify:track:2", "Halo", "Beyoncé", "Sasha", 200_000),
    RawTrack("spotify:track:3", "Rain", "Sleepers", "Noise", 200_000),
)


async def take_along(ctx: Context) -> Card:
    """What another feature does."""
    return Card(t("Take everything along"))


class House:
    """Ana is in a group with Ben, and in one at work. Monday is the first day of last week, in UTC."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.people = People(self.store, self.store, self.clock, "UTC")
        self.recaps = Recaps(
            self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance()
        )
        choosing = Choosing(self.store, self.store, self.clock)
        self.cards = recap_cards(self.store, Easel(), self.clock)
        self.wrapped = Wrapped(self.people, self.recaps, self.cards, self.store, self.clock)
        asides = Asides(self.people, choosing, self.clock)
        forgetting = Forgetting(self.people, choosing, self.clock)
        self.privacy = Privacy(
            self.people, Panels(*[self.store] * 6, self.clock), choosing, self.recaps, self.clock,
            asides.named, forgetting.pause, take_along, self.cards.shown,
        )  # fmt: skip
        consent = Consent(self.people, self.store, self.store, self.clock)
        self.cogs = [self.privacy, asides, forgetting, consent, self.wrapped,
                     Prove(self.people, self.recaps, self.clock)]  # fmt: skip
        self.features = Features(self.cogs)

    async def settle(self) -> House:
        now = datetime.fromtimestamp(self.clock.now / 1000, UTC)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.monday = int((today - timedelta(days=now.weekday() + 7)).timestamp() * 1000)
        self.club = await self.store.open_room(ROOM, "music-club", "UTC")
        self.work = await self.store.open_room(OTHER, "work", "UTC")
        self.ana, self.ben = [
            await self.people.member(Identity("lounge", name), name, "UTC") for name in ("Ana", "Ben")
        ]
        for member in (self.ana, self.ben):
            await self.store.join(self.club.id, member.id, [Feature.RECAP], [ROOM], 1)
        await self.store.join(self.work.id, self.ana.id, [Feature.PLAYLISTS], [OTHER], 1)
        await self.plays(self.ana.id, 10, BLUR, BLUR, HALO)
        await self.plays(self.ana.id, 25, RAIN)  # Tuesday at one
        await self.plays(self.ben.id, 12, HALO)
        return self

    async def plays(self, member_id: MemberId, hour: int, *tracks: RawTrack) -> None:
        """Five minutes apart, from this hour of last week on."""
        link = await self.store.export_link(member_id, Source.EXTENDED)
        at = self.monday + hour * HOUR
        rows = [NewPlay(at + n * 300_000, track, 200_000) for n, track in enumerate(tracks)]
        await self.store.record(link.id, rows)
        await self.store.cover(link.id, [Span(self.monday, self.monday + 7 * DAY)])

    async def use(
        self, name: str, /, who: str = "Ana", room: RoomRef | None = ROOM, **args: str
    ) -> Card | Form:
        async def nobody(words: str) -> Person | None:
            return None

        call = await self.features.call(name, args, nobody)
        assert call.private
        return await call.run(Context(Person(Identity("lounge", who), who, "UTC"), Place(room), "request"))

    async def card(self, name: str, /, who: str = "Ana", room: RoomRef | None = ROOM, **args: str) -> Card:
        said = await self.use(name, who, room, **args)
        assert isinstance(said, Card)
        return said

    async def form(self, name: str, /, **args: str) -> Form:
        said = await self.use(name, **args)
        assert isinstance(said, Form)
        return said

    async def group_plays(self) -> dict[str, int]:
        """What the club's recap of last week says of each member."""
        ctx = Context(Person(Identity("lounge", "Ben"), "Ben", "UTC"), Place(ROOM), "request")
        audience = await self.people.audience(ctx.place, self.ben)
        told = await self.recaps.of_group(audience, self.week())
        return {part.member.name: part.plays for part in told.recap.members}

    async def own_plays(self) -> int:
        return (await self.recaps.of_member(self.ana, self.week())).recap.plays

    def week(self) -> Period:
        return period_of(When.WEEK, self.clock.now, "UTC")


@pytest.fixture
async def house() -> House:
    return await House().settle()


def words(card: Card) -> str:
    """Everything a card says, as it is read."""
    said = [card.title, card.footer or ""]
    for block in card.blocks:
        match block:
            case Lines(lines, heading):
                said += [heading or "", *lines]
            case Fields(pairs, heading):
                said += [heading or "", *(it for pair in pairs for it in pair)]
            case Listing(rows, heading):
                said += [heading or "", *(it or "" for row in rows for it in (row.text, row.note))]
            case Picture(data, alt):
                said += [data.decode(), alt]
            case _:
                raise AssertionError(block)
    return "\n".join(map(str, said))


def presses(card: Card) -> dict[str, Button]:
    """Every button by its label, those of rows included."""
    rows = [row for block in card.blocks if isinstance(block, Listing) for row in block.rows]
    pressable = [*card.buttons, *(it for row in rows for it in row.buttons)]
    return {str(it.label): it for it in pressable if isinstance(it, Button)}


async def press(house: House, card: Card, label: str) -> Card:
    button = presses(card)[label]
    return await house.card(button.action, **button.args)


# --- the panel --------------------------------------------------------------------------------------------


async def test_the_panel_shows_all_that_can_be_chosen(house: House) -> None:
    card = await house.card("/privacy")
    rows = [row for block in card.blocks if isinstance(block, Listing) for row in block.rows]
    assert [(str(row.text), str(row.note)) for row in rows] == [
        ("music-club", "shows mini-Wrapped, in music-club on Lounge"),
        ("work", "shows playlists, in work on Lounge"),
    ]
    assert list(presses(card)) == [
        "Leave an artist out", "Leave a song out", "Leave some hours out", "Forget some days", "Pause",
        "Take everything along", "Delete everything", "Change", "What they see",
    ]  # fmt: skip
    named = {it.action for it in presses(card).values()}
    elsewhere = {"takeout.ask", "deletion.ask"}
    declared = {it.name for cog in house.cogs for it in cog.actions()} | {"/join"}
    assert named - declared == elsewhere
    assert words(await house.card("privacy.panel")) == words(card)


async def test_one_thing_can_be_had_at_once(house: House) -> None:
    assert str((await house.card("/privacy", what="export")).title) == "Take everything along"
    for what, action in (("delete", "deletion.ask"), ("pause", "privacy.pause.now")):
        assert action in [it.action for it in presses(await house.card("/privacy", what=what)).values()]


@pytest.mark.parametrize("what", ["pause", "export", "delete"])
async def test_two_things_at_once_are_refused(house: House, what: str) -> None:
    with pytest.raises(BadOption, match="Nothing has changed"):
        await house.card("/privacy", what=what, artist="Blur")
    assert (await house.store.choices([house.ana.id]))[house.ana.id].asides == ()


async def test_who_is_in_no_group_is_seen_by_nobody(house: House) -> None:
    assert "nobody sees anything of yours" in words(await house.card("/privacy", who="Cem"))


async def test_a_row_changes_its_own_group_wherever_it_is_pressed(house: House) -> None:
    card = await house.card("/privacy")
    rows = [row for block in card.blocks if isinstance(block, Listing) for row in block.rows]
    change = rows[1].buttons[0]
    form = await house.form(change.action, **change.args)
    assert str(form.title) == "Join work"
    await house.card(form.submit, **form.args, features="recap,playlists")
    (said,) = await house.store.memberships(house.work.id)
    assert (said.features, said.rooms) == ({"recap", "playlists"}, {OTHER})
    assert [it.features for it in await house.store.memberships(house.club.id)] == [{"recap"}, {"recap"}]


def test_everything_here_is_private() -> None:
    for cog in House().cogs[:3]:
        assert all(it.private for it in (*cog.commands(), *cog.actions()))


# --- leaving out ------------------------------------------------------------------------------------------


async def test_a_hidden_artist_counts_for_oneself_alone(house: House) -> None:
    card = await house.card("/privacy", artist=" blur ")
    assert str(card.title) == "Left out: Blur"
    assert "only you see these plays" in words(card)
    assert await house.group_plays() == {"Ana": 2, "Ben": 1}
    assert await house.own_plays() == 4
    panel = await house.card("/privacy")
    assert "Blur" in words(panel)
    back = await press(house, panel, "Count it again")
    assert back.replaces
    assert await house.group_plays() == {"Ana": 4, "Ben": 1}


async def test_how_many_plays_that_takes_out_is_said_at_once(house: House) -> None:
    card = await house.card("/privacy", artist="Blur", mark="kids")
    assert "2 plays of your last 400 days" in words(card)
    assert await house.own_plays() == 2
    assert await house.group_plays() == {"Ana": 2, "Ben": 1}


async def test_a_name_that_no_play_bears_is_asked_about(house: House) -> None:
    card = await house.card("/privacy", artist="Beyonsé", mark="kids")
    assert "No play of your last 400 days names “Beyonsé”. Nothing is left out yet." in words(card)
    assert list(presses(card)) == ["Beyoncé", "Leave “Beyonsé” out anyway", "All your choices"]
    assert (await house.store.choices([house.ana.id]))[house.ana.id].asides == ()
    meant = await press(house, card, "Beyoncé")
    assert str(meant.title) == "Left out: Beyoncé"
    assert "the children's" in words(meant)
    assert await house.group_plays() == {"Ana": 3, "Ben": 1}
    typed = await house.card("aside.artist.out", name="Nobody I Ever Played", mark="hidden")
    assert list(presses(typed)) == ["Leave “Nobody I Ever Played” out anyway", "All your choices"]
    anyway = await press(house, typed, "Leave “Nobody I Ever Played” out anyway")
    assert str(anyway.title) == "Left out: Nobody I Ever Played"
    assert "0 plays of your last 400 days" in words(anyway)


async def test_a_title_is_enough_where_one_song_has_it(house: House) -> None:
    assert str((await house.card("/privacy", song="girls and boys")).title) == "Left out: Girls & Boys — Blur"
    await house.plays(house.ana.id, 14, RawTrack("spotify:track:9", "Halo", "Depeche Mode"))
    card = await house.card("/privacy", song="halo")
    assert list(presses(card)) == ["Halo — Beyoncé", "Halo — Depeche Mode", "All your choices"]
    assert await house.group_plays() == {"Ana": 3, "Ben": 1}
    done = await press(house, card, "Halo — Depeche Mode")
    assert str(done.title) == "Left out: Halo — Depeche Mode"
    assert await house.group_plays() == {"Ana": 2, "Ben": 1}
    near = await house.card("/privacy", song="Girls & Bois")
    assert list(presses(near)) == ["Girls & Boys — Blur", "All your choices"]


async def test_a_song_is_left_out_and_its_artist_stays(house: House) -> None:
    await house.plays(house.ana.id, 14, RawTrack("spotify:track:9", "Crazy in Love", "Beyoncé"))
    card = await house.card("/privacy", song="halo — beyonce")
    assert str(card.title) == "Left out: Halo — Beyoncé"
    assert await house.group_plays() == {"Ana": 4, "Ben": 1}
    with pytest.raises(BadOption, match="no play of yours of “Hello — Adele”"):
        await house.card("/privacy", song="Hello — Adele")


async def test_names_are_suggested_from_ones_own_plays(house: House) -> None:
    ctx = Context(Person(Identity("lounge", "Ana"), "Ana", "UTC"), Place(ROOM), "request")
    assert await house.privacy.artists(ctx, "") == ["Blur", "Beyoncé", "Sleepers"]
    assert await house.privacy.artists(ctx, "BEYONCE") == ["Beyoncé"]
    assert await house.privacy.songs(ctx, "boys") == ["Girls & Boys — Blur"]
    ben = Context(Person(Identity("lounge", "Ben"), "Ben", "UTC"), Place(ROOM), "request")
    assert await house.privacy.artists(ben, "") == ["Beyoncé"]
    command = house.features.command("privacy")
    assert [it.name for it in command.options if it.suggest] == ["artist", "song"]


async def test_what_one_plays_is_offered_in_a_form(house: House) -> None:
    form = await house.form("aside.artist")
    which, name, mark = form.fields
    assert [str(it.label) for it in which.choices] == ["Blur", "Beyoncé", "Sleepers"]
    assert (which.required, name.required) == (False, False)
    assert mark.value == Mark.HIDDEN
    card = await house.card(form.submit, which=which.choices[2].value, name="", mark="sleep")
    assert str(card.title) == "Left out: Sleepers"
    typed = await house.card(form.submit, which=which.choices[2].value, name="blur", mark="hidden")
    assert str(typed.title) == "Left out: Blur"
    form = await house.form("aside.song")
    card = await house.card(form.submit, which=form.fields[0].choices[1].value, mark="hidden")
    assert str(card.title) == "Left out: Halo — Beyoncé"
    assert await house.group_plays() == {"Ana": 0, "Ben": 1}


async def test_who_played_nothing_can_still_name_an_artist(house: House) -> None:
    said = await house.use("aside.artist", who="Cem")
    assert isinstance(said, Form)
    assert [(it.name, it.required) for it in said.fields] == [("name", True), ("mark", True)]
    assert "no play of yours" in words(await house.card("aside.song", who="Cem"))


@pytest.mark.parametrize(
    ("args", "option"),
    [
        ({"which": "99999", "mark": "hidden"}, "which"),
        ({"which": "", "name": "  ", "mark": "hidden"}, "artist"),
        ({"which": "", "name": "Blur", "mark": "loud"}, "mark"),
    ],
)
async def test_a_form_that_says_nothing_sensible_changes_nothing(
    house: House, args: dict[str, str], option: str
) -> None:
    with pytest.raises(BadOption) as raised:
        await house.card("aside.artist.out", **args)
    assert raised.value.option == option
    assert (await house.store.choices([house.ana.id]))[house.ana.id].asides == ()


async def test_a_night_is_left_out(house: House) -> None:
    form = await house.form("aside.time")
    offered = [it.value for it in form.fields]
    last_night = datetime.fromtimestamp(house.clock.now / 1000, UTC) - timedelta(days=1)
    assert offered == [
        f"{last_night:%Y-%m-%d} 23:00",
        f"{last_night + timedelta(days=1):%Y-%m-%d} 07:00",
        "sleep",
    ]
    monday = datetime.fromtimestamp(house.monday / 1000, UTC)
    night = {"since": f"{monday:%Y-%m-%d} 23:00", "until": f"{monday + timedelta(days=1):%Y-%m-%d} 07:00"}
    card = await house.card(form.submit, **night, mark="sleep")
    assert "1 play of your last 400 days" in words(card)
    assert await house.own_plays() == 3
    with pytest.raises(BadOption, match="cannot read “last night”"):
        await house.card(form.submit, since="last night", until="", mark="sleep")


async def test_nobody_counts_anothers_plays_again(house: House) -> None:
    card = await house.card("/privacy", artist="Blur")
    button = presses(card)["Count it again"]
    for args in (button.args, {"aside": "x"}, {"aside": "9" * 30}):
        with pytest.raises(NotFound):
            await house.card(button.action, who="Ben", **args)
    assert await house.group_plays() == {"Ana": 2, "Ben": 1}


# --- pausing ----------------------------------------------------------------------------------------------


async def test_a_pause_says_what_it_does_before_it_does_it(house: House) -> None:
    asked = await house.card("privacy.pause")
    assert "Nothing is read and nothing of yours is shown" in words(asked)
    assert "no import brings it back" in words(asked)
    assert not await house.store.paused(house.ana.id)
    await press(house, asked, "Pause")
    assert await house.group_plays() == {"Ben": 1}
    panel = await house.card("/privacy")
    assert "Paused since" in words(panel)
    assert "Pause" not in presses(panel)
    house.clock.now += DAY
    await press(house, panel, "Go on")
    assert await house.group_plays() == {"Ana": 4, "Ben": 1}
    assert "You do not pause" in words(await house.card("privacy.resume"))
    assert "Nothing is kept of" in words(await house.card("/privacy"))


# --- forgetting -------------------------------------------------------------------------------------------


async def test_a_week_is_forgotten_after_a_question_and_does_not_come_back(house: House) -> None:
    proven = await house.recaps.of_group(await house.people.audience(Place(ROOM), house.ben), house.week())
    form = await house.form("privacy.forget")
    assert [it.value for it in form.fields[0].choices] == ["week", "this-week", "days"]
    asked = await house.card(form.submit, which="week")
    assert "4" in str(asked.blocks[0].lines[0])
    assert "no import brings it back" in words(asked)
    assert await house.own_plays() == 4
    done = await press(house, asked, "Delete for good")
    assert "4 plays were deleted." in words(done)
    assert await house.own_plays() == 0
    await house.plays(house.ana.id, 10, BLUR, BLUR, HALO)
    assert await house.group_plays() == {"Ana": 0, "Ben": 1}
    proof = await house.recaps.prove(proven.frozen.id, "plays", house.ben)
    assert str(proof.evidence.difference) == (
        "It was 5 when it was said; 4 plays went since: deleted, set aside, or told differently by an export that "
        "covers this time."
    )


async def test_days_are_forgotten_on_the_members_own_clock(house: House) -> None:
    monday = datetime.fromtimestamp(house.monday / 1000, UTC)
    asked = await house.card("privacy.forget.ask", which="days", since=f"{monday:%Y-%m-%d}", until="")
    assert "3 plays" in str(asked.blocks[0].lines[0])
    await press(house, asked, "Delete for good")
    assert await house.own_plays() == 1
    assert await house.store.unread(1) == (Span(house.monday, house.monday + DAY),)  # type: ignore[arg-type]


async def test_what_has_not_been_is_not_forgotten(house: House) -> None:
    asked = await house.card("privacy.forget.ask", which="this-week")
    assert presses(asked)["Delete for good"].args["end"] == str(house.clock.now)
    tomorrow = datetime.fromtimestamp(house.clock.now / 1000 + 86_400, UTC)
    with pytest.raises(BadOption, match="has not come yet"):
        await house.card("privacy.forget.ask", which="days", since=f"{tomorrow:%Y-%m-%d}", until="")
    for args in (
        {"start": str(house.clock.now + 5), "end": str(house.clock.now + 9)}, {"start": "9", "end": "5"},
        {"start": "x", "end": "5"}, {"start": "1", "end": "9" * 20},
    ):  # fmt: skip
        with pytest.raises(UserError):
            await house.card("privacy.forget.now", **args)
    assert (await house.store.choices([house.ana.id]))[house.ana.id].unread == ()


@pytest.mark.parametrize(("args", "option"), [
    ({"which": "days"}, "since"), ({"which": "month"}, "which"), ({"which": "days", "since": "soon"}, "since"),
    ({"which": "days", "since": "2020-01-02", "until": "2020-01-01"}, "until"),
])  # fmt: skip
async def test_days_that_cannot_be_read_are_asked_for_again(
    house: House, args: dict[str, str], option: str
) -> None:
    with pytest.raises(BadOption) as raised:
        await house.card("privacy.forget.ask", **args)
    assert raised.value.option == option


# --- what they see ----------------------------------------------------------------------------------------


async def test_a_preview_is_what_the_group_would_read_of_one_alone_and_is_kept_nowhere(house: House) -> None:
    await house.card("/privacy", artist="Blur")
    preview = await house.card("privacy.preview")
    said = words(preview)
    assert "as the others read of you" in said
    assert "Halo" in said
    assert "Blur" not in said
    assert "Ben" not in said
    assert not any(it.action.startswith("prove.") for it in presses(preview).values())
    assert await house.store.frozen(1) is None  # type: ignore[arg-type]
    this_week = presses(preview)["This week"]
    assert "No plays in" in words(await house.card(this_week.action, **this_week.args))
    # The same numbers as the group's card has of her.
    told = await house.recaps.of_group(await house.people.audience(Place(ROOM), house.ben), house.week())
    ana = told.recap.member(house.ana.id)
    assert ana is not None
    recap = await house.recaps.preview(
        await house.people.audience(Place(ROOM), house.ana), house.ana, house.week()
    )
    assert recap.members == (ana,)


async def test_a_preview_hides_the_hours_that_the_group_may_not_read(house: House) -> None:
    assert "01:00" not in words(await house.card("privacy.preview"))
    for _ in range(3):
        await house.plays(house.ana.id, 26, RAIN, RAIN, RAIN, RAIN, RAIN)  # most of all, from two at night on
    hidden = words(await house.card("privacy.preview"))
    await house.store.join(house.club.id, house.ana.id, [Feature.RECAP, Feature.NIGHTS], [ROOM], 2)
    told = words(await house.card("privacy.preview"))
    for said in ("02:00 to 03:00", "6 times in a row"):
        assert (said in told, said in hidden) == (True, False)


async def test_a_preview_says_where_nothing_is_to_be_seen(house: House) -> None:
    at_work = await house.card("privacy.preview", **{"@group": str(house.work.id)})
    assert "read nothing of yours" in words(at_work)
    assert "/join changes that" in words(at_work)
    await house.card("privacy.pause.now")
    assert "You pause" in words(await house.card("privacy.preview"))
    assert "read nothing of yours" in words(await house.card("privacy.preview", who="Cem"))


async def test_after_joining_it_is_one_press_to_what_they_see(house: House) -> None:
    card = await house.card("account.join", who="Cem", features="recap")
    assert "What they will see" not in presses(card)
    button = presses(card)["Show what they will see"]
    shown = await house.card(button.action, who="Cem", **button.args)
    assert str(shown.title).endswith("in music-club, as the others read of you")


async def test_the_nights_are_a_yes_of_their_own(house: House) -> None:
    said = await house.use("/join", who="Cem")
    assert isinstance(said, Form)
    assert said.fields[0].value == ""
    assert "nights" in [it.value for it in said.fields[0].choices]
    await house.store.join(house.club.id, house.ana.id, ["recap", "compare", "playlists"], [ROOM], 2)
    again = await house.form("/join")  # whoever said yes before there was this question
    assert again.fields[0].value == "recap,compare,playlists"


async def test_an_own_card_leads_to_leaving_out(house: House) -> None:
    assert "Leave an artist out" in presses(await house.card("/me"))
