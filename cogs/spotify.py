"""Connecting Spotify: through the host's app or one of the member's own, by our pages or by a pasted address."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Form, FormField, Lines, Link, action, submitted
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.chat.features import number
from bot.chat.revoking import APPS
from bot.core import model
from bot.core.apps import LENGTH, is_own
from bot.core.lifetimes import Said
from bot.core.model import LinkState, Member, Source
from bot.core.returned import FIELD
from bot.errors import BadOption
from bot.services.linking import HOST, MORE_SCOPES, SCOPE_WORDS, SEATS, Linked, Linking, Login, NoApp
from bot.services.people import People
from bot.text import Moment, Text, t, tn

DASHBOARD = "https://developer.spotify.com/dashboard"

_KEPT = (
    t("I keep track, time and your account number here; the key from Spotify is encrypted."),
    t("Nobody sees any of it until you say so with /join, and /unlink deletes it all."),
)
_FULL = t(
    "All {seats} seats of the host's app seem to be taken, and then Spotify does not let you in. An app of your own "
    "has seats of its own.",
    seats=SEATS,
)
_OWN = t("It goes through your own Spotify app.")
_OWN_APP = Button(t("Use an app of your own"), "account.app")


class SpotifyLink(Cog):
    """A member's Spotify account."""

    def __init__(self, people: People, linking: Linking) -> None:
        self.people = people
        self.linking = linking

    async def link(self, ctx: Context, app: str = "") -> Card:
        """The way to Spotify's consent; `app` is the client ID of an own app, as typed."""
        return await self._link(ctx, app=app)

    @action("account.link", private=True)
    async def link_pressed(self, ctx: Context, more: str = "", again: str = "", app: str = "") -> Card:
        """From a button. `more` names further permissions; `again` renews a link that works."""
        return await self._link(ctx, more=more, again=again == "yes", app=app)

    async def _link(self, ctx: Context, *, more: str = "", again: bool = False, app: str = "") -> Card:
        if more and more not in MORE_SCOPES:
            raise BadOption(t("I do not know that kind of permission."), "more")
        member = await asker(self.people, ctx)
        wanted = MORE_SCOPES.get(more, frozenset())
        working = [it for it in await self.linking.spotify_links(member) if it.state is LinkState.ACTIVE]
        if not again and not app and any(wanted <= it.scopes for it in working):
            return await self._linked_already(working[0], member)
        try:
            login = await self.linking.begin(member, {more} if more else frozenset(), app)
        except NoApp as none:
            return self._own_app(none.text)
        return _way(login, member)

    # --- an app of one's own

    @action("account.app", private=True)
    async def own_app(self, ctx: Context) -> Card:
        """How to make an app, and what it gains."""
        return self._own_app()

    @action("account.app.enter", private=True)
    async def enter_app(self, ctx: Context) -> Form:
        """Asks for the client ID."""
        return Form(
            t("Your own Spotify app"),
            (
                FormField(
                    "app",
                    t("Client ID"),
                    t("{n} digits and letters, from your app's page. Not the secret.", n=LENGTH),
                    most=100,
                ),
            ),
            submit="account.app.given",
            button=t("Go on"),
        )

    @submitted("account.app.given")
    async def app_given(self, ctx: Context, app: str = "") -> Card:
        """The client ID; on to Spotify through that app."""
        if not app.strip():
            raise BadOption(
                t("The client ID is missing. It stands on your app's page in the dashboard."), "app"
            )
        return await self._link(ctx, app=app)

    def _own_app(self, first: Text | None = None) -> Card:
        blocks: list[Block] = [] if first is None else [Lines((first,))]
        blocks += [
            Lines(
                (
                    t(
                        "Its {seats} seats and its daily calls are yours alone: nobody waits for anybody.",
                        seats=SEATS,
                    ),
                    t("It takes Spotify Premium and two minutes. I need no secret, only the client ID."),
                ),
                t("What you gain"),
            ),
            Lines(
                (
                    t("1. Open the dashboard, sign in with your Spotify account, and press “Create app”."),
                    t("2. Choose a name, a description, and “Web API”."),
                    t("3. As redirect URI enter exactly this: {uri}", uri=self.linking.redirect_uri),
                    t("4. Save. Under User Management add your name and the e-mail of your Spotify account."),
                    t("5. Copy the client ID, come back and enter it. I keep it until you change it."),
                    t(
                        "Does Spotify say INVALID_CLIENT then? Compare the client ID and the redirect URI, letter "
                        "by letter."
                    ),
                ),
                t("How to make one"),
            ),
        ]
        buttons: list[Button | Link] = [
            Link(t("Open the dashboard"), DASHBOARD),
            Button(t("Enter the client ID"), "account.app.enter", strong=True),
        ]
        if self.linking.hosted:
            buttons.append(Button(t("Use the host's app"), "account.link", {"again": "yes", "app": HOST}))
        return Card(t("A Spotify app of your own"), tuple(blocks), tuple(buttons))

    # --- where no browser finds us

    @action("account.paste", private=True)
    async def ask_address(self, ctx: Context) -> Form:
        """Asks for the address that the browser ended on."""
        return Form(
            t("Back from Spotify"),
            (
                FormField(
                    FIELD,
                    t("The address you ended on"),
                    t("From the top of your browser, all of it: it has “code=” and “state=” in it."),
                    long=True,
                    most=3000,
                ),
            ),
            submit="account.pasted",
            button=t("Link it"),
        )

    @submitted("account.pasted")
    async def address_given(self, ctx: Context, address: str = "") -> Card:
        """The address; the account is linked, and named."""
        return _linked(await self.linking.paste(await asker(self.people, ctx), address))

    @action("account.undo", private=True)
    async def undo(self, ctx: Context, at: str) -> Card:
        """“Not me”: the link that was made then is taken off again."""
        plays = await self.linking.undo_own(await asker(self.people, ctx), number(at))
        return Card(
            t("Undone"),
            (
                Lines(
                    (
                        tn(
                            "The link is gone, and with it {n} play that I had read.",
                            "The link is gone, and with it {n} plays that I had read.",
                            plays,
                        ),
                    )
                ),
            ),
            (APPS[Source.SPOTIFY],),
            replaces=True,
        )

    async def _linked_already(self, link: model.Link, member: Member) -> Card:
        own = is_own(link.developer)
        return Card(
            t("Your Spotify is linked already"),
            (
                Lines(
                    (
                        t(
                            "Since {when}. Spotify ends every link six months after your yes.",
                            when=Moment(link.authorized_at_ms, member.zone),
                        ),
                        _OWN if own else _seats(await self.linking.seats(link)),
                    )
                ),
            ),
            (
                Button(t("Renew it"), "account.link", {"again": "yes"}),
                Button(t("Change the app"), "account.app") if own else _OWN_APP,
                Button(t("Unlink"), "account.unlink.ask"),
                Button(t("All that is yours"), "account.home"),
            ),
        )


