"""The commands as the client offers them: what is synced, where it shows, what may be typed into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.twins.discord import objects
from tests.twins.discord.components import Json
from tests.twins.discord.humans import Human
from tests.twins.discord.interactions import context_of
from tests.twins.discord.messages import Attachment
from tests.twins.discord.places import Channel
from tests.twins.discord.waiting import CannotDo

if TYPE_CHECKING:
    from tests.twins.discord.world import World

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL = 1, 2, 3, 4, 5, 6, 7
MENTIONABLE, NUMBER, ATTACHMENT = 9, 10, 11
Keep = Callable[[str, bytes], Attachment]


class Tree:
    """What the bot has synced, globally and for single guilds (`None` stands for everywhere)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._synced: dict[int | None, list[Json]] = {}
        self.syncs = 0

    def sync(self, commands: list[Json], guild: int | None = None) -> list[Json]:
        """Replaces all commands; those whose name and type stay keep their ids. Returns them as stored."""
        before = {(it["name"], it["type"]): it["id"] for it in self.all(guild)}
        self.syncs += 1
        stored = []
        for sent in commands:
            kind = sent.get("type") or 1
            kept = {
                "default_member_permissions": None,
                "description": "",
                "nsfw": False,
                "dm_permission": True,
                **{key: value for key, value in sent.items() if key != "id"},
                "type": kind,
                "id": before.get((sent["name"], kind)) or str(self._world.ids.new()),
                "application_id": str(self._world.application_id),
                "version": str(self._world.ids.new()),
            }
            if kept["default_member_permissions"] is not None:
                kept["default_member_permissions"] = str(kept["default_member_permissions"])
            if guild is not None:
                kept["guild_id"] = str(guild)
            else:
                kept.setdefault("integration_types", [0])
                kept.setdefault("contexts", None)
            stored.append(kept)
        self._synced[guild] = stored
        return stored

    def all(self, guild: int | None = None) -> list[Json]:
        """What is synced there."""
        return self._synced.get(guild, [])

    def offered(self, human: Human, channel: Channel) -> dict[str, Json]:
        """The slash commands a person finds in a place, by name."""
        here = [it for it in self.all() if _shows(it, human, channel)]
        if channel.guild is not None and channel.guild.has_bot:
            here += [it for it in self.all(channel.guild.id) if _may_use(it, human, channel)]
        return {it["name"]: it for it in here if it["type"] == 1}


def _shows(command: Json, human: Human, channel: Channel) -> bool:
    kinds = command["integration_types"] or [0]
    bot_is_here = channel.permissions_of(human.world.bot) > 0
    installed = (0 in kinds and bot_is_here) or (1 in kinds and human.installed)
    contexts = command["contexts"]
    here = context_of(channel)
    return installed and (contexts is None or here in contexts) and _may_use(command, human, channel)


def _may_use(command: Json, human: Human, channel: Channel) -> bool:
    if channel.guild is None:
        return True
    if not channel.allows(human, "VIEW_CHANNEL", "USE_APPLICATION_COMMANDS"):
        return False
    needed = command["default_member_permissions"]
    if needed is None:
        return True
    has = channel.permissions_of(human)
    return has & int(needed) == int(needed) and (int(needed) > 0 or channel.allows(human, "ADMINISTRATOR"))


