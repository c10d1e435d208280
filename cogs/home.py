"""The member's own panel: what is linked, until when, and which groups see what."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Fields, Lines, Listing, action
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.chat.memberships import group_row
from bot.chat.places import platform_name
from bot.core.apps import is_own
from bot.core.keepers import KEEPERS
from bot.core.model import LinkState, Member, Source
from bot.services.linking import SEATS
from bot.services.panel import LinkView, Panels
from bot.services.people import People
from bot.text import Moment, Text, t

SOURCES = {
    Source.SPOTIFY: t("Spotify"),
    Source.EXTENDED: t("Extended streaming history"),
    Source.ACCOUNT: t("Account data"),
    Source.LASTFM: t("Last.fm"),
    Source.LISTENBRAINZ: t("ListenBrainz"),
}


class Home(Cog):
    """One card for all that is a member's."""

    def __init__(self, people: People, panels: Panels) -> None:
        self.people = people
        self.panels = panels

    @action("account.home", private=True)
    async def home(self, ctx: Context) -> Card:
        """The panel."""
        member = await asker(self.people, ctx)
        panel = await self.panels.of(member)
        platforms = dict.fromkeys(platform_name(it.platform) for it in panel.identities)
        blocks: list[Block] = [
            Lines(
                (
                    t(
                        "I know you as {name}, from {platforms}.",
                        name=member.name,
                        platforms=", ".join(platforms),
                    ),
                )
            ),
            Fields(
                tuple((SOURCES[it.link.source], _link(it, member)) for it in panel.links),
                t("What you brought"),
            )
            if panel.links
            else Lines((t("Nothing is linked or imported yet."),), t("What you brought")),
            Listing(tuple(map(group_row, panel.groups)), t("Your groups"))
            if panel.groups
            else Lines((t("You are in none: say /join in a group's room."),), t("Your groups")),
        ]
        works = any(
            it.link.source is Source.SPOTIFY and it.link.state is LinkState.ACTIVE for it in panel.links
        )
        buttons = [
            Button(t("Renew Spotify"), "account.link", {"again": "yes"})
            if works
            else Button(t("Link Spotify"), "account.link", strong=True),
            Button(t("Bring a file"), "account.bring"),
            Button(t("Connect another platform"), "person.code"),
            Button(t("What others see"), "privacy.panel"),
        ]
        if panel.links:
            buttons.append(Button(t("Unlink"), "account.unlink.ask"))
        return Card(t("All that is yours"), tuple(blocks), tuple(buttons))


def _link(it: LinkView, member: Member) -> Text:
    """Since when, and until when; for all but Spotify, of which time."""
    since = Moment(it.link.authorized_at_ms, member.zone)
    if it.link.state is LinkState.EXPIRED and it.deleted_ms is not None:
        return t(
            "linked on {since}, and ended: link it again before {until}, else all that I read there goes",
            since=since,
            until=Moment(it.deleted_ms, member.zone),
        )
    if it.link.state is LinkState.EXPIRED:
        return t("linked on {since}, and ended: link it again", since=since)
    own = is_own(it.link.developer)
    if it.link.state is LinkState.NOT_ALLOWLISTED and own:
        return t("linked on {since}, but you have to add yourself to your own app first", since=since)
    if it.link.state is LinkState.NOT_ALLOWLISTED:
        return t("linked on {since}, but whoever runs me has to add you at Spotify first", since=since)
    if it.link.state is LinkState.HIDDEN:
        return t("linked on {since}, but you hide it there: show it, then link it again", since=since)
    if it.link.source in KEEPERS:
        return _read(it, member)
    if it.covered is not None:
        first, last = it.covered
        return t(
            "imported, from {first} to {last}",
            first=Moment(first, member.zone),
            last=Moment(last, member.zone),
        )
    if it.until_ms is None:
        return t("imported")
    until = Moment(it.until_ms, member.zone)
    if own:
        said = t(
            "linked on {since}, lives until about {until}, through your own app", since=since, until=until
        )
    else:
        said = t(
            "linked on {since}, lives until about {until}; {n} of {seats} seats are taken",
            since=since,
            until=until,
            n=it.seats,
            seats=SEATS,
        )
    if it.silent_since_ms is None:
        return said
    return t(
        "{said}; Spotify has told me of no play since {when}, which is longer than usual for you",
        said=said,
        when=Moment(it.silent_since_ms, member.zone),
    )


def _read(it: LinkView, member: Member) -> Text:
    if it.covered is None:
        return t("{account}, not read yet", account=it.link.account)
    first, last = (Moment(at_ms, member.zone) for at_ms in it.covered)
    said = t("{account}, read from {first} to {last}", account=it.link.account, first=first, last=last)
    if not it.unread:
        return said
    name, n = KEEPERS[it.link.source].name, abs(it.unread)
    if it.unread > 0:
        return t("{said}; {name} counts {n} more than I have read", said=said, name=name, n=n)
    return t("{said}; {name} counts {n} fewer than I have read", said=said, name=name, n=n)
