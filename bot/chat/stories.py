"""What a member is asked about one of their moments."""

from __future__ import annotations

from bot.chat.cards import Button, Card, Lines
from bot.core import stories
from bot.core.model import Member
from bot.core.stories import Story
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