def reminder(said: Said, until: Moment) -> Card:
    """What a member is told of a link that ends, or that has ended."""
    title, *lines = _SAID[said]
    delete = () if said in (Said.SOON, Said.SOONER) else (Button(t("Delete it now"), "account.unlink.ask"),)
    return Card(
        title,
        (Lines(tuple(Text(line.template, {"until": until}) for line in lines)),),
        (Button(t("Link Spotify again"), "account.link", {"again": "yes"}, strong=True), *delete),
    )


_RENEW = t("Link it again before that: it is one tap, nothing is missed and nothing is lost.")
_SAID = {
    Said.SOON: (
        t("Your link to Spotify ends soon"),
        t("Spotify ends every link six months after your yes: this one around {until}."),
        _RENEW,
    ),
    Said.SOONER: (t("Your link to Spotify ends in a few days"), t("It ends around {until}."), _RENEW),
    Said.OVER: (
        t("Your link to Spotify has ended"),
        t("Its six months are over, and I read nothing any more."),
        t("What I read until now stays until {until}. Link it again before that, and you keep it."),
    ),
    Said.LAST: (
        t("What I read at your Spotify goes in a few days"),
        t("The link has ended. On {until} I delete it with everything that I read through it."),
        t("Link it again before that, and you keep it."),
    ),
    Said.TAKEN_BACK: (
        t("Your link to Spotify has ended"),
        t("Spotify says that it was taken back there, so I stopped at once."),
        t("On {until} I delete it with everything that I read through it, unless you link it again."),
    ),
}


def _way(login: Login, member: Member) -> Card:
    blocks: list[Block] = [
        Lines(
            tuple(t("whether I may {what}", what=SCOPE_WORDS[it]) for it in sorted(login.scopes)),
            t("What Spotify will ask you"),
        ),
        Lines((*_KEPT, *((_OWN,) if login.own else ()), *((_FULL,) if login.full else ()))),
    ]
    buttons: list[Button | Link] = [Link(t("Go on to Spotify"), login.url)]
    if login.pasting:
        blocks.append(
            Lines(
                (
                    t(
                        "The Spotify account you use next will belong to you, {who}. It is good for ten minutes.",
                        who=member.name,
                    ),
                    t(
                        "After your yes the browser ends on a page that does not load, and that is right: copy its "
                        "address, come back and paste it. (Where it loads, you are on my machine, and it says more.)"
                    ),
                ),
                t("How it goes on"),
            )
        )
        buttons.append(Button(t("Paste the address you ended on"), "account.paste", strong=True))
    else:
        blocks.append(
            Lines(
                (
                    t(
                        "The page says {who}: the link is for you alone and good for ten minutes.",
                        who=member.name,
                    ),
                )
            )
        )
    if not login.own:
        buttons.append(_OWN_APP)
    return Card(t("Link your Spotify"), tuple(blocks), tuple(buttons))


def _linked(it: Linked) -> Card:
    lines = [
        t("Spotify did not give me everything I asked for; what needs it will say so.")
        if it.missing
        else t("What you played lately is there within a minute."),
        t("/join decides what others see."),
        _OWN if it.own else _seats(it.seats),
    ]
    buttons = [Button(t("All that is yours"), "account.home")]
    if it.first_time:
        buttons.append(Button(t("Not me, undo"), "account.undo", {"at": str(it.authorized_at_ms)}))
        title = t("{account} on Spotify is now linked to you, {who}", account=it.account, who=it.member.name)
    else:
        title = t("The link of {account} on Spotify to you is renewed for six months", account=it.account)
    return Card(title, (Lines(tuple(lines)),), tuple(buttons), replaces=True)


def _seats(taken: int) -> Text:
    return tn(
        "{n} of the {seats} seats of the host's app is taken.",
        "{n} of the {seats} seats of the host's app are taken.",
        taken,
        seats=SEATS,
    )
