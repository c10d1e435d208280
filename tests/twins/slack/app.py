"""The app as Slack knows it: its keys, what its manifest declares, and where it is installed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.twins.slack.model import Person, new_id, new_secret

if TYPE_CHECKING:
    from tests.twins.slack.workspace import Team

EVERY_SCOPE = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "team:read",
    "users:read",
)
USUAL_EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")


@dataclass
class App:
    """One app. `commands` maps each slash command to its `should_escape`; None: any command, escaped."""

    scopes: tuple[str, ...] = EVERY_SCOPE
    events: Collection[str] = USUAL_EVENTS
    commands: Mapping[str, bool] | None = None
    home_tab: bool = True
    messages_tab: bool = True
    interactive: bool = True
    rotation: bool = False
    redirect_urls: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: new_id("A"))
    client_id: str = field(default_factory=lambda: f"{new_id('')}.{new_id('')}")
    client_secret: str = field(default_factory=new_secret)
    signing_secret: str = field(default_factory=new_secret)
    app_token: str = field(default_factory=lambda: f"xapp-1-{new_secret()}")

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> App:
        """The app that Slack would make of a manifest."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        oauth, home = manifest.get("oauth_config", {}), features.get("app_home", {})
        return cls(
            scopes=tuple(oauth.get("scopes", {}).get("bot", ())),
            events=tuple(settings.get("event_subscriptions", {}).get("bot_events", ())),
            commands={
                it["command"]: it.get("should_escape", False) for it in features.get("slash_commands", ())
            },
            home_tab=home.get("home_tab_enabled", False),
            messages_tab=home.get("messages_tab_enabled", True)
            and not home.get("messages_tab_read_only_enabled"),
            interactive=settings.get("interactivity", {}).get("is_enabled", False),
            rotation=settings.get("token_rotation_enabled", False),
            redirect_urls=tuple(oauth.get("redirect_urls", ())),
        )


@dataclass(eq=False)
class Installation:
    """The app in one workspace. `refusal` is what its token is answered once it counts no more."""

    team: Team
    scopes: tuple[str, ...]
    token: str
    installer: Person | None = None
    refresh_token: str = ""
    expires_at: float | None = None
    refusal: str = ""
