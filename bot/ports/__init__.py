"""What the flows need from the world, named by need and kept small.

One store method is one transaction with a name from the domain. Every store port but `TakeoutStore`, which reads out
tables as they are, has an in-memory fake in `tests/fakes.py`; the contract tests run on the fake, on SQLite and on
PostgreSQL. Times are ms UTC.
"""

from bot.ports.choices import ChoiceStore
from bot.ports.codes import CodeStore, OneTimeCode
from bot.ports.costs import Cost, CostStore, Outcome
from bot.ports.deletion import Deleted, DeletionStore, Redact
from bot.ports.exports import ExportFile, ExportReader
from bot.ports.identity import IdentityStore, MadeAlias
from bot.ports.installations import InstallationStore
from bot.ports.lifetimes import Lifetime, LifetimeStore
from bot.ports.links import DueLink, Grant, LinkStore, PendingLogin, Vault
from bot.ports.machine import Chance, Clock
from bot.ports.memos import MemoStore
from bot.ports.messages import Message, MessageStore
from bot.ports.meter import Meter
from bot.ports.models import Model, PriceList, Usage
from bot.ports.offers import OfferStore
from bot.ports.people import GroupStore, Membership, MemberStore
from bot.ports.playlists import Document, DraftStore, PlaylistStore, SavedPlaylist
from bot.ports.plays import BudgetStore, PlayStore, Polled
from bot.ports.posts import Post, PostStore
from bot.ports.presence import PresenceStore, Whereabouts
from bot.ports.previews import PreviewStore
from bot.ports.recaps import FrozenRecap, RecapStore
from bot.ports.seals import Sealed, SealedKind, SealStore
from bot.ports.services import (
    Account,
    AccountOwner,
    AccountPage,
    Accounts,
    Catalogue,
    FoundTrack,
    HistoryPage,
    HistorySource,
    ListeningSource,
    MadePlaylist,
    Painter,
    PlaylistHost,
    Profile,
)
from bot.ports.songs import SongLookup, SongStore
from bot.ports.stories import StoryStore
from bot.ports.takeout import Packer, PlayRow, Record, TakeoutStore, TextFile
from bot.ports.tallies import TallyStore
from bot.ports.weekly import Delivery, NewDelivery, Planned, Settled, Stage, Weekly, WeeklyStore, Why
from bot.ports.whispers import WhisperStore

__all__ = [
    "Account",
    "AccountOwner",
    "AccountPage",
    "Accounts",
    "BudgetStore",
    "Catalogue",
    "Chance",
    "ChoiceStore",
    "Clock",
    "CodeStore",
    "Cost",
    "CostStore",
    "Deleted",
    "DeletionStore",
    "Delivery",
    "Document",
    "DraftStore",
    "DueLink",
    "ExportFile",
    "ExportReader",
    "FoundTrack",
    "FrozenRecap",
    "Grant",
    "GroupStore",
    "HistoryPage",
    "HistorySource",
    "IdentityStore",
    "InstallationStore",
    "Lifetime",
    "LifetimeStore",
    "LinkStore",
    "ListeningSource",
    "MadeAlias",
    "MadePlaylist",
    "MemberStore",
    "Membership",
    "MemoStore",
    "Message",
    "MessageStore",
    "Meter",
    "Model",
    "NewDelivery",
    "OfferStore",
    "OneTimeCode",
    "Outcome",
    "Packer",
    "Painter",
    "PendingLogin",
    "Planned",
    "PlayRow",
    "PlayStore",
    "PlaylistHost",
    "PlaylistStore",
    "Polled",
    "Post",
    "PostStore",
    "PresenceStore",
    "PreviewStore",
    "PriceList",
    "Profile",
    "RecapStore",
    "Record",
    "Redact",
    "SavedPlaylist",
    "SealStore",
    "Sealed",
    "SealedKind",
    "Settled",
    "SongLookup",
    "SongStore",
    "Stage",
    "StoryStore",
    "TakeoutStore",
    "TallyStore",
    "TextFile",
    "Usage",
    "Vault",
    "Weekly",
    "WeeklyStore",
    "Whereabouts",
    "WhisperStore",
    "Why",
]