@dataclass(slots=True)
class Typed:
    """A line typed into the client, as the `data` of an interaction grows from it."""

    human: Human
    channel: Channel
    keep: Keep
    resolved: Json = field(default_factory=dict)

    def data(
        self,
        command: Json,
        path: list[str],
        given: Mapping[str, Any],
        focused: tuple[str, str] | None = None,
    ) -> Json:
        """The `data` of a command, or of autocomplete when an option with its unfinished text is `focused`.

        Raises CannotDo for what the client would not let one send.
        """
        options = self._options(command, path, given, focused)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1}
        if options:
            data["options"] = options
        if self.resolved:
            data["resolved"] = self.resolved
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _options(
        self, node: Json, path: list[str], given: Mapping[str, Any], focused: tuple[str, str] | None
    ) -> list[Json]:
        declared = {it["name"]: it for it in node.get("options") or ()}
        branches = [name for name, it in declared.items() if it["type"] in (SUBCOMMAND, GROUP)]
        if path:
            if path[0] not in branches:
                raise CannotDo(f"/{node['name']} has {', '.join(branches) or 'no parts'}, not “{path[0]}”")
            branch = declared[path[0]]
            inner = self._options(branch, path[1:], given, focused)
            return [{"name": path[0], "type": branch["type"], "options": inner}]
        if branches:
            raise CannotDo(f"/{node['name']} needs one of {', '.join(branches)}")
        for name in [*given, *([focused[0]] if focused else [])]:
            if name not in declared:
                raise CannotDo(f"/{node['name']} takes {', '.join(declared) or 'no options'}, not “{name}”")
        said = [
            {"name": name, "type": it["type"], "value": self._value(it, given[name])}
            for name, it in declared.items()
            if name in given
        ]
        if focused is None:
            missing = [name for name, it in declared.items() if it.get("required") and name not in given]
            if missing:
                raise CannotDo(f"/{node['name']} wants {', '.join(missing)}")
            return said
        name, text = focused
        if not declared[name].get("autocomplete"):
            raise CannotDo(f"“{name}” completes nothing")
        return [*said, {"name": name, "type": declared[name]["type"], "value": text, "focused": True}]

    def _value(self, option: Json, value: Any) -> Any:
        name, kind = option["name"], option["type"]
        if choices := option.get("choices"):
            for choice in choices:
                if value in (
                    choice["value"],
                    choice["name"],
                    *(choice.get("name_localizations") or {}).values(),
                ):
                    return choice["value"]
            raise CannotDo(
                f"“{name}” is one of {', '.join(str(it['name']) for it in choices)}, not “{value}”"
            )
        if kind == STRING:
            return _text(option, value)
        if kind in (INTEGER, NUMBER):
            return _number(option, value)
        if kind == BOOLEAN and isinstance(value, bool):
            return value
        if kind in (USER, MENTIONABLE) and hasattr(value, "username"):
            return self._user(value)
        if kind == CHANNEL and isinstance(value, Channel):
            drawn = objects.channel(value) | {"permissions": str(value.permissions_of(self.human))}
            self.resolved.setdefault("channels", {})[str(value.id)] = drawn
            return str(value.id)
        if kind == ATTACHMENT and isinstance(value, tuple):
            kept = self.keep(*value)
            self.resolved.setdefault("attachments", {})[str(kept.id)] = objects.attachment(kept)
            return str(kept.id)
        raise CannotDo(f"“{name}” does not take {value!r}")

    def _user(self, who: Any) -> str:
        self.resolved.setdefault("users", {})[str(who.id)] = objects.user(who)
        guild = self.channel.guild
        if guild is not None and who.id in guild.members:
            drawn = {key: value for key, value in objects.member(guild, who).items() if key != "user"}
            drawn["permissions"] = str(self.channel.permissions_of(who))
            self.resolved.setdefault("members", {})[str(who.id)] = drawn
        return str(who.id)


def _text(option: Json, value: Any) -> str:
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise CannotDo(f"“{option['name']}” takes {least} to {most} characters, not {value!r:.80}")
    return value


def _number(option: Json, value: Any) -> int | float:
    whole = option["type"] == INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise CannotDo(f"“{option['name']}” takes a {'whole ' if whole else ''}number, not {value!r}")
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and value < least) or (most is not None and value > most):
        raise CannotDo(f"“{option['name']}” goes from {least} to {most}, not {value}")
    return value


def split(line: str) -> tuple[str, list[str]]:
    """`/settings language` is the command `settings` and the path `["language"]`. Raises CannotDo."""
    words = line.split()
    if not words or not words[0].startswith("/"):
        raise CannotDo(f"“{line}” is no command")
    return words[0][1:], words[1:]
