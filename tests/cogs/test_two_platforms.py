"""One person and one group on two platforms, as members and admins are told."""

from __future__ import annotations

import pytest

from bot.chat import Button, Card, Cog, Context, Fields, Form, Lines, Listing, Person
from bot.chat.features import Features
from bot.chat.places import room_word
from bot.core.model import Group, Identity, Place, RoomRef
from bot.errors import BadOption, NotAllowed, NotFound, NotJoined, Unavailable, UserError
from bot.services.codes import Codes
from bot.services.pairing import Pairing
from bot.services.panel import Panels
from bot.services.people import People
from bot.services.rooms import Rooms
from cogs.consent import Consent
from cogs.home import Home
from cogs.person import SamePerson
from cogs.rooms import GroupRooms
from tests.fakes import FakeChance, FakeClock, FakeStore

ON_DISCORD, ON_SLACK = RoomRef("discord", "7", "8"), RoomRef("slack", "T1", "C1")
MUSIC, WORK = Place(ON_DISCORD, "music"), Place(ON_SLACK, "work")
ALONE = Place(None)


async def nobody(typed: str) -> None:
    """Nobody is mentioned here."""


class House:
    """A room on Discord, another on Slack, and a post office for whispers; `shut` platforms do not run."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.people = People(self.store, self.store, self.clock, "UTC")
        codes = Codes(self.store, self.clock, FakeChance())
        self.whispers: list[tuple[Identity, Card]] = []
        self.trouble: dict[str, Exception] = {}
        self.cogs: list[Cog] = [
            SamePerson(self.people, Pairing(self.store, codes)),
            Consent(self.people, self.store, self.store, self.clock),
            GroupRooms(self.people, Rooms(self.store, self.store, codes), self.whisper),
            Home(self.people, Panels(*[self.store] * 6, self.clock)),
        ]
        self.features = Features(self.cogs)
        self.redeem = self.cogs[0].redeem  # type: ignore[attr-defined]

    async def whisper(self, identity: Identity, card: Card) -> None:
        if identity.platform in self.trouble:
            raise self.trouble[identity.platform]
        self.whispers.append((identity, card))

    def ctx(self, who: str, place: Place, *, admin: bool = False) -> Context:
        platform, _, name = who.partition(":")
        return Context(Person(Identity(platform, name), name.title(), "UTC", admin), place, "r")

    async def call(
        self, name: str, who: str, place: Place, *, admin: bool = False, **words: str
    ) -> Card | Form:
        call = await self.features.call(name, words, nobody)
        assert call.private
        return await call.run(self.ctx(who, place, admin=admin))

    async def card(self, name: str, who: str, place: Place, *, admin: bool = False, **words: str) -> Card:
        answer = await self.call(name, who, place, admin=admin, **words)
        assert isinstance(answer, Card)
        return answer

    async def press(self, button: Button, who: str, place: Place, *, admin: bool = False) -> Card:
        return await self.card(button.action, who, place, admin=admin, **button.args)

    async def unite(self, who: str, code: str) -> Card:
        """A code typed, and the yes to what it asks."""
        asked = await self.redeem(self.ctx(who, ALONE), code)
        return await self.press(buttons(asked)["Yes, that is me"], who, ALONE)

    async def join(self, who: str, place: Place = MUSIC, **chosen: str) -> Card:
        return await self.card("account.join", who, place, features="recap", **chosen)

    async def united(self) -> Group:
        """Both rooms are one group's."""
        code = code_in(await self.card("rooms.code", "discord:dora", MUSIC, admin=True))
        await self.card("rooms.join", "slack:sam", WORK, admin=True, code=code)
        group = await self.store.group_of(ON_SLACK)
        assert group is not None
        return group

    async def seen(self) -> dict[str, set[str]]:
        """Where each member of the group in the room on Discord is seen."""
        group = await self.store.open_room(ON_DISCORD, "music", "UTC")
        return {
            it.member.name: {room.channel for room in it.rooms}
            for it in await self.store.memberships(group.id)
        }


@pytest.fixture
def house() -> House:
    return House()


def words(card: Card) -> str:
    said = [card.title, card.footer or ""]
    for block in card.blocks:
        match block:
            case Lines(lines, heading):
                said += [heading or "", *lines]
            case Fields(pairs, heading):
                said += [heading or "", *(f"{name}: {value}" for name, value in pairs)]
            case Listing(rows, heading):
                said += [heading or "", *(f"{row.text}, {row.note}" for row in rows)]
            case _:
                raise AssertionError(block)
    return "\n".join(map(str, said))


def buttons(card: Card) -> dict[str, Button]:
    rows = [row for block in card.blocks if isinstance(block, Listing) for row in block.rows]
    every = [*card.buttons, *(it for row in rows for it in row.buttons)]
    return {str(it.label): it for it in every if isinstance(it, Button)}


def code_in(card: Card) -> str:
    return str(card.title).rpartition(" ")[2]


# --- one person


