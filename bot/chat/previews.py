"""A member's part of a group's posts as the others will read it, with what they can answer."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.cards import Button, Card
from bot.chat.features import GROUP
from bot.core.model import Group, Period
from bot.core.schedule import key_of
from bot.text import t


def answers(group: Group, period: Period) -> tuple[Button, ...]:
    """What can be said to it."""
    about = {GROUP: str(group.id)}
    return (
        Button(t("Fine"), "previews.fine", about, strong=True),
        Button(t("Leave this out"), "previews.less", about),
        Button(t("Not this time"), "previews.not_now", {**about, "key": key_of(period)}),
    )


def preview(card: Card, group: Group, period: Period) -> Card:
    """The card of the member's part, shown to them unasked before it is in a post."""
    return replace(
        card,
        title=t("{title}: your part of the next post in {group}", title=card.title, group=group.name),
        buttons=answers(group, period),
        footer=t(
            "Only you see this, as it is so far. Until you say that it is fine, no post there has anything of yours."
        ),
    )
