"""The same features on Discord, Slack and the lounge, asked as a member asks: the same facts come back."""

from __future__ import annotations

import re

import pytest

from tests.parity.conftest import Everywhere
from tests.parity.voices import Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")
# A browser sends every field; Discord and Slack send what their forms were opened with.
FILLED = {
    "lounge": {"What the others here may see": ["recap", "compare"], "In which rooms": ["lounge//music"]},
    "discord": {"What the others here may see": ["Mini-Wrapped: your tops, counts and moments, by name"]},
    "slack": {"What the others here may see": ["Mini-Wrapped: your tops, counts and moments, by name"]},
}
PLATFORMS = ("lounge", "discord", "slack")
everywhere = pytest.mark.parametrize("platform", PLATFORMS)

COMMANDS = [
    "/wrapped",
    "/top track",
    "/top what:artist count:5",
    "/me",
    "/prove",
    "/help",
    "/about",
    "/playlists",
]


def facts(text: str) -> list[str]:
    """The words and numbers of a card, in order, without what a platform's markup adds or how it writes an instant."""
    plain = re.sub(r"<t:\d+(?::\w)?>|<!date\^[^>]*>|\d{4}-\d\d-\d\d \d\d:\d\d", " ", text)
    plain = re.sub(r"\]\([^)]*\)", " ", plain)
    return re.findall(r"\w+", plain.replace("\\", ""))


def counted(seen: Seen) -> list[str]:
    """Its numbers, sorted: where a platform lays a card out in another order, they are still the same."""
    return sorted(word for word in facts(seen.text) if word.isdecimal())


@pytest.mark.parametrize("line", COMMANDS)
async def test_a_card_carries_the_same_facts(house: Everywhere, line: str) -> None:
    seen = {platform: await house.voice(platform).types(line) for platform in PLATFORMS}
    said = set(facts(seen["lounge"].text))
    for platform in ("discord", "slack"):
        missing = said - set(facts(seen[platform].text))
        assert not missing, f"{platform} lacks {missing} of {line}: {seen[platform].text}"
        assert seen[platform].private == seen["lounge"].private
        assert seen[platform].alts == seen["lounge"].alts
        assert seen[platform].labels == seen["lounge"].labels


@everywhere
async def test_the_wrapped_names_who_played_what(house: Everywhere, platform: str) -> None:
    seen = await house.voice(platform).types("/wrapped")
    assert not seen.private
    assert "Hello — Adele" in seen.text.replace("\\", "")
    assert {"8", "5", "3"} <= set(counted(seen))
    assert len(seen.alts) == 1


@everywhere
async def test_a_number_is_proven_from_a_button(house: Everywhere, platform: str) -> None:
    ana = house.voice(platform)
    numbers = await ana.presses(await ana.types("/wrapped"), "Prove a number")
    assert numbers.private
    proof = await ana.picks(numbers, "Open", numbers.menus[next(iter(numbers.menus))][0])
    assert proof.private
    assert "Counted now" in proof.text
    assert "Ana: all that is shared" in proof.text


@everywhere
async def test_a_draft_is_made_and_changed(house: Everywhere, platform: str) -> None:
    ana = house.voice(platform)
    draft = await ana.types("/play 10 calm songs")
    assert not draft.private
    swap = next(it for it in draft.menus if it.startswith("Swap"))
    assert len(draft.menus[swap]) == 10
    vetoed = await ana.picks(draft, "Veto", draft.menus[swap][0])
    assert "1 song was vetoed" in vetoed.text


@everywhere
async def test_the_week_is_played_from_its_post(house: Everywhere, platform: str) -> None:
    ana, ben = house.voice(platform), house.voice(platform, "Ben")
    wrapped = await ana.types("/wrapped")
    draft = await ana.presses(wrapped, "Play this week")
    assert not draft.private
    text = draft.text.replace("\\", "")
    assert "5 plays: Ana 4, Ben 1" in text
    assert "2 plays, all by Ben" in text
    assert draft.labels[-1] == "Save"
    again = await ben.presses(wrapped, "Play this week")
    assert counted(again) == counted(draft)
    swap = next(it for it in draft.menus if it.startswith("Veto"))
    assert len(draft.menus[swap]) == 3


@everywhere
async def test_leaving_asks_first(house: Everywhere, platform: str) -> None:
    asked = await house.voice(platform, "Ben").types("/leave")
    assert asked.private
    assert asked.labels == ("Leave", "Unlink", "Delete everything")


@everywhere
async def test_joining_is_a_form(house: Everywhere, platform: str) -> None:
    ben = house.voice(platform, "Ben")
    form = await ben.types("/join")
    assert form.fields == ("What the others here may see", "In which rooms")
    joined = await ben.fills(form, FILLED[platform])
    assert joined.private
    assert "You are in music" in joined.text


@everywhere
async def test_a_mistake_is_said_in_a_sentence(house: Everywhere, platform: str) -> None:
    if platform == "discord":
        pytest.skip("Discord's own client refuses a number out of bounds before it is sent")
    seen = await house.voice(platform).types("/top count:99")
    assert "“count” goes from 3 to 25" in seen.text
