"""What a member said yes to in a group, as a line of a listing."""

from __future__ import annotations

from bot.chat.cards import Button, Row
from bot.chat.features import GROUP
from bot.chat.places import where
from bot.core.consent import Feature
from bot.services.panel import GroupView
from bot.text import joined, t

FEATURES = {
    Feature.RECAP: t("mini-Wrapped"),
    Feature.COMPARE: t("comparisons"),
    Feature.NIGHTS: t("late nights"),
    Feature.STORIES: t("own words"),
    Feature.PLAYLISTS: t("playlists"),
}


def group_row(it: GroupView) -> Row:
    """The group, what is shown there and in which rooms; to be changed, and to be seen as the others see it."""
    features = [words for feature, words in FEATURES.items() if feature in it.said.features]
    rooms = [where(room) for room in it.rooms]
    about = {GROUP: str(it.group.id)}
    return Row(
        t("{group}", group=it.group.name),
        t(
            "shows {features}, in {rooms}",
            features=joined(features, ", ") if features else t("nothing"),
            rooms=joined(rooms, ", ") if rooms else t("no room"),
        ),
        buttons=(
            Button(t("Change"), "/join", about),
            Button(t("What they see"), "privacy.preview", about),
        ),
    )
