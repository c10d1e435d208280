"""What a person should know about their words: what was misread, unread, or asks for more than we can tell."""

from __future__ import annotations

from bot.core.hints import Hints
from bot.core.lexicon import Kind, Lexicon
from bot.core.named import Reading
from bot.core.songbook import Songbook
from bot.core.words.folding import MOST_CHARACTERS
from bot.core.words.tokens import as_tokens
from bot.text import Text, t


def explain(reading: Reading, lexicon: Lexicon, book: Songbook, notes: list[Text]) -> None:
    """Add to `notes` what was misread, unread or cannot be told apart."""
    hints, named = reading.hints, reading.named
    if hints.cut:
        notes.append(
            t("I read the first {most} characters; {n} more went unread.", most=MOST_CHARACTERS, n=hints.cut)
        )
    for mention in (*named.artists, *named.like, *named.exclude):
        if mention.misspelt:
            notes.append(
                t("I read “{typed}” as {name}.", typed=mention.typed, name=mention.title or mention.artist)
            )
    for mention in named.unknown:
        notes.append(
            t("I don't know “{typed}”, neither from plays nor from my songbook.", typed=mention.typed)
        )
    if hints.song_length_said:
        notes.append(t("I can't choose by the length of a song."))
    if hints.tempo_said:
        notes.append(
            t("I can't measure tempo; I took {bpm} bpm as a hint for the energy.", bpm=hints.tempo_said)
        )
    for words in hints.vague_refusals:
        notes.append(t("I can't tell which songs are “{words}”, so I could not leave them out.", words=words))
    for words in hints.unread_refusals:
        notes.append(t("I don't know what “{words}” is, so I could not leave it out.", words=words))
    if hints.in_crisis:
        notes.append(
            t("If this is about more than music: please talk to somebody you trust, or to your local emergency "
              "or crisis line. You are not alone with it.")
        )  # fmt: skip
    _explain_terms(hints, lexicon, book, notes)


def _explain_terms(hints: Hints, lexicon: Lexicon, book: Songbook, notes: list[Text]) -> None:
    """Words that ask for more than the songbook can tell: a kind of a genre, and "this year"."""
    words = as_tokens(hints.words)
    at = 0
    while at < len(words):
        length, meanings = lexicon.longest(words, at)
        said = words[at : at + length]
        for meaning in meanings:
            if meaning.kind is Kind.GENRE and said in lexicon.genres[meaning.label].narrower:
                wide = (*lexicon.genres[meaning.label].within, meaning.label)[0]
                if meaning.label in hints.genres:
                    notes.append(
                        t("I can't tell {narrow} from other {wide}, so I took {wide} as a whole.",
                          narrow=" ".join(said), wide=wide)
                    )  # fmt: skip
                elif meaning.label in hints.exclude_genres and not lexicon.genres[meaning.label].within:
                    notes.append(
                        t("I can't tell {narrow} from other {wide}, so I left all of it out.",
                          narrow=" ".join(said), wide=wide)
                    )  # fmt: skip
            elif meaning.kind is Kind.ERA and meaning.label.startswith("now-") and hints.years:
                notes.append(
                    t("My songbook ends in {year}, so I count “{words}” back from there.",
                      year=str(book.newest), words=" ".join(said))
                )  # fmt: skip
        at += max(1, length)
