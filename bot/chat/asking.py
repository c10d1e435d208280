"""A form made from a command's declared options, for platforms where a command is only a typed line.

When a required option is missing, Slack and the lounge open this form instead of lecturing on syntax. Its
`submit` is the command itself (`"/play"`; an action's name never begins with a slash), its field names are the
option names, so what was filled in goes through `commands.parsed` like typed words.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.cards import Choice, Form, FormField
from bot.chat.commands import Command, Option
from bot.chat.context import Person
from bot.errors import BadOption
from bot.text import Text, t

MOST_FIELDS = 5


def form_for(command: Command, typed: Mapping[str, str]) -> Form:
    """The command as a form, filled with what was typed already.

    Required options come first; of the others as many as a form can hold, in the order they are declared.
    """
    ordered = sorted(command.options, key=lambda option: not option.required)
    fields = tuple(_field(option, typed.get(option.name, "")) for option in ordered[:MOST_FIELDS])
    return Form(t("{about}", about=command.about), fields, f"/{command.name}", button=t("Ask"))


def lacks_required(command: Command, typed: Mapping[str, str], error: BadOption) -> bool:
    """Whether `error` says that a required option was left out (rather than filled in badly)."""
    return any(
        option.required and option.name == error.option and not typed.get(option.name, "").strip()
        for option in command.options
    )


def _field(option: Option, typed: str) -> FormField:
    default = "" if option.required else option.default_words
    return FormField(
        name=option.name,
        label=t("{about}", about=option.about or option.name),
        help=_bounds(option),
        value=typed or default,
        required=option.required,
        person=option.kind is Person,
        long=option.kind is str and not option.choices and (option.most or 1000) > 200,
        most=option.most if option.kind is str and option.most is not None else 1000,
        choices=tuple(Choice(word, t("{word}", word=word)) for word in option.choices),
    )


def _bounds(option: Option) -> Text | None:
    least, most = option.least, option.most
    if option.kind is int:
        if least is not None and most is not None:
            return t("A whole number from {least} to {most}.", least=least, most=most)
        return t("A whole number.")
    if option.kind is str and not option.choices and most is not None:
        return t("At most {most} characters.", most=most)
    return None
