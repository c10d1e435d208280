"""Sentences from facts: why a song is in the list, and what was understood."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.candidates import Candidate
from bot.core.gates import Gates
from bot.core.hints import Direction, Explicit, Instrumental
from bot.core.model import MemberId
from bot.core.named import Reading
from bot.core.planning import Plan
from bot.text import Text, t, tn

LANGUAGES = {
    "en": "English", "es": "Spanish", "de": "German", "fr": "French", "pt": "Portuguese", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "zh": "Chinese", "hi": "Hindi", "ar": "Arabic", "tr": "Turkish",
    "he": "Hebrew", "th": "Thai", "el": "Greek", "ru": "Russian", "sv": "Swedish", "is": "Icelandic",
    "nl": "Dutch", "pl": "Polish", "fi": "Finnish", "no": "Norwegian", "da": "Danish", "uk": "Ukrainian",
    "vi": "Vietnamese", "id": "Indonesian", "la": "Latin",
}  # fmt: skip

PLAYED_HERE = t("played in this group")


def why(one: Candidate, plan: Plan) -> Text:
    """Why a song is in a list, from what is known of it; who plays it is said apart (`played_by`)."""
    song = one.song
    if song.key in plan.seeds:
        return t("the song you named")
    reasons: list[Text] = []
    if song.key[0] in plan.artists:
        reasons.append(t("by {artist}, as you asked", artist=song.artist))
    if one.said:
        reasons.append(t("“{why}”, says the model", why=one.said))
    elif one.fits:
        reasons.append(t("fits {tags}", tags=_and(list(one.fits))))
    elif plan.seeds or plan.seed_artists or (plan.artists and not reasons):
        reasons.append(t("close to what you named"))
    elif plan.genres and song.genres and one.tier:
        near = t("{genre}, close to {asked}", genre=song.genres[0], asked=plan.genres[0])
        far = t("{genre}, with the energy of {asked}", genre=song.genres[0], asked=plan.genres[0])
        reasons.append(near if one.tier == 1 else far)
    if plan.gates.languages and song.lang in plan.gates.languages:
        reasons.append(t("in {language}", language=LANGUAGES.get(song.lang, song.lang)))
    if song.year and (plan.gates.years or plan.gates.exclude_years):
        reasons.append(t("from {year}", year=str(song.year)))
    if not reasons and one.heard:
        reasons.append(PLAYED_HERE)
    if not reasons and song.genres:
        plain = t("{genre} from my songbook", genre=song.genres[0])
        right = plan.targeted and abs(song.energy - sum(plan.energy) / 2) <= 1
        reasons.append(t("{genre} with the right energy", genre=song.genres[0]) if right else plain)
    if not reasons:
        reasons.append(t("near to what you asked for"))
    first, *others = reasons
    for other in others:
        first = t("{one}, {other}", one=first, other=other)
    return first


def listeners(
    plays: Mapping[MemberId, tuple[int, int]], names: Mapping[MemberId, str], most: int = 2
) -> Text | None:
    """`Ana played it 9 times, 3 this week`: those with a name who played a song most; None if there is none.

    `plays` by member: in all, and this week.
    """
    ranked = sorted((member for member in plays if member in names), key=lambda one: (-plays[one][0], one))
    said: Text | None = None
    for member in ranked[:most]:
        times, recent = plays[member]
        text = tn("{who} played it once", "{who} played it {n} times", times, who=names[member])
        if recent and times > 1:
            text = t("{text}, {recent} this week", text=text, recent=recent)
        said = text if said is None else t("{one}; {other}", one=said, other=text)
    return said


def about(reading: Reading, plan: Plan) -> tuple[Text, ...]:
    """What was understood, in a few words each: `heartbreak`, `90s`, `no metal`, `20 songs`."""
    hints, named = reading.hints, reading.named
    said = [t("by {artist}", artist=one.artist) for one in named.artists]
    said += [
        t("like {title} by {artist}", title=one.title, artist=one.artist)
        if one.title
        else t("like {artist}", artist=one.artist)
        for one in named.like
    ]
    said += [t("{genre}", genre=genre) for genre in hints.genres]
    for one in hints.feelings:
        label = one.meaning.label.replace("_", " ")
        degree = {0.5: "a little {label}", 1.35: "very {label}"}.get(one.degree, "{label}")
        said.append(t(degree, label=label))
    for one in hints.compared:
        label = one.meaning.label.replace("_", " ")
        said.append(t("less {label}", label=label) if one.degree < 0 else t("more {label}", label=label))
    said += [t("{years}", years=years_said(span.first, span.last)) for span in hints.years]
    said += [
        t("nothing from {years}", years=years_said(span.first, span.last)) for span in hints.exclude_years
    ]
    said += [t("in {language}", language=LANGUAGES.get(code, code)) for code in hints.languages]
    said += [t("not in {language}", language=LANGUAGES.get(code, code)) for code in hints.exclude_languages]
    if hints.instrumental is not Instrumental.ANY:
        said.append(t("instrumental") if hints.instrumental is Instrumental.ONLY else t("with vocals"))
    if hints.explicit is Explicit.CLEAN:
        said.append(t("nothing explicit"))
    said += [t("no {what}", what=one.artist if not one.title else one.title) for one in named.exclude]
    said += [t("no {what}", what=genre) for genre in hints.exclude_genres]
    said += [t("not {what}", what=meaning.label.replace("_", " ")) for meaning in hints.avoid]
    said += [t("not too {what}", what=meaning.label.replace("_", " ")) for meaning in hints.limit]
    if hints.direction is Direction.LIFT:
        said.append(t("to lift the mood"))
    if hints.familiar:
        said.append(t("what you play") if hints.familiar == "known" else t("new to you"))
    if hints.minutes is not None and hints.count is None:
        said.append(tn("{n} minute", "{n} minutes", min(hints.minutes, 99_999)))
    said.append(tn("{n} song", "{n} songs", plan.size))
    return tuple({str(text): text for text in said}.values())


def bounds(gates: Gates) -> Text:
    """The gates in words, for when nothing gets through."""
    said = [f"from {years_said(span.first, span.last)}" for span in gates.years]
    said += [f"nothing from {years_said(span.first, span.last)}" for span in gates.exclude_years]
    said += [f"in {LANGUAGES.get(code, code)}" for code in sorted(gates.languages)]
    said += [f"not in {LANGUAGES.get(code, code)}" for code in sorted(gates.exclude_languages)]
    if gates.instrumental is not None:
        said.append("instrumental" if gates.instrumental else "with vocals")
    if gates.clean:
        said.append("nothing explicit")
    said += [f"no {name}" for name in sorted(gates.exclude_genres | gates.avoid_moods)]
    return t("{bounds}", bounds="; ".join(said) or "the words as a whole")


def years_said(first: int | None, last: int | None) -> str:
    """`the 1990s`, `1994`, `1994–1999`, `up to 1989`, `2015 and later`."""
    if first is None:
        return f"up to {last}"
    if last is None:
        return f"{first} and later"
    if first == last:
        return str(first)
    if first % 10 == 0 and last == first + 9:
        return f"the {first}s"
    return f"{first}–{last}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
