"""A member's part of a group's posts as the others will read it, with what they can answer."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.cards import Button, Card
from bot.chat.features import GROUP
from bot.core.model import Group, Period
from bot.core.recap.when import period_name
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


def preview(card: Card, group: Group, period: Period, shown: Period) -> Card:
    """The card of the member's part, of the time that is `shown`, as they see it before the post about a period."""
    return replace(
        card,
        title=t(
            "Your part of the next post in {group}, by {period}",
            group=group.name,
            period=period_name(shown),
        ),
        buttons=answers(group, period),
        footer=t("Only you see this. Until you say that it is fine, no post there has anything of yours."),
    )