async def test_a_code_from_here_makes_one_person_there(house: House) -> None:
    await house.join("discord:ana")
    offered = await house.card("person.code", "discord:ana", ALONE)
    code = code_in(offered)
    assert f"/link code:{code}" in words(offered)
    assert "Give it to nobody" in words(offered)
    asked = await house.redeem(house.ctx("slack:anna", ALONE), code)
    assert (
        "the same person as Ana, known here from Discord. Only say yes if you made this code yourself"
        in words(asked)
    )
    assert len(await house.store.all_members()) == 2
    done = await house.press(buttons(asked)["Yes, that is me"], "slack:anna", ALONE)
    assert "I know you as Ana" in words(done)
    assert done.replaces
    (member,) = await house.store.all_members()
    assert [it.platform for it in await house.store.identities_of(member.id)] == ["discord", "slack"]
    home = words(await house.press(buttons(done)["All that is yours"], "slack:anna", ALONE))
    assert "I know you as Ana, from Discord, Slack." in home
    assert "music, shows mini-Wrapped, in music on Discord" in home


async def test_a_yes_to_a_code_that_is_used_up_changes_nothing(house: House) -> None:
    code = code_in(await house.card("person.code", "discord:ana", ALONE))
    await house.unite("slack:anna", code)
    with pytest.raises(NotFound, match="used already"):
        await house.unite("slack:sam", code)
    assert len(await house.store.all_members()) == 2


async def test_nobody_else_says_yes_to_that_question(house: House) -> None:
    code = code_in(await house.card("person.code", "discord:ana", ALONE))
    asked = await house.redeem(house.ctx("slack:anna", ALONE), code)
    with pytest.raises(NotAllowed, match="for somebody else"):
        await house.press(buttons(asked)["Yes, that is me"], "slack:sam", ALONE)
    assert "I know you as Ana" in words(
        await house.press(buttons(asked)["Yes, that is me"], "slack:anna", ALONE)
    )


# --- one group


async def test_where_a_group_meets_is_for_admins_in_its_room(house: House) -> None:
    for name in ("/rooms", "rooms.code"):
        with pytest.raises(NotAllowed, match="for admins"):
            await house.call(name, "discord:ana", MUSIC)
        with pytest.raises(UserError, match="in the room itself"):
            await house.call(name, "discord:dora", ALONE, admin=True)
    for name, args in (
        ("rooms.join", {"code": "x"}),
        ("rooms.part", {"room": "x"}),
        ("rooms.parted", {"room": "x"}),
    ):
        with pytest.raises(NotAllowed, match="for admins"):
            await house.call(name, "discord:ana", MUSIC, **args)
    card = await house.card("/rooms", "discord:dora", MUSIC, admin=True)
    assert "music on Discord, this room" in words(card)
    assert list(buttons(card)) == ["Add a room"]


async def test_a_room_joins_by_a_code_of_the_other_sides_admin(house: House) -> None:
    listed = await house.card("/rooms", "discord:dora", MUSIC, admin=True)
    offered = await house.press(buttons(listed)["Add a room"], "discord:dora", MUSIC, admin=True)
    code = code_in(offered)
    assert f"/rooms code:{code}" in words(offered)
    asked = await house.card("/rooms", "slack:sam", WORK, admin=True, code=code)
    assert (
        "This room joins music, which meets in music on Discord. Nobody is shown here until they agree."
        in words(asked)
    )
    done = await house.press(buttons(asked)["Yes, join"], "slack:sam", WORK, admin=True)
    assert "I have asked 0 members" in words(done)
    listed = await house.card("/rooms", "slack:sam", WORK, admin=True)
    assert "music on Discord, None\nwork on Slack, this room" in words(listed)


async def test_every_member_is_asked_about_a_new_room_and_shown_there_after_a_yes(house: House) -> None:
    for who in ("discord:ana", "discord:ben"):
        await house.join(who)
    await house.united()
    assert [identity.user for identity, _ in house.whispers] == ["ana", "ben"]
    asked = house.whispers[0][1]
    assert str(asked.title) == "music now also meets in work on Slack"
    assert await house.seen() == {"Ana": {"8"}, "Ben": {"8"}}
    said = await house.press(buttons(asked)["Yes"], "discord:ana", ALONE)
    assert "music may see you in work on Slack, too." in words(said)
    said = await house.press(buttons(asked)["No"], "discord:ben", ALONE)
    assert "not shown there" in words(said)
    assert await house.seen() == {"Ana": {"8", "C1"}, "Ben": {"8"}}


async def test_a_member_on_two_platforms_is_asked_once_where_it_works(house: House) -> None:
    await house.join("discord:ana")
    code = code_in(await house.card("person.code", "discord:ana", ALONE))
    await house.unite("slack:anna", code)
    await house.join("discord:ben")
    house.trouble = {"discord": Unavailable("it does not run")}
    await house.united()
    assert [identity for identity, _ in house.whispers] == [Identity("slack", "anna")]


async def test_one_who_cannot_be_asked_does_not_keep_the_room_out(house: House) -> None:
    await house.join("discord:ana")
    house.trouble = {"discord": Unavailable("the line is dead")}
    assert (await house.united()).name == "music"
    assert house.whispers == []


