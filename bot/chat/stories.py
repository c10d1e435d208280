"""What is asked about a moment, and members' words as a block of a card."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.cards import Button, Card, Lines
from bot.core import stories
from bot.core.model import Member
from bot.core.stories import Quote, Story
from bot.text import t

TELL = Button(t("Tell a story"), "story.tell")


def question(it: Story, member: Member) -> Card:
    """Asks the member, who alone reads it, about one of their moments."""
    about = {"story": str(it.id)}
    return Card(
        t("{moment}.", moment=stories.question(it.occasion, member.zone)),
        (
            Lines(
                (
                    t("Want to tell your group why?"),
                    t("What you write is shown with your name, word for word, until you take it back."),
                )
            ),
        ),
        (
            Button(t("Say it"), "story.say", about, strong=True),
            Button(t("Keep it to myself"), "story.keep", about),
            Button(t("Skip"), "story.skip", about),
            Button(t("Never ask about this"), "story.never", about),
            Button(t("Never ask me"), "story.never_me", about),
        ),
        t("Only you see this. I ask once a week at most, and I do not guess."),
    )


def quoted(quotes: Sequence[Quote]) -> Lines:
    """Members' words, as they are, in a card that others read."""
    return Lines(tuple(map(stories.said, quotes)), t("In their words"))
