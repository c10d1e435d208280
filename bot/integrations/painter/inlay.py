"""What the inlays of a cassette have in common: whose time it is, how much was played, the hours on the spine."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.recap.model import MemberRecap, Recap
from bot.integrations.painter import times
from bot.integrations.painter.lettering import Line
from bot.integrations.painter.sheet import Data, Sheet, scaled
from bot.text import t, tn

DISCS = 5


def inlay(recap: Recap, shown: Sequence[MemberRecap], sheet: Sheet) -> Data:
    """What spine, header and foot of inlay.typ are drawn with; `shown` are those who are named on it."""
    # All discs, or all but one place that says how many more there are.
    discs = shown if len(recap.members) <= DISCS else shown[: DISCS - 1]
    single = recap.members[0] if len(recap.members) == 1 else None
    return {
        **sheet.base(),
        "headline": sheet.say(times.headline(recap.period)),
        "corner": sheet.say(times.corner(recap.period)),
        "dates": sheet.say(times.dates(recap.period)),
        "kicker": _kicker(recap, single, sheet),
        "counts": _counts(recap, single, sheet),
        "change": sheet.against(recap) if single and recap.plays_before else None,
        "against": sheet.say(t("on {before}", before=times.before(recap.period))),
        "discs": [sheet.disc(it.member) for it in discs],
        "more_discs": len(recap.members) - len(discs),
        "week": scaled(recap.week),
        "footer": sheet.known(recap),
    }


def nothing(sheet: Sheet) -> Data:
    """The story of a time in which nothing was played."""
    return {
        "figure": sheet.number(0),
        "under": sheet.say(t("plays")),
        "title": sheet.data(Line(sheet.say(t("An empty tape")))),
        "said": sheet.say(t("What you listen to next goes on the next card.")),
    }


def _kicker(recap: Recap, single: MemberRecap | None, sheet: Sheet) -> list[Data]:
    """Whose card it is: the group, or the member and then the group if it is called otherwise."""
    if single is None:
        return [sheet.line(recap.name, "name")]
    lines = [sheet.line(single.member.name, "name")]
    if recap.name != single.member.name:
        lines.append(sheet.line(recap.name, "name"))
    return lines


def _counts(recap: Recap, single: MemberRecap | None, sheet: Sheet) -> list[str]:
    said = [times.dates(recap.period, years=False), tn("{n} play", "{n} plays", recap.plays)]
    if recap.minutes:
        minutes = recap.minutes
        long = t("{n} min", n=minutes) if minutes < 120 else t("{n} h", n=minutes // 60)
        said.append(long if recap.minutes_exact else t("about {count}", count=long))
    n = len(recap.members)
    if not single:
        everybody = recap.listeners in (0, n)
        said.append(
            tn("{n} member", "{n} members", n)
            if everybody
            else t("{some} of {n} listened", some=recap.listeners, n=n)
        )
    return [sheet.say(text) for text in said]
