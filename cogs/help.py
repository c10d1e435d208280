"""What Earshot can do here, and what it does with what it knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from bot.chat import Button, Card, Cog, Command, Context, Fields, Lines, Listing, Row, action, command
from bot.core.rules import RULES
from bot.text import Text, t

# The rules of what every answer tells; the others have a card of their own, for one message is too short for all.
FIRST = (
    "play", "sources", "song", "artist", "album", "order", "minutes", "listeners", "choices", "coverage",
)  # fmt: skip


class Help(Cog):
    """The command list and the data policy in plain words.

    `all_commands` is asked when somebody asks, so that help is true whatever features there are.
    """

    def __init__(self, all_commands: Callable[[], Sequence[Command]]) -> None:
        self.all_commands = all_commands

    @command("What I can do here", private=True)
    async def help(self, ctx: Context) -> Card:
        """Every command with its options."""
        rows = tuple(Row(t("{usage}", usage=it.usage), _about(it)) for it in self.all_commands())
        return Card(
            t("What I can do here"),
            (
                Listing(rows),
                Lines(
                    (t("An option can be named: /top what:track count:5. Without names, the order counts."),)
                ),
            ),
            (Button(t("Link Spotify"), "account.link", strong=True),),
        )

    @command("What I know, keep and show, and how each number is made", private=True)
    async def about(self, ctx: Context) -> Card:
        """The data policy, and the rules behind the numbers."""
        return Card(
            t("What I do with your listening"),
            (
                Lines(
                    (
                        t("I read only what you link, and show it only where you joined."),
                        t("I keep your plays: what, when, how long. Of an export I never keep IP addresses, "
                          "user agents or user names."),
                        t("Tokens are encrypted on the disk of whoever runs me. Nothing is sent to a model."),
                        t("/privacy shows what others see of you: leave out, pause, forget, take along, delete."),
                        t("/leave ends your part in this group. /unlink deletes a link with all its plays, at once."),
                        t("Every number can be opened: press “Prove a number” under it."),
                    )
                ),
                _rules(FIRST, t("How the numbers are made")),
            ),
            (Button(t("How the other numbers are made"), "help.rules"),),
        )  # fmt: skip

    @action("help.rules", private=True)
    async def rules(self, ctx: Context) -> Card:
        """The rules that `/about` has no room for."""
        rest = [name for name in RULES if name not in FIRST]
        return Card(t("How the other numbers are made"), (_rules(rest),))


def _rules(names: Collection[str], heading: Text | None = None) -> Fields:
    told = [RULES[name] for name in names]
    return Fields(tuple((t("{name}", name=it.name), t("{says}", says=it.says)) for it in told), heading)


def _about(it: Command) -> Text:
    """What a command is for, and what can be chosen where there is a choice."""
    choices = [f"{option.name}: {', '.join(option.choices)}" for option in it.options if option.choices]
    if not choices:
        return t("{about}", about=it.about)
    return t("{about} · {choices}", about=it.about, choices=" · ".join(choices))
