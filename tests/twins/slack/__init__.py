"""Slack's loopback twin: what the real slack-bolt and slack-sdk talk to, and the people who use the app.

    async with slack_twin() as slack:
        app = AsyncApp(client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url))
        await AsyncSocketModeHandler(app, slack.app_token).connect_async()
        await slack.connected()                         # `bolt.bolt(slack)` does these three for a bare app

        team = slack.team("Work")                       # the workspace where the app is installed
        room = team.channel("music")                    # private=True, bot=False
        ana = team.human("Ana", tz="Europe/Berlin", admin=True, locale="de-DE")

        asked = await ana.types(room, "/top what:track count:5")
        first = await asked.shown()                     # the first thing she sees; .after_s says how soon
        answer = await asked.answer("Five tracks")      # the last message or form, once it says this, or fits a lambda
        answer.text, answer.labels, answer.links, answer.selects, answer.pictures, answer.ephemeral, answer.pings
        asked.seen, asked.acknowledged_after_s          # every step on the way; `await asked.acknowledged()`

        pressed = await ana.clicks(answer, "Swap", beside="Blue Monday")
        form = await pressed.form()                     # .title .fields .selects
        sent = await ana.fills(form, {"Mood": "calm", "Export": ("export.zip", b"…")})
        sent.errors                                     # beside the fields, by label; {} if it went through
        await ana.picks(answer, "What to rank", "tracks")
        await ana.completes(form, "Song", "blu")        # what the app suggests, in words

        await ana.says(room, "@Earshot play rainy sunday")
        await ana.says(ana.dm(), "something calm")
        home = await ana.opens_home()                   # after a press in it: `await pressed.home()`
        await room.message(lambda it: "Wrapped" in it.text)    # a post that nobody asked for
        ana.sees(room)                                  # a conversation as she sees it
        ana.can_see(answer.pictures[0].file)

        slack.fail("chat.postMessage", error="ratelimited", retry_after=1, times=3)    # status=500, lost=True
        slack.slow("respond", 4)
        room.archive()                                  # or delete, restrict, remove_bot; ana.leaves(room or team)
        await slack.disconnect()                        # or drop_sockets, refuse_sockets, revoke(team)
        slack.expire_response_urls()

        await slack.deliver_over_http(url)              # signed requests to the app instead of Socket Mode
        await ana.installs(install_url)                 # OAuth, from the app's page to its last

        assert slack.violations == []                   # what was sent that Slack would not take; slack.traffic has all

`slack_twin(manifest=…)` makes the app that Slack would make of a manifest: what it does not declare does not happen.
Every wait is bounded (`within=10.0`) and raises NoAnswer with what was seen instead; a person who tries what Slack's
client would not let them do raises CannotDo. `answer()` without words waits until nothing changes any more; where the
bot first says that it is at work, say what the real answer is like. With a `clock` that the test moves, trigger_ids
(3 s), response_urls (30 minutes), codes and rotating tokens end by it; the three seconds to acknowledge are real ones
(`ack_within`).

A picture in an ephemeral message is seen by those who may see its file anyway: Slack promises no more than that.
"""

from tests.twins.slack.app import App
from tests.twins.slack.asked import Asked
from tests.twins.slack.contract import violations
from tests.twins.slack.human import Human
from tests.twins.slack.model import Channel, File
from tests.twins.slack.server import SlackTwin, slack_twin
from tests.twins.slack.shown import Picture, Shown
from tests.twins.slack.waiting import CannotDo, NoAnswer
from tests.twins.slack.workspace import Team

__all__ = [
    "App",
    "Asked",
    "CannotDo",
    "Channel",
    "File",
    "Human",
    "NoAnswer",
    "Picture",
    "Shown",
    "SlackTwin",
    "Team",
    "slack_twin",
    "violations",
]
