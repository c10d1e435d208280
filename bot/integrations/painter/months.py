"""Month by month: a long time as the inlay of a cassette, a bar for each month. Facts in, JSON for months.typ out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Period, PeriodKind
from bot.core.pictures import Months
from bot.core.recap.model import MemberRecap, Ranked, Recap
from bot.core.recap.months import Month, Season
from bot.integrations.painter import crowd, times
from bot.integrations.painter.inlay import inlay, nothing
from bot.integrations.painter.sheet import Data, Sheet, part
from bot.text import Text, t, tn

_ROOMY = 4  # of so many months, each has more room
_ARTISTS = 5
_LINES = 6  # below twelve months, for the list and the members
_MEMBER_LINES = 4
_SONG_OF = {
    PeriodKind.YEAR: t("Song of the year"),
    PeriodKind.QUARTER: t("Song of the quarter"),
}


def months(it: Months, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. Plays of all months are on one scale, 0 to 1."""
    recap = it.recap
    roomy = len(it.months) <= _ROOMY
    listed = _seasons(it.seasons, sheet) or _artists(recap.top_artists[:_ARTISTS], sheet)
    lines = _MEMBER_LINES if roomy else min(_MEMBER_LINES, max(2, _LINES - len(listed)))
    per_line = _per_line(len(recap.members), lines)
    shown = crowd.named(recap.members, sheet, per_line * lines)
    most = max(it.months, key=lambda month: month.plays, default=None)
    return {
        **inlay(recap, shown, sheet),
        "roomy": roomy,
        "months": [
            _month(month, most.plays if most else 0, shown, sheet, roomy=roomy)
            | {"fullest": month is most and month.plays > 0}
            for month in it.months
        ],
        "list_label": sheet.say(t("What set quarters apart") if it.seasons else t("Artists")),
        "ranked": not it.seasons,
        "listed": listed,
        "per_line": per_line,
        "artists": [sheet.line(row.artist, "artist") for row in recap.top_artists[:_ARTISTS]]
        if it.seasons and len(recap.members) == 1
        else [],
        "artists_label": sheet.say(t("Artists")),
        "legend": crowd.legend(recap.members, shown, sheet),
        "box": _song(recap, sheet),
    }


def _per_line(members: int, lines: int) -> int:
    """Two or three on a line with their plays; where that leaves too many out, four with their names alone."""
    if members in (2, 4):
        return 2
    return 3 if members <= 3 * lines else 4


def _month(month: Month, most: int, shown: Sequence[MemberRecap], sheet: Sheet, *, roomy: bool) -> Data:
    top = month.top
    return {
        "name": sheet.say(times.headline(month.period) if roomy else times.short(month.period)),
        "artist": None if top is None else sheet.line(top.artist, "artist"),
        "n": "" if top is None else sheet.number(top.plays),
        "plays": sheet.number(month.plays),
        "part": part(month.plays, most),
        "shares": crowd.shares(month.shares, month.plays, shown, sheet),
    }


def _seasons(seasons: Sequence[Season], sheet: Sheet) -> list[Data]:
    return [
        {
            "label": sheet.say(times.from_to(it.period)),
            "artist": sheet.line(it.top.artist, "artist"),
            "said": sheet.say(t("{n} of {all} plays", n=it.top.plays, all=it.of_year.plays)),
        }
        for it in seasons
    ]


def _artists(artists: Sequence[Ranked], sheet: Sheet) -> list[Data]:
    return [
        {
            "label": sheet.say(t("{n}", n=it.rank)),
            "artist": sheet.line(it.artist, "artist"),
            "said": sheet.number(it.plays),
        }
        for it in artists
    ]


def _song(recap: Recap, sheet: Sheet) -> Data:
    if not recap.top_tracks:
        return nothing(sheet)
    song = recap.top_tracks[0]
    return {
        "figure": sheet.number(song.plays),
        "under": sheet.say(tn("play", "plays", song.plays)),
        "title": sheet.line(song.title, "title"),
        "artist": sheet.line(song.artist, "artist"),
        "said": sheet.say(_song_of(recap.period)),
    }


def _song_of(period: Period) -> Text:
    return _SONG_OF.get(period.kind, t("Most played song"))
