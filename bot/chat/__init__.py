"""The small vocabulary every feature speaks: how to declare a command, what can be shown, who asked.

A feature returns a `Card` or a `Form`; an adapter draws it. No platform is named here.
"""

from bot.chat.cards import (
    Bars,
    Button,
    Card,
    Choice,
    Fields,
    Form,
    FormField,
    Lines,
    Link,
    Listing,
    Picture,
    Row,
)
from bot.chat.commands import Action, Cog, Command, Opt, Option, action, command, submitted
from bot.chat.context import Context, Person

__all__ = [
    "Action", "Bars", "Button", "Card", "Choice", "Cog", "Command", "Context", "Fields", "Form", "FormField", "Lines",
    "Link", "Listing", "Opt", "Option", "Person", "Picture", "Row", "action", "command", "submitted",
]  # fmt: skip
