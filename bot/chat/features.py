"""Every command and action by its name, and calls of them: checked, ready to run, short enough for a button.

A call's name is `/top` for a command (a slash begins no action's name) or `draft.swap` for an action. The argument
`@group` beside a command's words says which group was chosen in a private chat; the answer's buttons carry it on.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.chat.cards import Button, Form, Link, Listing
from bot.chat.commands import Action, Answer, Cog, Command, Who, parsed, people_in
from bot.chat.context import Context
from bot.core.model import GroupId
from bot.errors import NotFound
from bot.text import Text, t

B = TypeVar("B", bound=Button | Link)

GROUP = "@group"
_NUMBER = re.compile(r"[0-9]{1,15}")
_OTHER_VERSION = t("This is from another version of me and does nothing any more.")


@dataclass(frozen=True, slots=True)
class Call:
    """A command or an action with what it is run with. `args` are the words behind `values`."""

    what: Command | Action
    name: str
    args: Mapping[str, str]
    values: Mapping[str, Any]
    group: GroupId | None = None

    @property
    def private(self) -> bool:
        """Whether the answer is for the caller's eyes only."""
        return self.what.private

    async def run(self, ctx: Context) -> Answer:
        """The answer; what it offers to press or to fill in is about the same group. Raises what the feature raises."""
        if self.group is None:
            return await self.what.run(ctx, **self.values)
        there = ctx.in_group(self.group, private=self.private)
        return _about(await self.what.run(there, **self.values), self.group)

    def again(self, label: Text, group: int | None = None, *, strong: bool = False) -> Button:
        """A button that makes the same call, or makes it about a group."""
        chosen = self.group if group is None else group
        args = dict(self.args) if chosen is None else {**self.args, GROUP: str(chosen)}
        return Button(label, self.name, args, strong)


class Features:
    """What the features declare. Raises ValueError where two of them declare the same name."""

    def __init__(self, cogs: Sequence[Cog]) -> None:
        self.commands: dict[str, Command] = {}
        self._actions: dict[str, Action] = {}
        for cog in cogs:
            for command in cog.commands():
                if self.commands.setdefault(command.name, command) is not command:
                    raise ValueError(f"two commands are called {command.name}")
            for action in cog.actions():
                if self._actions.setdefault(action.name, action) is not action:
                    raise ValueError(f"two actions are called {action.name}")

    def command(self, name: str) -> Command:
        """Raises `NotFound`."""
        if name not in self.commands:
            raise NotFound(t("There is no command /{name}.", name=name[:50]))
        return self.commands[name]

    def action(self, name: str) -> Action:
        """Raises `NotFound`."""
        if name not in self._actions:
            raise NotFound(_OTHER_VERSION)
        return self._actions[name]

    async def call(self, name: str, args: Mapping[str, str], who: Who) -> Call:
        """A call by its name: of a command with typed words, or of an action with its arguments.

        `who` finds somebody by what was typed for them. Raises `BadOption`, and `NotFound` for what no feature
        declares (any more).
        """
        words = {key: value for key, value in args.items() if key != GROUP}
        group = _group(args.get(GROUP, ""))
        if name.startswith("/"):
            command = self.command(name.removeprefix("/"))
            people = await people_in(command.options, words, who)
            return Call(command, name, words, parsed(command.options, words, people), group)
        action = self.action(name)
        try:
            inspect.signature(action.run).bind(None, **words)
        except TypeError:
            raise NotFound(_OTHER_VERSION) from None
        return Call(action, name, words, words, group)


def number(word: str) -> int:
    """A number among the arguments of a button. Raises `NotFound` for what no button of this version carries."""
    if not _NUMBER.fullmatch(word):
        raise NotFound(_OTHER_VERSION)
    return int(word)


def _about(answer: Answer, group: GroupId) -> Answer:
    """The answer whose buttons, or whose form, remember the group that was chosen."""
    if isinstance(answer, Form):
        return replace(answer, args=_chosen(answer.args, group))
    blocks = tuple(
        replace(block, rows=tuple(replace(row, buttons=_buttons(row.buttons, group)) for row in block.rows))
        if isinstance(block, Listing)
        else block
        for block in answer.blocks
    )
    return replace(answer, blocks=blocks, buttons=_buttons(answer.buttons, group))


def _buttons(buttons: tuple[B, ...], group: GroupId) -> tuple[B, ...]:
    return tuple(
        replace(it, args=_chosen(it.args, group)) if isinstance(it, Button) else it for it in buttons
    )


def _chosen(args: Mapping[str, str], group: GroupId) -> dict[str, str]:
    return {GROUP: str(group), **args}


def _group(typed: str) -> GroupId | None:
    return GroupId(int(typed)) if _NUMBER.fullmatch(typed) else None
