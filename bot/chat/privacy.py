"""What the features of the consent panel say alike: what is set aside and why, how many plays, which time, a pause."""

from __future__ import annotations

from bot.chat.cards import Button, Row
from bot.core.choices import Aside, Mark, Whole
from bot.core.model import Span
from bot.services.choices import DAYS, Taken
from bot.text import Moment, Text, t, tn

PANEL = Button(t("All your choices"), "privacy.panel")
PAUSING = (
    t("Nothing is read and nothing of yours is shown, in any group, until you go on."),
    t("What you play meanwhile is never counted; no import brings it back. What was read before stays."),
)
MARKS = {
    Mark.HIDDEN: t("hidden, only you see these plays"),
    Mark.SLEEP: t("for sleeping, counts for nobody"),
    Mark.KIDS: t("the children's, counts for nobody"),
    Mark.BACKGROUND: t("in the background, counts for nobody"),
}


def aside_name(aside: Aside, zone: str) -> Text:
    """What it is about: a name, or from when until when."""
    if aside.whole is not Whole.TIME:
        return t("{name}", name=aside.name)
    return from_to(aside.span, zone)


def from_to(span: Span, zone: str) -> Text:
    """`2026-11-24 23:00 to 2026-11-25 07:00`, by the reader's clock."""
    since, until = (Moment(at_ms, zone) for at_ms in span)
    return t("{since} to {until}", since=since, until=until)


def plays_out(taken: Taken) -> Text:
    """`12 plays of your last 400 days`."""
    return tn(
        "{n} play of your last {days} days", "{n} plays of your last {days} days", taken.plays, days=DAYS
    )


def count_again(aside: Aside) -> Button:
    """Takes it back."""
    return Button(t("Count it again"), "aside.back", {"aside": str(aside.id)})


def aside_row(taken: Taken, zone: str) -> Row:
    """The aside as a line of a listing."""
    note = t("{mark}; {plays}", mark=MARKS[taken.aside.mark], plays=plays_out(taken))
    return Row(aside_name(taken.aside, zone), note, buttons=(count_again(taken.aside),))
