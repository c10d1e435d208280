"""Everything Earshot raises on purpose. Each error carries a sentence (`Text`) for whoever can act on it.

EarshotError
├── UserError              the person who asked can do something about it
│   ├── BadOption          an option was missing, out of bounds or not understood
│   ├── NotLinked          no listening account is linked yet
│   ├── NotJoined          the member has not joined this group
│   ├── NothingPlayed      there is no play to speak of in that time
│   ├── NotAllowed         somebody else's number, list or button
│   ├── NotFound           no such recap, draft, message or member (any more)
│   ├── WhichGroup         asked in a private chat by somebody who is in several groups
│   ├── Stale              somebody else changed it in the same moment: look again
│   └── BadExport          the file is not a Spotify export, or is broken
│       └── BrokenOff      a file of rows ends too early; what came before it was read
├── ServiceError           another service did not do its part
│   ├── Unavailable        down, slow, or talking nonsense
│   │   └── Unsure          it broke off: nobody knows whether it was done
│   ├── RateLimited        asked too often; `retry_after_s` says when to ask again
│   │   └── QuotaExceeded  the day's calls of the developer account are used up
│   ├── LinkExpired        the grant is dead (`invalid_grant`): only re-linking helps
│   ├── ListeningHidden    the member hides what they play at the source
│   ├── NotAllowlisted     the app's owner has to add the member in the dashboard
│   ├── Refused            the service said no (403, 404) to this one request
│   └── RoomLost           a room is gone, archived or closed to Earshot: its admins can act
└── ConfigError            the configuration has mistakes; `problems` lists all of them
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import Text, t


class EarshotError(Exception):
    """The root. `text` is the sentence to show."""

    def __init__(self, text: Text | str) -> None:
        self.text = text if isinstance(text, Text) else t("{said}", said=text)
        super().__init__(str(self.text))


class UserError(EarshotError):
    """The person who asked can do something about it."""


class BadOption(UserError):
    """An option was missing, out of bounds or not understood. `option` names it, if one is to blame."""

    def __init__(self, text: Text | str, option: str = "") -> None:
        super().__init__(text)
        self.option = option


class NotLinked(UserError):
    """No listening account is linked yet."""


class NotJoined(UserError):
    """The member has not joined this group."""


class NothingPlayed(UserError):
    """There is no play to speak of in that time."""


class NotAllowed(UserError):
    """Somebody else's number, list or button."""


class NotFound(UserError):
    """No such thing (any more)."""


class WhichGroup(UserError):
    """Several groups could be meant. `groups` are their ids and names."""

    def __init__(self, text: Text | str, groups: Sequence[tuple[int, str]]) -> None:
        super().__init__(text)
        self.groups = tuple(groups)


class Stale(UserError):
    """Somebody else changed it in the same moment."""


class BadExport(UserError):
    """The file is not a Spotify export, or is broken."""


class BrokenOff(BadExport):
    """A file of rows ends too early. `lost` is 1 where it ends inside a row, 0 between two rows."""

    def __init__(self, text: Text | str, lost: int) -> None:
        super().__init__(text)
        self.lost = lost


class ServiceError(EarshotError):
    """Another service did not do its part."""


class Unavailable(ServiceError):
    """Down, slow, or talking nonsense."""


class Unsure(Unavailable):
    """The connection broke off, or the server failed: nobody knows whether it was done."""


class RateLimited(ServiceError):
    """Asked too often. `retry_after_s` is how long to wait, in seconds."""

    def __init__(self, text: Text | str, retry_after_s: float) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class QuotaExceeded(RateLimited):
    """The rolling day's calls of the developer account are used up."""


class TokenRejected(ServiceError):
    """The access token is not taken (any more); a fresh one may be."""


class LinkExpired(ServiceError):
    """The grant is dead (`invalid_grant`): only re-linking helps, so nobody retries."""


class ListeningHidden(ServiceError):
    """The member hides what they play at the source, so nobody retries until they link again."""


class NotAllowlisted(ServiceError):
    """The owner of the Spotify app has to add the member in the developer dashboard."""


class Refused(ServiceError):
    """The service said no to this one request."""


class RoomLost(ServiceError):
    """A room is gone, archived or closed to Earshot. The sentence is for those who run it."""


class ConfigError(EarshotError):
    """The configuration has mistakes; `problems` lists all of them, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(t("{said}", said="\n".join(problems)))
        self.problems = tuple(problems)
