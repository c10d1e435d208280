"""A Discord on loopback for the real discord.py, and people who use it.

    async with discord_twin() as discord:
        guild = discord.guild("Music Club")
        room = guild.channel("listening")
        ana = guild.human("Ana", admin=True, locale="de")
        ...                                   # start the bot: token `discord.token`, addresses below
        await discord.online()

        asked = await ana.types(room, "/top", what="track", count=5)
        first = await asked.shown()           # "thinking" counts (`first.is_thinking`), `first.after_s`
        answer = await asked.answer()         # .text .labels .links .selects .pictures .ephemeral .pings .raw
        asked = await ana.clicks(answer, "Story")
        form = await asked.form()             # .title .fields .labels
        asked = await ana.fills(form, {"Your words": "It rained.", "Export": ("x.zip", data)})
        asked = await ana.picks(answer, "Which track", "Hello")
        asked = await ana.says(room, "@Earshot play rainy sunday")
        offered = await ana.completes(room, "/play", option="words", typed="ra")
        ana.sees(room)                        # what she sees there now; ana.dm() is her chat with the bot
        await room.message(lambda it: "Wrapped" in it.text)       # a post that nobody asked for

    assert discord.violations == []

Every `await` on an answer is bounded (`within=5.0`) and raises NoAnswer with what was seen instead. A person who
tries what Discord's client would refuse (an unknown command, a missing button, a bound) raises CannotDo.

Addresses: `discord.http.Route.BASE = twin.api_url` and `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY =
yarl.URL(twin.gateway_url)`. The second one matters: after an invalid session, or a failed reconnect, discord.py
leaves the address that it was given by `/gateway/bot` for its default one.

What goes wrong: `fail`, `rate_limit`, `slow`, `hang_up` for routes; `drop_sockets`, `ask_to_reconnect`,
`refuse_sockets`, `accept_sockets`, `revoke_token` for connections; `expire_interactions` or
`discord.clock.move(901)` for tokens; `room.delete()`, `room.forbid("SEND_MESSAGES")`, `guild.removes_bot()`,
`ana.blocks_dms()`, `ana.leaves(guild)`; `strict_limits=True` for Discord's own pace. Elsewhere:
`discord.stranger("Eve")` has the app on her own account, `discord.guild("Other", bot=False)` and
`discord.private_chat(eve, ben)` are places without the bot.
"""

from tests.twins.discord.clock import MovingClock
from tests.twins.discord.contract import violations
from tests.twins.discord.forms import Field, Form
from tests.twins.discord.humans import Human
from tests.twins.discord.places import Channel, Guild
from tests.twins.discord.seeing import Answer, Asked, Picture
from tests.twins.discord.server import DiscordTwin, discord_twin
from tests.twins.discord.waiting import CannotDo, NoAnswer

__all__ = [
    "Answer",
    "Asked",
    "CannotDo",
    "Channel",
    "DiscordTwin",
    "Field",
    "Form",
    "Guild",
    "Human",
    "MovingClock",
    "NoAnswer",
    "Picture",
    "discord_twin",
    "violations",
]
