"""The pages a member sees while linking or bringing a file: plain HTML, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.chat import Card, Fields, Lines
from bot.chat.revoking import APPS
from bot.core.model import Member, Source
from bot.services.linking import SCOPE_WORDS, Invitation, Linked
from bot.text import Text, in_english, t, tn

_REVOKE = APPS[Source.SPOTIFY].url


def invitation_page(it: Invitation, again: bool) -> str:
    """Before Spotify: who will be linked, what is read and kept. `again`: the login came back from another browser."""
    button = (
        '<form method="post"><button class="button">Yes, this is me: link it</button></form>'
        if again
        else f'<p><a class="button" href="{escape(it.spotify_url)}">Continue to Spotify</a></p>'
    )
    return _page(
        t("Link your Spotify to {who}?", who=it.member.name),
        _said(
            t("The Spotify account you use next will belong to {who} in chat.", who=it.member.name),
            strong=True,
        )
        + _said(t("If somebody sent you this page and {who} is not you, close it.", who=it.member.name))
        + "<h2>What Spotify will ask you</h2>"
        + _list([t("whether I may {what}", what=SCOPE_WORDS[scope]) for scope in sorted(it.scopes)])
        + "<h2>What I keep</h2>"
        + _list(
            [
                t("which track you played and when, and your Spotify account number"),
                t("the key Spotify gives me, encrypted; never your password or e-mail"),
            ]
        )
        + "<h2>Who sees it</h2>"
        + _list(
            [
                t("nobody, until you say so in a group with /join, feature by feature"),
                t("no advertiser, no AI model, no other service"),
            ]
        )
        + _said(t("Whenever you like, /unlink deletes all of it at once."))
        + button,
    )


def linked_page(it: Linked, seats: int) -> str:
    """After Spotify: whose account is linked to whom, and the way back."""
    if it.first_time:
        what = t(
            "{account} on Spotify is now linked to {who} in chat.", account=it.account, who=it.member.name
        )
    else:
        what = t(
            "The link of {account} on Spotify to {who} in chat is renewed for six months.",
            account=it.account,
            who=it.member.name,
        )
    parts = [_said(what, strong=True)]
    if it.missing:
        parts.append(
            _said(
                t(
                    "Spotify did not give me everything I asked for ({scopes}); what needs it will say so.",
                    scopes=", ".join(sorted(it.missing)),
                )
            )
        )
    parts.append(_said(t("You can close this page and go back to the chat. /join decides what others see.")))
    parts.append(
        _said(
            t("It goes through your own Spotify app.")
            if it.own
            else tn(
                "{n} of the app's {seats} seats is taken.",
                "{n} of the app's {seats} seats are taken.",
                it.seats,
                seats=seats,
            ),
            quiet=True,
        )
    )
    if it.undo:
        parts.append(
            f'<form method="post" action="/undo"><input type="hidden" name="token" value="{escape(it.undo)}">'
            '<button class="button quiet">That is not me: undo</button></form>'
        )
    return _page(t("Linked"), "".join(parts))


def undone_page(plays: int) -> str:
    """After “not me”."""
    return _page(
        t("Undone"),
        _said(
            tn(
                "The link is gone, and with it {n} play that I had read.",
                "The link is gone, and with it {n} plays that I had read.",
                plays,
            )
        )
        + f'<p>To take the app off your Spotify account too, open <a href="{_REVOKE}">Spotify\'s list of apps</a>.</p>',
    )


def upload_page(member: Member, token: str, trouble: Text | None) -> str:
    """Where a member brings their file; `trouble` is why the one before would not do."""
    return _page(
        t("Bring your Spotify history, {who}", who=member.name),
        (_said(trouble, strong=True) if trouble is not None else "")
        + _said(t("Choose the zip that Spotify sent you, or one JSON file of it: one file of up to 1 GB."))
        + _said(
            t(
                "If somebody sent you this page and {who} is not you, close it: the plays would become theirs.",
                who=member.name,
            )
        )
        + f'<form method="post" action="/upload/{escape(token)}" enctype="multipart/form-data">'
        '<p><label>The file <input type="file" name="file" accept=".zip,.json" required></label></p>'
        '<button class="button">Read it</button></form>'
        + _said(
            t(
                "It takes a while; leave this page open until the answer is here. The file is deleted once it is read."
            ),
            quiet=True,
        ),
    )


def takeout_page(member: Member, token: str) -> str:
    """Where a member takes everything along."""
    return _page(
        t("Everything I keep about {who}", who=member.name),
        _said(t("One zip, in JSON and CSV that people can read. It is made for you now and kept nowhere."))
        + _said(
            t(
                "If somebody sent you this page and {who} is not you, close it: it holds all they listened to.",
                who=member.name,
            )
        )
        + f'<form method="post" action="/takeout/{escape(token)}"><button class="button">Download it</button></form>'
        + _said(
            t("This works once. If it breaks off, or you need another one, use /privacy in chat."), quiet=True
        ),
    )


def card_page(card: Card) -> str:
    """A card of lines and fields as a page."""
    body = ""
    for block in card.blocks:
        assert isinstance(block, Lines | Fields), "pages show lines and fields"
        body += "" if block.heading is None else f"<h2>{in_english(block.heading, escape=escape)}</h2>"
        body += _list(block.lines) if isinstance(block, Lines) else _pairs(block)
    return _page(card.title, body + ("" if card.footer is None else _said(card.footer, quiet=True)))


def said_page(title: Text, *lines: Text) -> str:
    """A page that only says something."""
    return _page(title, "".join(_said(line) for line in lines))


def _said(text: Text, *, strong: bool = False, quiet: bool = False) -> str:
    words = in_english(text, escape=escape)
    if strong:
        return f"<p><strong>{words}</strong></p>"
    return f'<p class="quiet-text">{words}</p>' if quiet else f"<p>{words}</p>"


def _list(lines: Sequence[Text]) -> str:
    return "<ul>" + "".join(f"<li>{in_english(line, escape=escape)}</li>" for line in lines) + "</ul>"


def _pairs(fields: Fields) -> str:
    return (
        "<dl>"
        + "".join(
            f"<dt>{in_english(name, escape=escape)}</dt><dd>{in_english(value, escape=escape)}</dd>"
            for name, value in fields.pairs
        )
        + "</dl>"
    )


def _page(title: Text, body: str) -> str:
    heading = in_english(title, escape=escape)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{heading} · Earshot</title><link rel="stylesheet" href="/style.css"></head>'
        f"<body><main><header>EARSHOT</header><section><h1>{heading}</h1>{body}</section></main></body></html>"
    )
