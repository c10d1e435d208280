"""Which layout a picture has: its template, and what that is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.core.model import MemberId
from bot.core.pictures import Atlas, Hours, JCard, Matrix, Months, Picture, Poster, Theme, Ticket, places
from bot.integrations.painter.atlas import atlas
from bot.integrations.painter.hours import hours
from bot.integrations.painter.jcard import jcard
from bot.integrations.painter.lettering import Lettering
from bot.integrations.painter.matrix import matrix
from bot.integrations.painter.months import months
from bot.integrations.painter.poster import poster
from bot.integrations.painter.sheet import Data, Sheet
from bot.integrations.painter.ticket import ticket
from bot.text import Text


def written(
    picture: Picture, theme: Theme, lettering: Lettering, say: Callable[[Text], str]
) -> tuple[str, Data]:
    """The name of the template, and plain JSON for it."""
    sheet = Sheet(lettering, theme, say, places(picture.order, _shown(picture)))
    match picture:
        case JCard():
            return "jcard.typ", jcard(picture, sheet)
        case Ticket():
            return "ticket.typ", ticket(picture, sheet)
        case Hours():
            return "hours.typ", hours(picture, sheet)
        case Poster():
            return "poster.typ", poster(picture, sheet)
        case Matrix():
            return "matrix.typ", matrix(picture, sheet)
        case Months():
            return "months.typ", months(picture, sheet)
        case Atlas():
            return "atlas.typ", atlas(picture, sheet)


def _shown(picture: Picture) -> Iterable[MemberId]:
    """Everybody whom the picture could show."""
    match picture:
        case JCard() | Ticket() | Hours() | Months() | Atlas():
            return (part.member.id for part in picture.recap.members)
        case Poster():
            return (picture.author.id,)
        case Matrix():
            return (one.member.id for one in picture.members)
