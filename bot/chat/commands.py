"""How a feature is declared, once: a class, decorated async methods, typed parameters as options.

    class Listening(Cog):
        @command("Your top artists, tracks or albums")
        async def top(self, ctx: Context,
                      what: Annotated[Kind, Opt("What to rank")] = Kind.ARTIST,
                      count: Annotated[int, Opt("How many", least=3, most=25)] = 10) -> Card: ...

An `Enum` gives choices, `suggest=` names a method that completes what is typed, a parameter without default is
required. `private=True` is part of the declaration, for it cannot depend on the outcome. `@action("draft.veto")`
answers a button, `@submitted("export.send")` a form; both get their ids and values as strings. `Person | None` as a
type asks for somebody.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bot.chat.cards import Card, Form
from bot.chat.context import Context, Person
from bot.errors import BadOption
from bot.text import t

Answer = Card | Form
NOBODY: Mapping[str, Person] = {}
Suggest = Callable[[Any, Context, str], Awaitable[Sequence[str]]]
# Somebody by what was typed for them (a mention, an id, a name); None for nobody.
Who = Callable[[str], Awaitable[Person | None]]


@dataclass(frozen=True, slots=True)
class Opt:
    """What an option means, with bounds: of the number for `int`, of the length for `str`."""

    about: str
    least: int | None = None
    most: int | None = None
    suggest: Suggest | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """An option as declared, ready for an adapter. `kind` is int, str, bool, `Person` or an Enum class."""

    name: str
    about: str
    kind: type
    required: bool
    default: Any
    least: int | None
    most: int | None
    suggest: Callable[[Context, str], Awaitable[Sequence[str]]] | None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words to choose from, empty if there is free choice."""
        if issubclass(self.kind, Enum):
            return tuple(str(choice.value) for choice in self.kind)
        return ("yes", "no") if self.kind is bool else ()

    @property
    def default_words(self) -> str:
        """The default as a person would type it."""
        if self.default is None:
            return ""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return str(self.default.value if isinstance(self.default, Enum) else self.default)

    @property
    def usage(self) -> str:
        """`<prompt>` if required, else `[count:10]` with its default."""
        if self.required:
            return f"<{self.name}>"
        default = self.default_words
        return f"[{self.name}:{default}]" if default else f"[{self.name}]"

    def parse(self, typed: str, people: Mapping[str, Person] = NOBODY) -> Any:
        """The value behind the typed words; `people` are those that words of theirs were found to mean.

        Raises `BadOption` with a sentence that says what would do.
        """
        if self.kind is Person:
            return self._somebody(typed, people)
        if self.choices:
            return self._choose(typed)
        if self.kind is int:
            return self._number(typed)
        if self.most is not None and len(typed) > self.most:
            raise BadOption(
                t(
                    "“{name}” can have {most} characters at most; this has {n}.",
                    name=self.name,
                    most=self.most,
                    n=len(typed),
                ),
                self.name,
            )
        if self.least is not None and len(typed) < self.least:
            raise BadOption(
                t("“{name}” needs at least {least} characters.", name=self.name, least=self.least), self.name
            )
        return typed

    def _somebody(self, typed: str, people: Mapping[str, Person]) -> Person:
        if typed not in people:
            raise BadOption(
                t("I know nobody here called “{typed}”. Mention them, with an @.", typed=typed[:50]),
                self.name,
            )
        return people[typed]

    def _choose(self, typed: str) -> Any:
        word = typed.strip().casefold()
        if word not in self.choices:
            offered = ", ".join(self.choices)
            raise BadOption(
                t("“{typed}” is not one of {offered}.", typed=typed[:50], offered=offered), self.name
            )
        return word == "yes" if self.kind is bool else self.kind(word)

    def _number(self, typed: str) -> int:
        try:
            number = int(typed.strip())
        except ValueError:
            raise BadOption(
                t("“{name}” has to be a whole number, not “{typed}”.", name=self.name, typed=typed[:50]),
                self.name,
            ) from None
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise BadOption(
                t(
                    "“{name}” goes from {least} to {most}.",
                    name=self.name,
                    least=self.least or 0,
                    most=self.most or 0,
                ),
                self.name,
            )
        return number


