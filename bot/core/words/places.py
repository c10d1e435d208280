"""Where a name may stand in a prompt: what is only politeness around it, and what may come right after it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.lexicon import GRAMMAR, Kind, Lexicon
from bot.core.words.tokens import Break, Token

_CLOSING = frozenset({Kind.OR, Kind.END, Kind.NOT, Kind.SONGS, Kind.LIMIT, Kind.MORE})


class Places:
    """The tokens of one prompt, asked about by position. `start` and `end` bound what is no politeness.

    `shouting` and `titled`: all words are written in capitals, or with one, so a capital says nothing.
    """

    def __init__(self, tokens: Sequence[Token], words: Sequence[str], lexicon: Lexicon) -> None:
        """`words` are the folded words of `tokens`."""
        self._tokens, self._words, self._lexicon = tokens, words, lexicon
        self.start, self.end = 0, len(words)
        while self.start < self.end and (taken := self._polite(self.start) or self._request(self.start)):
            self.start = min(self.start + taken, self.end)
        while self.end > self.start and (taken := self._polite_before(self.end)):
            self.end -= taken
        if self.start >= self.end:
            self.start, self.end = 0, len(words)
        said = [token.said for token in tokens if token.said.isalpha()]
        self.shouting = bool(said) and all(one.isupper() for one in said)
        self.titled = len(said) > 3 and all(one[0].isupper() for one in said)

    def closes(self, at: int) -> bool:
        """Whether a name may end before `at`: the end, a comma, politeness, or and, but, for, songs …"""
        if at >= self.end or self._tokens[at].before in (Break.STOP, Break.COMMA):
            return True
        kinds = {meaning.kind for meaning in self._lexicon.longest(self._words, at)[1]}
        return bool(kinds & _CLOSING) or bool(self._polite(at))

    def content(self, at: int) -> bool:
        """Whether a genre, mood or the like begins at `at`."""
        if at >= len(self._words):
            return False
        meanings = self._lexicon.longest(self._words, at)[1]
        return any(meaning.kind not in GRAMMAR for meaning in meanings)

    def songs(self, at: int) -> bool:
        """Whether "songs", "playlist" or the like stands at `at`."""
        if at >= len(self._words):
            return False
        return any(one.kind is Kind.SONGS for one in self._lexicon.longest(self._words, at)[1])

    def refused(self, at: int) -> bool:
        """Whether "no thanks", "is banned" or the like stands at `at`."""
        if at >= len(self._words):
            return False
        meanings = self._lexicon.longest(self._words, at)[1]
        return any(one.kind is Kind.NOT and one.label == "after" for one in meanings)

    def joined(self, at: int) -> int:
        """Where the next item of a list begins if one is joined on at `at` (by a comma, and, or); -1 if not."""
        if at >= self.end or self._tokens[at].before is Break.STOP:
            return -1
        if any(one.kind is Kind.OR for one in self._lexicon.longest(self._words, at)[1]):
            return at + 1 if at + 1 < self.end else -1
        return at if self._tokens[at].before is Break.COMMA else -1

    def overrun(self, at: int, n: int) -> bool:
        """Whether a term with a meaning begins inside these words and goes on after them: beach [house party]."""
        return any(
            self._lexicon.longest(self._words, at + inside)[0] > n - inside and self.content(at + inside)
            for inside in range(1, n)
        )

    def _polite(self, at: int) -> int:
        return self._phrase("politeness", at)

    def _request(self, at: int) -> int:
        return self._phrase("request", at)

    def _phrase(self, frame: str, at: int) -> int:
        for phrase in self._lexicon.frames.get(frame, ()):
            if tuple(self._words[at : at + len(phrase)]) == phrase:
                return len(phrase)
        return 0

    def _polite_before(self, end: int) -> int:
        for phrase in self._lexicon.frames.get("politeness", ()):
            if len(phrase) <= end and tuple(self._words[end - len(phrase) : end]) == phrase:
                return len(phrase)
        return 0
