"""What became of the posts that showed somebody, in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.places import platform_name
from bot.services.redaction import Outcome, PostResult
from bot.text import Moment, Text, t, tn

SHOWN_POSTS = 10


def became_of(posts: Sequence[PostResult], zone: str) -> tuple[Text, ...]:
    """How many posts were changed, and where those are that still show the member."""
    changed = sum(1 for post in posts if post.outcome is Outcome.CHANGED)
    still = [post for post in posts if post.outcome is not Outcome.CHANGED]
    lines = [tn("{n} was changed.", "{n} were changed.", changed)] if changed else []
    lines += [_still(post, zone) for post in still[:SHOWN_POSTS]]
    if len(still) > SHOWN_POSTS:
        lines.append(tn("and {n} more", "and {n} more", len(still) - SHOWN_POSTS))
    return tuple(lines)


def _still(post: PostResult, zone: str) -> Text:
    posted = Moment(post.posted_ms, zone)
    platform = platform_name(post.room.platform)
    if post.outcome is Outcome.LATER:
        return t(
            "On {platform}, posted {posted}: not changed yet; tried again until {until}.",
            platform=platform,
            posted=posted,
            until=Moment(post.until_ms, zone),
        )
    return t("On {platform}, posted {posted}: I cannot change it.", platform=platform, posted=posted)