async def test_a_yes_for_a_room_of_another_group_is_no_yes(house: House) -> None:
    await house.join("discord:ana")
    await house.card("/rooms", "slack:sam", WORK, admin=True)
    for room in (room_word(ON_SLACK), "slack/T1/nowhere", "nonsense"):
        with pytest.raises(UserError):
            await house.card("room.yes", "discord:ana", ALONE, room=room)
    await house.united()
    with pytest.raises(NotJoined):
        await house.card("room.yes", "slack:zoe", ALONE, room=room_word(ON_SLACK))
    assert await house.seen() == {"Ana": {"8"}}


async def test_a_room_is_taken_out_again(house: House) -> None:
    await house.join("discord:ana")
    await house.united()
    await house.press(buttons(house.whispers[0][1])["Yes"], "discord:ana", ALONE)
    listed = await house.card("/rooms", "discord:dora", MUSIC, admin=True)
    rows = [row for block in listed.blocks if isinstance(block, Listing) for row in block.rows]
    (out,) = [row.buttons[0] for row in rows if "Slack" in str(row.text)]
    asked = await house.press(out, "discord:dora", MUSIC, admin=True)
    assert "Take work on Slack out of music?" in words(asked)
    assert await house.seen() == {"Ana": {"8", "C1"}}
    done = await house.press(buttons(asked)["Take it out"], "discord:dora", MUSIC, admin=True)
    assert "work has left music." in words(done)
    assert await house.seen() == {"Ana": {"8"}}
    assert "work on Slack" in words(await house.card("/rooms", "slack:sam", WORK, admin=True))


# --- a yes for each room


async def test_joining_in_a_room_is_a_yes_for_that_room(house: House) -> None:
    await house.united()
    await house.join("slack:sam", WORK)
    await house.join("discord:ana", MUSIC)
    assert await house.seen() == {"Sam": {"C1"}, "Ana": {"8"}}
    await house.join("discord:ana", MUSIC)
    assert await house.seen() == {"Sam": {"C1"}, "Ana": {"8"}}


async def test_where_a_group_meets_in_several_rooms_each_is_asked_about(house: House) -> None:
    form = await house.call("/join", "discord:ana", MUSIC)
    assert isinstance(form, Form)
    assert [it.name for it in form.fields] == ["features"]
    await house.united()
    form = await house.call("/join", "discord:ana", MUSIC)
    assert isinstance(form, Form)
    (_, rooms) = form.fields
    assert rooms.value == "discord/7/8"
    assert [str(it.label) for it in rooms.choices] == ["music on Discord", "work on Slack"]
    joined = await house.join("discord:ana", rooms="discord/7/8,slack/T1/C1")
    assert "In these rooms\nmusic on Discord\nwork on Slack" in words(joined)
    assert await house.seen() == {"Ana": {"8", "C1"}}
    await house.join("discord:ana", rooms="slack/T1/C1")
    assert await house.seen() == {"Ana": {"C1"}}
    with pytest.raises(BadOption, match="No room was chosen"):
        await house.join("discord:ana", rooms="")
    with pytest.raises(BadOption, match="No room was chosen"):
        await house.join("discord:ana", rooms="slack/T1/elsewhere")
    assert await house.seen() == {"Ana": {"C1"}}


async def test_from_the_panel_a_yes_can_be_changed_in_private(house: House) -> None:
    await house.join("discord:ana")
    await house.join("discord:ana", Place(RoomRef("discord", "7", "9"), "jazz"))
    home = await house.card("account.home", "discord:ana", ALONE)
    rows = [row for block in home.blocks if isinstance(block, Listing) for row in block.rows]
    assert [str(row.text) for row in rows] == ["music", "jazz"]
    change = rows[1].buttons[0]
    form = await house.call(change.action, "discord:ana", ALONE, **change.args)
    assert isinstance(form, Form)
    assert str(form.title) == "Join jazz"
    assert form.args == change.args
    sent = await house.call(form.submit, "discord:ana", ALONE, **form.args, features="playlists")
    assert isinstance(sent, Card)
    assert "You are in jazz" in words(sent)
    home = await house.card("account.home", "discord:ana", ALONE)
    assert "jazz, shows playlists, in jazz on Discord" in words(home)
    assert "music, shows mini-Wrapped, in music on Discord" in words(home)


async def test_a_member_whose_only_room_was_taken_out_chooses_another(house: House) -> None:
    await house.united()
    await house.join("slack:sam", WORK)
    await house.card("rooms.parted", "discord:dora", MUSIC, admin=True, room="slack/T1/C1")
    form = await house.call("/join", "slack:sam", ALONE)
    assert isinstance(form, Form)
    assert [it.name for it in form.fields] == ["features", "rooms"]
    assert form.fields[1].value == ""
    await house.join("slack:sam", ALONE, rooms="discord/7/8")
    assert await house.seen() == {"Sam": {"8"}}


async def test_a_panel_before_anything_says_what_to_do(house: House) -> None:
    card = await house.card("account.home", "discord:ana", ALONE)
    assert "Nothing is linked or imported yet." in words(card)
    assert "say /join in a group's room" in words(card)
    assert list(buttons(card)) == [
        "Link Spotify",
        "Bring a file",
        "Connect another platform",
        "What others see",
    ]
