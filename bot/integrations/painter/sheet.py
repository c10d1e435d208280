"""What every layout is written with: one theme, one language, the fonts' letters, each member's look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.model import Member, MemberId, Period
from bot.core.pictures import Theme
from bot.core.recap import words
from bot.core.recap.model import MemberRecap, Ranked, Recap
from bot.integrations.painter import times
from bot.integrations.painter.lettering import Lettering, Line, unbroken
from bot.integrations.painter.palette import LOOKS, REST, TOKENS
from bot.text import Text, t

Data = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`say` puts our sentences into the language of the picture; `places` are the members' places in the group."""

    lettering: Lettering
    theme: Theme
    say: Callable[[Text], str]
    places: Mapping[MemberId, int]

    def base(self) -> Data:
        """What library.typ needs of every layout."""
        return {
            "tokens": dict(TOKENS[self.theme]),
            "looks": [{"ink": look.ink, "pattern": look.pattern} for look in LOOKS],
            "rest": REST,
            "weekdays": [self.say(day) for day in times.WEEKDAYS],
        }

    def line(self, written: str, what: str) -> Data:
        """Somebody else's words as one line."""
        return self.data(self.lettering.line(written, what))

    def data(self, line: Line) -> Data:
        """A line as library.typ takes it."""
        return {
            "s": line.text,
            "lang": line.language,
            "dir": "rtl" if line.rtl else "ltr",
            "chip": self.say(t(line.chip)),
            "what": self.say(t(line.what)),
        }

    def passage(self, written: str, what: str) -> tuple[list[Data], bool]:
        """Somebody else's words over several lines, with the words that must not break; and whether all is there."""
        lines, whole = self.lettering.passage(written, what)
        return [{**self.data(line), "words": unbroken(line.text)} for line in lines], whole

    def sentence(self, text: Text) -> Data:
        """A sentence of ours that may hold somebody else's words."""
        return self.line(self.say(text), "words")

    def number(self, n: int) -> str:
        """A figure by itself."""
        return self.say(t("{n}", n=n))

    def look(self, member: MemberId) -> int:
        """Which of `palette.LOOKS` a member prints in."""
        return self.places[member] % len(LOOKS)

    def disc(self, member: Member) -> Data:
        """A member's look, with the first letter of their name or else their number in the group."""
        line = self.lettering.line(member.name, "name")
        initial = line.initial or str(self.places[member.id] + 1)
        return {"look": self.look(member.id), "initial": self.data(Line(initial, line.language, line.rtl))}

    def named(self, member: Member) -> Data:
        """A member's disc and name."""
        return {**self.disc(member), "name": self.line(member.name, "name")}

    def where(self, group: str, period: Period) -> Data:
        """`music-club · Week 47`."""
        return self.line(f"{group} · {self.say(times.headline(period))}", "name")

    def known(self, recap: Recap) -> list[str]:
        """What is known of the time, and whom to thank for the plays: for the foot of a picture."""
        complete = [one.complete >= 1 for one in recap.coverage]
        said: list[Text] = []
        if len(complete) == 1:
            share = min(int(recap.coverage[0].complete * 100), 99)
            said.append(t("All that is shared") if complete[0] else t("{n} % of the time is known", n=share))
        elif complete and all(complete):
            said.append(t("All that everyone shares"))
        elif complete and not any(complete):
            said.append(t("Known in part"))
        elif complete:
            said.append(t("All that {some} of {n} members share", some=sum(complete), n=len(complete)))
        if recap.plays:
            said += words.thanks(recap)
        return [self.say(text) for text in said]

    def change(self, by: int) -> Data:
        """A mark of movement: up, down or the same."""
        kind = "up" if by > 0 else "down" if by < 0 else "same"
        return {"kind": kind, "by": _brief(abs(by)) if by else ""}

    def against(self, recap: Recap, part: MemberRecap | None = None) -> Data | None:
        """How the plays of all or of one member compare with the period before; None where that is not said."""
        by = words.more_than_before(recap, part)
        return None if by is None else self.change(by)

    def moved(self, row: Ranked) -> Data | None:
        """The movement of a rank, or that it is new or back; None where that is not known."""
        said = words.movement(row)
        if said is None:
            return None
        return {"kind": "new", "by": self.say(said)} if row.was is None else self.change(row.was - row.rank)


def part(some: int, whole: int) -> float:
    """A share, 0 to 1."""
    return round(some / whole, 4) if whole > 0 else 0.0


def scaled(counts: Sequence[int]) -> list[float]:
    """Each count as a share of the largest."""
    most = max(counts, default=0)
    return [part(count, most) for count in counts]


def _brief(n: int) -> str:
    """A count in at most four letters: 999, 1.2k, 12k, 3.4M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n / size:.1f}{unit}" if n < 10 * size else f"{n // size}{unit}"
    return str(n)
