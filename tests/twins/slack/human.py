"""A person in a workspace: types commands, says things, presses, picks, fills in forms, and looks at what comes."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import aiohttp

from tests.twins.slack.asked import Asked, block_errors
from tests.twins.slack.delivery import NotAcked
from tests.twins.slack.elements import Placed, find, identified, plain
from tests.twins.slack.forms import PICKED, Filled, chosen, objections, state_values
from tests.twins.slack.model import Channel, File, Json, Message, Person, View
from tests.twins.slack.reading import escaped
from tests.twins.slack.shown import Shown
from tests.twins.slack.waiting import PATIENCE_S, CannotDo, Sight

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin

USUAL_QUERY_LENGTH = 3


@dataclass(eq=False)
class Human(Person):
    """A member. `team.human("Ana", tz="Europe/Berlin")` makes one."""

    _offered: dict[str, list[Json]] = field(default_factory=dict, repr=False)

    # -- saying things -------------------------------------------------------------------------------------------

    async def types(self, room: Channel, line: str) -> Asked:
        """Send a slash command: `/top what:track`. `@Bo` and `#music` become ids where the command escapes."""
        command, _, text = line.partition(" ")
        asked = Asked(self, room)
        known = self._twin.app.commands
        if not self.team.has_app or (known is not None and command not in known):
            asked.fail(f"{command} is not a valid command. In Slack, start with a slash to send a command.")
            return asked
        escape = known is None or known[command]
        trigger_id = self._twin.new_trigger(asked)
        payload = {
            "token": "verification-token",
            "team_id": self.team.id,
            "team_domain": self.team.domain,
            "channel_id": room.id,
            "channel_name": room.shown_name,
            "user_id": self.id,
            "user_name": self.handle,
            "command": command,
            "text": self._linked(text, labelled=True) if escape else escaped(text),
            "api_app_id": self.team.app_id,
            "is_enterprise_install": "false",
            "response_url": self._twin.response_urls.new(asked, room),
            "trigger_id": trigger_id,
        }
        self._twin.spawn(self._sent_command(asked, room, payload))
        return asked

    async def _sent_command(self, asked: Asked, room: Channel, payload: Json) -> None:
        try:
            said = await self._twin.telling.hand_over("slash_commands", payload)
        except NotAcked as refused:
            asked.fail(f'{payload["command"]} failed with the error "{refused}"')
            return
        asked.acknowledge()
        if said and (said.get("text") or said.get("blocks")):
            self._twin.answer_to(asked, room, said)

    async def says(self, room: Channel, text: str, *, reply_to: Shown | None = None) -> Asked:
        """Say something, in the thread of a message if it is a reply.

        With `@` and the bot's name the bot hears it; in a direct conversation it hears everything.
        """
        thread = reply_to.raw.get("thread_ts", reply_to.ts) if reply_to is not None else ""
        asked = Asked(self, room)
        linked = self._linked(text, labelled=False)
        inline = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text or " "}]}]
        blocks = [{"type": "rich_text", "elements": inline}]
        message = self.team.post(room, self, linked, blocks=blocks, thread_ts=thread)
        event = {**message.raw(), "channel": room.id}
        if room.im:
            event |= {"channel_type": "im"}
            self.team.happens("message", event, subscription="message.im")
        elif room.has(self.team.bot):
            if f"<@{self.team.bot.id}>" in linked:
                self.team.happens("app_mention", event | {"type": "app_mention"})
            event |= {"channel_type": room.kind}
            self.team.happens("message", event, subscription=f"message.{room.kind}s")
        return asked

    def _linked(self, text: str, *, labelled: bool) -> str:
        """What was typed as Slack passes it on: entities, and ids for the names it knows."""
        links = {f"#{it.name}": f"<#{it.id}|{it.name}>" for it in self.team.channels.values() if not it.im}
        for person in self.team.people.values():
            label = f"|{person.handle}" if labelled else ""
            links[f"@{person.name}".lower()] = f"<@{person.id}{label}>"
        known = sorted((re.escape(it) for it in links), key=len, reverse=True)
        name = re.compile(rf"(?<!\w)({'|'.join(known)})\b", re.IGNORECASE)
        return name.sub(lambda found: links[found[1].lower()], escaped(text))

    def dm(self) -> Channel:
        """The direct conversation with the bot."""
        return self.team.dm(self)

    # -- buttons and menus ---------------------------------------------------------------------------------------

    async def clicks(self, shown: Shown, label: str, *, beside: str = "", number: int = 1) -> Asked:
        """Press a button as it now stands, by its words or its action id; where it asks to confirm, confirm.

        Where several have these words: `beside` is a part of the text it stands beside, or `number` counts. Raises
        CannotDo when there is none.
        """
        it = find(self._now(shown), label, ("button", "icon_button"), beside=beside, number=number)
        action = {"text": it.element.get("text"), "type": "button"}
        if "value" in it.element:
            action["value"] = it.element["value"]
        return self._acts(shown, it, action)

    async def picks(self, shown: Shown, name: str, *options: Any) -> Asked:
        """Choose in a menu, by placeholder or label: words of options, people, channels, a date. Raises CannotDo."""
        it = find(self._now(shown), name, (*PICKED, "overflow"))
        if it.kind == "overflow":
            return self._acts(shown, it, {"selected_option": chosen(it, options[0], {})})
        slot = PICKED[it.kind]
        wanted: Any = list(options) if slot.endswith("s") else options[0]
        values = state_values(self._now(shown), {name: wanted}, self._offered, self._keep)
        action = values[it.block["block_id"]][it.element["action_id"]]
        return self._acts(shown, it, action)

    def _acts(self, shown: Shown, it: Placed, action: Json) -> Asked:
        asked = Asked(self, self._place(shown))
        payload = self._interaction("block_actions", self._twin.new_trigger(asked, self._view(shown)))
        payload |= self._container(shown) | {"state": {"values": self._values(shown)}}
        if isinstance(shown.sight.source, Message):
            payload["response_url"] = self._twin.response_urls.new(
                asked, shown.message.channel, shown.message
            )
        ids = {"action_id": it.element["action_id"], "block_id": it.block["block_id"], "type": it.kind}
        payload["actions"] = [{**action, **ids, "action_ts": self._twin.new_ts()}]
        self._twin.spawn(self._sent_action(asked, payload))
        return asked

    async def _sent_action(self, asked: Asked, payload: Json) -> None:
        try:
            await self._twin.telling.hand_over("interactive", payload)
        except NotAcked as refused:
            asked.fail(f'the app failed with the error "{refused}"')
        else:
            asked.acknowledge()

    async def completes(self, shown: Shown, name: str, typed: str) -> list[str]:
        """Type into a menu that the app fills; the words of what it offers. Too few characters ask nothing."""
        it = find(self._now(shown), name, ("external_select", "multi_external_select"))
        if len(typed) < it.element.get("min_query_length", USUAL_QUERY_LENGTH):
            return []
        payload = self._interaction("block_suggestion") | self._container(shown)
        payload |= {"action_id": it.element["action_id"], "block_id": it.block["block_id"], "value": typed}
        offered = await self._twin.telling.hand_over("interactive", payload) or {}
        grouped = [option for group in offered.get("option_groups", ()) for option in group["options"]]
        options = [*offered.get("options", ()), *grouped]
        self._offered[it.element["action_id"]] = options
        return [plain(option["text"]) for option in options]

    # -- forms ---------------------------------------------------------------------------------------------------

    async def fills(self, form: Shown, values: Filled) -> Asked:
        """Fill in a form and send it. What then stands beside its fields is in `errors`, by label.

        `values` goes by label, placeholder or block id: words; the words of an option; a list of them; people;
        `(filename, bytes)`. What is not named stays as the app put it. Raises CannotDo for what it does not ask.
        """
        view = form.view
        self._now(form)
        asked = Asked(self, self._place(form))
        standing = state_values(view.body["blocks"], values, self._offered, self._keep)
        asked.errors = objections(view.body["blocks"], standing)
        if not asked.errors:
            payload = self._interaction("view_submission", self._twin.new_trigger(asked, view))
            payload |= {"view": view.raw(standing), "response_urls": []}
            try:
                said = await self._twin.telling.hand_over("interactive", payload)
            except NotAcked:
                asked.fail("We had some trouble connecting. Try again?")
                return asked
            asked.acknowledge()
            self._submitted(asked, view, said or {})
        return asked

    def _submitted(self, asked: Asked, view: View, said: Json) -> None:
        match said.get("response_action"):
            case "errors":
                asked.errors = block_errors(view, said["errors"])
                if astray := set(said["errors"]) - {it["block_id"] for it in view.body["blocks"]}:
                    self._twin.violated(f"view_submission /errors: the form has no block {sorted(astray)}")
            case "update":
                self._twin.answers[view] = asked
                view.show({**said["view"], "blocks": identified(said["view"]["blocks"])})
            case "push":
                body = {**said["view"], "blocks": identified(said["view"]["blocks"])}
                self._twin.show_view(asked, body, view)
            case "clear":
                self._close(view, everything=True)
            case _:
                self._close(view)

    async def closes(self, form: Shown) -> None:
        """Close a form without sending it."""
        self._close(form.view)
        if form.view.body.get("notify_on_close"):
            payload = self._interaction("view_closed") | {"view": form.view.raw(), "is_cleared": False}
            await self._twin.telling.hand_over("interactive", payload)

    def _close(self, view: View, *, everything: bool = False) -> None:
        view.open = False
        if everything and view.previous is not None:
            self._close(view.previous, everything=True)
        self._twin.changes.tell()

    def _keep(self, name: str, data: bytes) -> File:
        file = self.team.keep_file(self, name, len(data))
        file.data, file.ready, file.given = data, True, True
        return file

    # -- looking -------------------------------------------------------------------------------------------------

    async def opens_home(self, within: float = PATIENCE_S) -> Shown:
        """Look at the app's home tab; the view that the app publishes then."""
        asked = Asked(self, self.dm())
        self._opens("home")
        return await asked.home(within)

    async def opens_messages(self) -> Asked:
        """Look at the app's messages tab."""
        asked = Asked(self, self.dm())
        self._opens("messages")
        return asked

    def _opens(self, tab: str) -> None:
        event: Json = {"user": self.id, "channel": self.dm().id, "tab": tab}
        if tab == "home" and self.id in self.team.homes:
            event["view"] = self.team.homes[self.id].raw()
        self.team.happens("app_home_opened", event)

    def sees(self, room: Channel) -> list[Shown]:
        """The messages of a conversation as this person sees them, the private ones to them included."""
        if not room.has(self) and (room.private or room.im):
            return []
        there = (it for it in room.messages if not it.deleted and it.only_for in ("", self.id))
        return [
            Shown(self, Sight("ephemeral" if it.only_for else "message", 0.0, it.raw(metadata=True), it))
            for it in there
        ]

    def can_see(self, file: File) -> bool:
        """Whether Slack shows this person a file."""
        places = [self.team.channels[id_] for id_ in file.shares]
        mine = file.owner is self or any(it.has(self) or it.kind == "channel" for it in places)
        return mine and not file.deleted

    # -- staying and going ---------------------------------------------------------------------------------------

    def blocks_dms(self) -> None:
        """The bot can no longer write to this person alone."""
        self.takes_dms = False

    def leaves(self, place: Any) -> None:
        """Leave a channel; or the workspace (the account is deactivated)."""
        if isinstance(place, Channel):
            place.members.discard(self.id)
            kind = "G" if place.private else "C"
            left = {"user": self.id, "channel": place.id, "channel_type": kind, "team": self.team.id}
            self.team.happens("member_left_channel", left)
        else:
            self.deleted = True
            self.team.happens("user_change", {"user": {"id": self.id, "deleted": True}})

    def joins(self, room: Channel) -> None:
        """Join a channel."""
        room.members.add(self.id)

    # -- installing ----------------------------------------------------------------------------------------------

    def agrees(self, authorize_url: str) -> str:
        """Press Allow on Slack's page; the address that the browser is sent to then."""
        return self._twin.oauth.consent(self, authorize_url, agreed=True)

    def declines(self, authorize_url: str) -> str:
        """Press Cancel on Slack's page; the address that the browser is sent to then."""
        return self._twin.oauth.consent(self, authorize_url, agreed=False)

    async def installs(self, install_url: str, *, agree: bool = True) -> tuple[int, str]:
        """Install the app from its own page, in a browser; status and text of the page at the end."""
        async with aiohttp.ClientSession() as browser:
            async with browser.get(install_url, allow_redirects=False) as page:
                found = re.search(r'href="([^"]*oauth/v2/authorize[^"]*)"', await page.text())
                link = html.unescape(found[1]) if found else page.headers["Location"]
                # The state cookie is `Secure`: a cookie jar would not send it back over http.
                cookies = "; ".join(it.split(";")[0] for it in page.headers.getall("Set-Cookie", []))
            back = self.agrees(link) if agree else self.declines(link)
            async with browser.get(urljoin(install_url, back), headers={"Cookie": cookies}) as page:
                return page.status, await page.text()

    # -- payloads ------------------------------------------------------------------------------------------------

    @property
    def _twin(self) -> SlackTwin:
        return self.team.twin

    def _interaction(self, kind: str, trigger_id: str = "") -> Json:
        payload: Json = {
            "type": kind,
            "user": {"id": self.id, "username": self.handle, "name": self.handle, "team_id": self.team.id},
            "api_app_id": self.team.app_id,
            "token": "verification-token",
            "team": {"id": self.team.id, "domain": self.team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        return payload | ({"trigger_id": trigger_id} if trigger_id else {})

    def _container(self, shown: Shown) -> Json:
        """Where an element stands, as payloads tell it."""
        if isinstance(shown.sight.source, View):
            view = shown.view
            return {"container": {"type": "view", "view_id": view.id}, "view": view.raw(self._values(shown))}
        message, channel = shown.message, shown.message.channel
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.only_for),
        }
        told: Json = {"container": container, "channel": {"id": channel.id, "name": channel.shown_name}}
        return told if message.only_for else told | {"message": message.raw()}

    def _values(self, shown: Shown) -> Json:
        return state_values(self._now(shown), {}, self._offered, self._keep)

    def _now(self, shown: Shown) -> list[Json]:
        """The blocks as they stand now. Raises CannotDo: what was taken away cannot be used."""
        if not shown.stands:
            raise CannotDo(f"the {shown.kind} is gone")
        source = shown.sight.source
        return list(source.body["blocks"]) if isinstance(source, View) else shown.message.blocks

    def _view(self, shown: Shown) -> View | None:
        return shown.sight.source if isinstance(shown.sight.source, View) else None

    def _place(self, shown: Shown) -> Channel | None:
        source = shown.sight.source
        if isinstance(source, Message):
            return source.channel
        asked = self._twin.answers.get(source)
        return self.dm() if asked is None else asked.channel
