"""The whole main job, clicked through in headless Chromium: link, wrapped, prove, import, play, save."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import NEEDS_CHROMIUM, chromium
from tests.demo.conftest import Demo

pytestmark = NEEDS_CHROMIUM
WAIT_S = 30


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Any]:
    with chromium(tmp_path / "profile", height=1200) as started:
        yield started


class Visitor:
    """Somebody at the browser."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def until(self, found: Callable[[], Any]) -> Any:
        from selenium.common.exceptions import StaleElementReferenceException
        from selenium.webdriver.support.ui import WebDriverWait

        # The page draws a message anew when it changes, so an element may go while it is being looked at.
        wait = WebDriverWait(
            self.driver, WAIT_S, poll_frequency=0.05, ignored_exceptions=[StaleElementReferenceException]
        )
        return wait.until(lambda _: found())

    def all_of(self, selector: str) -> list[Any]:
        return list(self.driver.find_elements("css selector", selector))

    def one(self, selector: str, text: str = "") -> Any:
        """The last visible element with this text, once it is there."""
        return self.until(lambda: ([None] + [it for it in self.all_of(selector) if text in it.text])[-1])

    def click(self, selector: str, text: str = "") -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.one(selector, text))
        self.one(selector, text).click()

    def say(self, line: str) -> None:
        from selenium.webdriver.common.keys import Keys

        self.until(lambda: not self.all_of("dialog[open]"))
        box = self.one("#line")
        box.send_keys(line)
        self.until(lambda: box.get_attribute("value") == line)
        box.send_keys(Keys.ENTER)

    def card(self, title: str) -> Any:
        """The newest card of this title, once it is there."""
        return self.one(".message.card", title)


def test_a_newcomer_does_the_whole_main_job(
    start_demo: Callable[[Path], Demo], driver: Any, tmp_path: Path
) -> None:
    demo = start_demo(tmp_path / "data")
    visitor = Visitor(driver)
    driver.get(demo.url)
    visitor.one("#join-name").send_keys("Robin")
    zone = visitor.one("#join-zone")
    zone.clear()
    zone.send_keys("Europe/Berlin")
    visitor.click("#join button", "Join the lounge")
    visitor.until(lambda: "Robin" in visitor.one("#me").text)

    _link(visitor)
    visitor.say("/join")
    for wanted in ("Mini-Wrapped", "Playlists"):
        visitor.click("#form[open] label.box", wanted)
    visitor.click("#form[open] button.strong")
    visitor.card("You are in music-club")

    visitor.say("/wrapped this-week")
    weeks = visitor.until(lambda: [it for it in visitor.all_of(".message.card") if "\nWeek " in it.text][1:])
    assert "Robin" in weeks[-1].text
    visitor.click(".message button", "Prove a number")
    visitor.card("Which of music-club's numbers?")
    visitor.click(".message button", "Robin's numbers")
    visitor.card("Which of Robin's numbers?")
    visitor.click(".message button.small", "Open")
    proof = visitor.one(".message.card", "Counted now")
    assert "The rule:" in proof.text

    visitor.say("/link export")
    export = next((demo.data / "exports" / "ana").iterdir())
    visitor.one("#form[open] input[type=file]").send_keys(str(export))
    visitor.click("#form[open] button.strong")
    visitor.card("plays added")
    visitor.say("/me")
    assert "most" in visitor.card("Your Week").text or "Songs" in visitor.card("Your Week").text

    _play(visitor)
    noise = [it for it in driver.get_log("browser") if it["level"] == "SEVERE"]
    assert noise == []


def _link(visitor: Visitor) -> None:
    """Through the page that names the member, Spotify's consent, and back to the chat."""
    driver = visitor.driver
    visitor.say("/link")
    address = visitor.one(".message a.button", "Spotify").get_attribute("href")
    _consent(visitor, address)
    assert "Robin" in driver.find_element("tag name", "body").text
    driver.close()
    driver.switch_to.window(driver.window_handles[0])


def _consent(visitor: Visitor, address: str) -> None:
    driver = visitor.driver
    driver.switch_to.new_window("tab")
    driver.get(address)
    assert "Robin" in visitor.one("h1").text
    visitor.click("a", "Spotify")
    visitor.click("input[value=lukasz]")
    visitor.click("button", "Agree")
    visitor.one("h1", "Linked")


def _play(visitor: Visitor) -> None:
    """Words become a draft, the draft a playlist."""
    driver = visitor.driver
    visitor.say("/play something for a 2 AM breakup")
    draft = visitor.one(".message.card", "No AI was used")
    songs = draft.text
    visitor.click(".message button.small", "Swap")
    visitor.until(lambda: visitor.one(".message.card", "No AI was used").text != songs)
    visitor.click(".message button", "Save")
    visitor.click(".message button", "Ask Spotify")
    asked = visitor.one(".message.card", "make and fill playlists in your account")
    _consent(visitor, asked.find_element("css selector", "a.button").get_attribute("href"))
    driver.close()
    driver.switch_to.window(driver.window_handles[0])
    visitor.click(".message button", "Save")
    saved = visitor.one(".message a", "Open").get_attribute("href")
    driver.get(saved)
    page = driver.find_element("tag name", "body").text
    assert "breakup" in page
    assert "ollaborative" in page