@dataclass(frozen=True, slots=True)
class Command:
    """A command, bound to its feature."""

    name: str
    about: str
    options: tuple[Option, ...]
    private: bool
    run: Callable[..., Awaitable[Answer]] = field(repr=False)

    @property
    def usage(self) -> str:
        """`/top [what:artist] [count:10]`: required options in angle brackets, others with their default."""
        return " ".join([f"/{self.name}", *(option.usage for option in self.options)])


@dataclass(frozen=True, slots=True)
class Action:
    """What a button or a form runs, bound to its feature. `private` as for a command."""

    name: str
    private: bool
    run: Callable[..., Awaitable[Answer]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Declared:
    kind: str
    name: str
    about: str
    private: bool


def command(about: str, *, name: str = "", private: bool = False) -> Callable[[Any], Any]:
    """Declare a command. Its name is the method's unless given."""
    return _declare("command", name, about, private)


def action(name: str, *, private: bool = False) -> Callable[[Any], Any]:
    """Declare what a button runs. The method gets the button's `args` as keyword strings."""
    return _declare("action", name, "", private)


def submitted(name: str, *, private: bool = True) -> Callable[[Any], Any]:
    """Declare what a form runs. The method gets the form's `args`, then each field's value as keyword string."""
    return _declare("action", name, "", private)


def _declare(kind: str, name: str, about: str, private: bool) -> Callable[[Any], Any]:
    def mark(method: Any) -> Any:
        method.__earshot__ = _Declared(kind, name or method.__name__, about, private)
        return method

    return mark


class Cog:
    """A feature: one file, one class. What it declares is data that can be looked at."""

    def commands(self) -> tuple[Command, ...]:
        """The commands in the order they are written."""
        return tuple(
            Command(it.name, it.about, tuple(_options(self, method)), it.private, method)
            for it, method in self._declared("command")
        )

    def actions(self) -> tuple[Action, ...]:
        """What the feature's buttons and forms run."""
        return tuple(Action(it.name, it.private, method) for it, method in self._declared("action"))

    def _declared(self, kind: str) -> Iterator[tuple[_Declared, Any]]:
        for name, function in vars(type(self)).items():
            declared = getattr(function, "__earshot__", None)
            if declared is not None and declared.kind == kind:
                yield declared, getattr(self, name)


def _options(cog: Cog, method: Any) -> Iterator[Option]:
    hints = get_type_hints(method.__func__, localns=dict(vars(type(cog))), include_extras=True)
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        hint = hints[name]
        opt = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Opt)), Opt(""))
        kind = _class_of(get_args(hint)[0] if get_origin(hint) is Annotated else hint)
        required = parameter.default is inspect.Parameter.empty
        suggest = None if opt.suggest is None else opt.suggest.__get__(cog)
        yield Option(
            name,
            opt.about,
            kind,
            required,
            None if required else parameter.default,
            opt.least,
            opt.most,
            suggest,
        )


def _class_of(hint: Any) -> type:
    """The class behind a hint; `Person | None` means `Person`."""
    kinds = [it for it in get_args(hint) if it is not NoneType]
    return kinds[0] if kinds else hint  # type: ignore[no-any-return]


async def people_in(options: Sequence[Option], typed: Mapping[str, str], who: Who) -> dict[str, Person]:
    """Who is meant by the words of the options that ask for somebody. Whom nobody knows is left out."""
    named = [typed[it.name] for it in options if it.kind is Person and typed.get(it.name, "").strip()]
    found = {words: await who(words) for words in named}
    return {words: person for words, person in found.items() if person is not None}


def parsed(
    options: Sequence[Option], typed: Mapping[str, str], people: Mapping[str, Person] = NOBODY
) -> dict[str, Any]:
    """Typed words by option name → values, defaults filled in; `people` as `people_in` found them.

    Raises `BadOption` for an unknown name, a bad value, or a required option that is missing.
    """
    known = {option.name for option in options}
    for name in typed:
        if name not in known:
            raise BadOption(
                t(
                    "There is no option “{name}” here. It takes: {known}.",
                    name=name[:50],
                    known=", ".join(sorted(known)) or "none",
                ),
                name,
            )
    values: dict[str, Any] = {}
    for option in options:
        words = typed.get(option.name, "")
        if words.strip():
            values[option.name] = option.parse(words, people)
        elif option.required:
            raise BadOption(
                t("“{name}” is missing: {about}.", name=option.name, about=option.about), option.name
            )
        else:
            values[option.name] = option.default
    return values
