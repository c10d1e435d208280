"""Who may not do something is told so where nobody else sees it, on every platform, and the card stays as it was."""

from __future__ import annotations

import pytest

from tests.parity.conftest import Everywhere

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("platform", ["lounge", "discord", "slack"])
async def test_a_refusal_of_a_press_in_front_of_everybody(house: Everywhere, platform: str) -> None:
    await house.earshot.store.leave(house.group.id, house.members["Ben"].id)
    ana, ben = house.voice(platform), house.voice(platform, "Ben")
    draft = await ana.types("/play 10 calm songs")
    assert not draft.private
    swap = next(it for it in draft.menus if it.startswith("Swap"))
    refused = await ben.picks(draft, "Veto", draft.menus[swap][0])
    assert refused.private
    assert "You have not joined music here yet." in refused.text
    assert any("You have not joined" in it.text for it in await ben.looks_around())
    around = await ana.looks_around()
    assert not any("You have not joined" in it.text for it in around)
    assert around[-1].text == draft.text
