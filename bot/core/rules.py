"""The rule behind each number, in words: what `/about` and a proof show, and what docs/numbers.md is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.awards.choosing import NEARLY
from bot.core.calendar import DAY_MS
from bot.core.exports import SHORTEST_PLAY_MS
from bot.core.recap.compute import LEAST_KNOWN
from bot.core.recap.firsts import FOLLOWS_MS, KNOWN_MS, SILENT_MS
from bot.core.recap.firsts import LEAST_PLAYS as LEAST_NEW
from bot.core.recap.loops import LEAST_TIMES
from bot.core.recap.moments import FALSE_SHARE, LEAST_BEFORE
from bot.core.recap.moments import LEAST_PLAYS as LEAST_MOMENT
from bot.core.recap.months import LEAST_PLAYS as LEAST_SEASON
from bot.core.recap.months import TIMES_MORE
from bot.core.recap.streaks import LEAST_DAYS, LEAST_RUN
from bot.core.taste import LEAST_PLAYS as LEAST_TASTE


@dataclass(frozen=True, slots=True)
class Rule:
    """How a number is made. `says` is for whoever reads the number, `why` for whoever doubts it."""

    id: str
    name: str
    says: str
    why: str = ""


_SECONDS = SHORTEST_PLAY_MS // 1000

_ALL = (
    Rule(
        "play",
        "A play",
        f"One row of an export with at least {_SECONDS} seconds played, one row of Spotify's list of recent plays, or "
        "one row of Last.fm or ListenBrainz. It belongs to the local day and hour in which it ended; at Last.fm and "
        "ListenBrainz to those in which it began, for these do not tell its end.",
        "The end is what both export formats state themselves (ts, endTime). The start would have to be guessed: "
        "after a pause it is not the end less the time played. So a song begun at 23:58 belongs to the next day. "
        "Private sessions, podcasts, audiobooks and shorter rows are skipped and counted as skipped. A video counts "
        "if it is of a track. Spotify's list of recent plays does not tell how long a play was, and lists what was "
        "played for about 30 seconds or more. Players tell Last.fm and ListenBrainz of a track longer than 30 seconds "
        "once half of it or four minutes have sounded, so these count fewer of the plays that were broken off. They "
        "also have what was played elsewhere than at Spotify.",
    ),
    Rule(
        "sources",
        "Where plays come from",
        "At any time only one source counts: the extended streaming history where it covers that time, else the "
        "account data where it covers it, else what Spotify's API showed, else (also in the gaps of Spotify's API) "
        "Last.fm, else ListenBrainz.",
        "Two sources tell the same play with different times, and people repeat songs, so matching their rows would "
        "lose some plays and double others. An export covers the time from its first to its last row, file by file; "
        "files of one import that follow each other by number (or by year) cover the pause between them; a file that "
        "breaks off covers what was read of it, a file of videos only its own rows. In the extended history rows with "
        "the same track, time and length count once; account data knows only the minute, so equal rows all count.",
    ),
    Rule(
        "song",
        "A song",
        "Plays of tracks that are one recording: with the same ISRC and at most 3 seconds apart in length, or with the "
        "same artist and title and lengths (where both are known) at most 3 seconds or 2 % apart. A remaster, an "
        "album, LP or standard version, a bonus track, explicit and clean, a deluxe edition are the song. Live, remix, "
        "edit, demo, acoustic, instrumental, sped up, re-recorded, Taylor's Version, part 2 are songs of their own.",
        "Titles and artists are compared without upper case, the width of letters, accents on Latin letters, and "
        "punctuation; & is and. Only a whole bracket or suffix is cut off: “Live / Remastered 2009” stays. Lengths "
        "agree as neighbours do: in order of length, a recording ends where the next is too far. A track of unknown "
        "length goes with the recording of its name that most tracks are of, so it never joins two. A title without "
        "“feat. …” from a source that knows no IDs is the one with it in Spotify's catalogue, where that lists only "
        "one and none without, or where lengths agree; and the other way round. Local files are compared with each "
        "other only. A track whose names no row tells is a song of its own. A song is shown with the names of its most "
        "played track. Raw tracks are kept; which are one song is derived from them, and derived again when these "
        "rules change. Admins of a group may say that two songs are the same, or a version is none of it (/songs): it "
        "counts in that group alone, not in its members' own numbers, and can be undone.",
    ),
    Rule(
        "artist",
        "An artist",
        "Plays by the artist that the row names; in an export that is the artist of the album. A track that has a "
        "URI keeps the names that were first told for it.",
        "Guests are not counted for themselves: “A feat. B” is A, and so is “A, B” where a source without IDs tells "
        "it, unless it may be the name of a band (“Earth, Wind & Fire”). Names are compared as those of songs are; "
        "“The” is a part of them.",
    ),
    Rule(
        "album",
        "An album",
        "Plays of tracks from albums with the same title and artist. Account data names no album, so its plays are "
        "in no list of albums.",
    ),
    Rule(
        "order",
        "The order of a list",
        "Most plays first; among equals by name in alphabetical order. The movement compares with the rank in the "
        "period of the same kind right before.",
        f"It is said, and so is a change in plays (also by an award), only where at least {round(100 * LEAST_KNOWN)} % "
        "of that period is vouched for; in a group, for each member of whom anything is known now. Else the number "
        "stands alone, and nothing is called new. A change in plays is not said either where less of the period itself "
        "is known, nor while it goes on. What was not played in that period is new if nothing is known of it "
        "from before, else it is back.",
    ),
    Rule(
        "minutes",
        "Minutes",
        "The time that the counted plays sounded, in whole minutes, cut not rounded. “About” is said where a source "
        "does not tell it and the track's whole length was taken.",
        "Last.fm tells neither, so its plays add no minutes. The minutes of a group are those of all its plays "
        "together, so they can be more than its members' whole minutes added up.",
    ),
    Rule("listeners", "Listeners", "Members with at least one counted play."),
    Rule(
        "choices",
        "What is left out",
        "What a member has hidden, set aside, forgotten or played in a pause is in no number that others read. "
        "The hours from midnight to five on a member's own clock are told to others only with that member's yes "
        "to late nights; the plays themselves count.",
        "An artist who is left out is so wherever the credit or the title of a track names them, as a guest, too. "
        "What is only hidden counts in the member's own numbers. Without the yes to late nights the clock, the "
        "busiest hour and loops go without those hours. A number that was said is not said again where it names "
        "what somebody has hidden since.",
    ),
    Rule(
        "loop",
        "On repeat",
        f"One song at least {LEAST_TIMES} times in a row in one member's counted plays of the period, told with the "
        f"end of its first and of its last play.",
        "Anything else that counts as a play ends a loop; a skipped song does not. Plays that ended "
        "at the same instant (for account data, in the same minute) have no order, so they may end a loop.",
    ),
    Rule(
        "clock",
        "The clock",
        "Plays by the local hour in which they ended, each on the clock of the member who played it.",
        "Clock changes are exact: an hour that comes twice counts into the same bar of the clock both times.",
    ),
    Rule(
        "busiest",
        "The busiest hour",
        "The clock hour of one day with the most plays, the earliest among equals. A group's hour is on the group's "
        "clock.",
        "Where clocks are put back, the hour that comes twice is two hours.",
    ),
    Rule(
        "run",
        "An artist with nobody else in between",
        f"At least {LEAST_RUN} plays of one artist in a row in one member's counted plays, with no other artist in "
        "between, told with the end of the first and of the last.",
        "A play without an artist's name ends it.",
    ),
    Rule(
        "days",
        "Days in a row",
        f"At least {LEAST_DAYS} days of the member's own clock in a row, each with a play of the song or artist. They "
        "may have begun before the period, up to eight weeks (of a longer period as long as it is), and reach into it.",
    ),
    Rule(
        "first",
        "For the first time",
        f"At least {LEAST_NEW} plays in the period of an artist of whom nothing is known from before. Only of a member "
        f"of whom {KNOWN_MS // DAY_MS} days before the period are known.",
        "What was played before the first known play, or on another service, cannot be known. What a member has set "
        "aside or hidden is not remembered.",
    ),
    Rule(
        "comeback",
        "Back again",
        f"A song with at least {LEAST_NEW} plays in the period that the member had not played for "
        f"{SILENT_MS // DAY_MS} days or more: whole days from the last play before to the first one now.",
    ),
    Rule(
        "chain",
        "Who was first and who followed",
        "The members who compare themselves, by their first known play of an artist, each within "
        f"{FOLLOWS_MS // DAY_MS} days after the one before, the last one in the period. Each had been known for "
        f"{KNOWN_MS // DAY_MS} days by then.",
        "The order is counted, a cause is not claimed: both may have it from somewhere else.",
    ),
    Rule(
        "moment",
        "A remarkable song",
        "Plays in the period of a song that is told because its share among the member's plays has grown so much over "
        f"the time before that chance explains it badly. At least {LEAST_MOMENT} plays of it, and "
        f"{LEAST_BEFORE} of anything before, in a time that is known like one that is compared with.",
        "Measured by the log-likelihood ratio (Dunning 1993) over all songs of all members together; at most "
        f"{round(100 * FALSE_SHARE)} % of what is told is expected to be chance (Benjamini and Hochberg 1995).",
    ),
    Rule(
        "usual",
        "The time before",
        "Plays of the song in the eight weeks before the period; before a longer period, in as much time as it has.",
    ),
    Rule(
        "effective",
        "How many artists, evenly",
        f"As if so many artists had been played equally often: exp of the entropy of the shares. Not under "
        f"{LEAST_TASTE} plays. The interval holds 90 %, if plays came independently.",
        "Hill's number of order 1. One artist in all gives 1; ten artists played equally give 10.",
    ),
    Rule(
        "repeated",
        "Played again",
        f"The share of the plays that were not the first of their song in the period. Not under {LEAST_TASTE} plays. "
        "The interval is Wilson's for 90 %.",
    ),
    Rule(
        "explored",
        "New songs",
        "The share of the plays that were of songs of which nothing is known from before the period. Not under "
        f"{LEAST_TASTE} plays, and not where fewer than {KNOWN_MS // DAY_MS} days before are known.",
        "The interval is Wilson's for 90 %.",
    ),
    Rule(
        "alone",
        "Played by nobody else",
        "The share of a member's plays that were of artists whom no other member who compares themselves played in the "
        f"period. Not under {LEAST_TASTE} plays.",
        "The interval is Wilson's for 90 %. It counts everybody's plays, so it goes with each of them.",
    ),
    Rule(
        "alike",
        "How alike two members are",
        "1 less the Jensen–Shannon distance (base 2) between the shares of their plays by artist, in per cent. An "
        "artist weighs ln(1 + N/n) if n of the N members who compare themselves played them: what few play tells more. "
        f"Not under {LEAST_TASTE} plays on a side.",
        "The interval holds 90 %, by the delta method, if plays came independently. Few plays look less alike than "
        "they are. It counts everybody's plays through the weights, so it goes with each of them.",
    ),
    Rule(
        "common",
        "What all of you played",
        "Artists with plays of every member who compares themselves and played anything; those first of whom the least "
        "keen member played most.",
    ),
    Rule(
        "bridge",
        "What joins most of you",
        "The artist whom most of the members who compare themselves played; among equals the one of whom the least "
        "keen member played most.",
    ),
    Rule(
        "decade",
        "By decade",
        "Plays of songs by the decade in which the album first came out that MusicBrainz has them on. Not under "
        f"{LEAST_TASTE} plays with a year, and not where fewer than half have one; how many have one is said.",
        "Looked up at ListenBrainz by artist and title, of songs that something else than Spotify's API has told of. A "
        "song's year is the earliest that is known of its versions; where MusicBrainz has a song on a later album or "
        "compilation only, it is that one's.",
    ),
    Rule(
        "area",
        "By country",
        "Plays by where the artist named first is from, as MusicBrainz names it: mostly a country, sometimes a part of "
        f"one. Not under {LEAST_TASTE} plays with one, and not where fewer than half have one.",
        "Where a band was founded or a person is based: MusicBrainz' area of the artist, not a passport.",
    ),
    Rule(
        "recent",
        "Timeless to new",
        "The share of the plays with a known year that were of songs from the period's last year or the year before. "
        f"Not under {LEAST_TASTE} plays with a year, and not where fewer than half have one.",
        "The interval is Wilson's for 90 %.",
    ),
    Rule(
        "fame",
        "Common to unique",
        "Half of the plays were of artists with at most so many listeners at ListenBrainz, when that was looked up. "
        f"Not under {LEAST_TASTE} plays of which it is known, and not where that is fewer than half.",
        "The median, with the interval for 90 % from order statistics, if plays came independently. ListenBrainz has "
        "far fewer listeners than Spotify: the number compares artists, it does not count an audience.",
    ),
    Rule(
        "month",
        "Month by month",
        "All plays of each whole month on the group's clock, and the artist with most of them.",
        "Said of a time that is made of two or more whole months.",
    ),
    Rule(
        "season",
        "What set a quarter apart",
        "In each quarter of a year the artist whose plays are most above what the rest of the year would let one "
        f"expect: at least {LEAST_SEASON} plays, and {TIMES_MORE} times the share of the rest.",
        "Its plays in the quarter and in the whole year are both counted.",
    ),
    Rule(
        "award",
        "Awards",
        "Everybody active is measured in more than thirty ways, each with a least number. Each gets a different award "
        f"that they lead, or of which they have {round(100 * NEARLY)} % of the most; so that as many as possible get "
        "one. None twice running, and none that the member has declined.",
        "Of all such ways the one is taken that is worth most in all: more for who leads clearly, less for an award of "
        "one artist, one decade or one hour. Hours are those that may be told.",
    ),
    Rule(
        "coverage",
        "What may be missing",
        "The share of the time that a source vouches for: an export for its span, Spotify's API for the time between "
        "two looks whose lists overlapped, Last.fm and ListenBrainz for what was read of them whole.",
        "Plays that a device reported days later can be missing from the API's list for ever; an export has them. "
        "What is added, changed or deleted at Last.fm and ListenBrainz is noticed for 14 days.",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}
