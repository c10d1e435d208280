"""A person at the keyboard, in a real browser: who, what, an answer, a form, hostile words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.lounge.conftest import Build
from tests.chromium import NEEDS_CHROMIUM, chromium

pytestmark = NEEDS_CHROMIUM
WAIT_S = 15


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    with chromium(tmp_path / "profile") as started:
        yield started


def at_the_keyboard(browser: Any, url: str) -> None:
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    def until(found: Callable[[], Any]) -> Any:
        # The page may redraw what is just being read: then it is read again.
        waiting = WebDriverWait(
            browser, WAIT_S, poll_frequency=0.05, ignored_exceptions=[StaleElementReferenceException]
        )
        return waiting.until(lambda _: found())

    def all_of(selector: str) -> list[Any]:
        return list(browser.find_elements(By.CSS_SELECTOR, selector))

    def keys(*pressed: str) -> None:
        browser.switch_to.active_element.send_keys(*pressed)

    def focus() -> str:
        return str(browser.execute_script("return document.activeElement.id"))

    def titles() -> list[str]:
        return [it.text for it in all_of(".message h3")]

    browser.get(url)
    until(lambda: all_of("#who[open] #people button"))
    assert "token" not in browser.current_url
    until(lambda: "Ana" in browser.switch_to.active_element.text)
    keys(Keys.TAB, Keys.ENTER)
    until(lambda: "Ben" in browser.find_element(By.ID, "me").text)
    until(lambda: focus() == "line")

    # Completion: the command by Tab, the option by arrow and Enter, its value typed.
    line = browser.find_element(By.ID, "line")
    keys("/to")
    until(lambda: line.get_attribute("aria-expanded") == "true")
    keys(Keys.TAB)
    assert line.get_attribute("value") == "/top "
    until(lambda: [it.text.split("\n")[0] for it in all_of("#offers li")] == ["artist", "track", "count:"])
    keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    active = browser.find_element(By.ID, line.get_attribute("aria-activedescendant"))
    assert active.get_attribute("aria-selected") == "true"
    keys(Keys.ENTER)
    assert line.get_attribute("value") == "/top track "
    assert "How many rows, 3 to 25" in browser.find_element(By.ID, "hint").text
    keys("3", Keys.ESCAPE, Keys.ENTER)
    until(lambda: titles() == ["Top tracks of Music club"])
    assert line.get_attribute("value") == ""
    until(lambda: "Top tracks" in browser.find_element(By.ID, "live").get_attribute("textContent"))

    # History, and a suggestion that the feature gives.
    keys(Keys.ARROW_UP)
    assert line.get_attribute("value") == "/top track 3"
    keys(Keys.ARROW_DOWN, "/who_plays nin")
    until(lambda: [it.text.split("\n")[0] for it in all_of("#offers li")] == ["Nina Simone"])
    keys(Keys.TAB, Keys.ESCAPE, Keys.ENTER)
    until(lambda: "Nobody plays Nina Simone yet" in titles())

    # A missing option opens a form; what is wrong is said next to the field.
    keys("/play", Keys.ESCAPE, Keys.ENTER)
    until(lambda: all_of("#form[open]"))
    until(lambda: focus() == "field-prompt")
    keys("late drive", Keys.TAB, Keys.BACKSPACE * 2, "99", Keys.ENTER)
    until(lambda: "goes from 5 to 50" in browser.find_element(By.ID, "field-count-problem").text)
    until(lambda: focus() == "field-count")
    keys(Keys.BACKSPACE * 2, "9", Keys.ENTER)
    until(lambda: not all_of("#form[open]"))
    until(lambda: "“late drive”, 9 songs" in titles())
    until(lambda: focus() == "line")

    # What is private is marked; a button of it is pressed; it takes the card's place and keeps the focus.
    keys("/privacy", Keys.ESCAPE, Keys.ENTER)
    until(lambda: "What the group sees of you" in titles())
    assert "Only you can see this" in all_of(".message.private")[-1].text
    hide = next(it for it in all_of(".message button") if it.text == "Hide everything")
    browser.execute_script("arguments[0].focus()", hide)
    keys(Keys.ENTER)
    until(lambda: "Hidden" in titles())
    until(lambda: browser.execute_script("return document.activeElement.closest('.message') !== null"))

    # Hostile words are words.
    browser.execute_script("document.getElementById('line').focus()")
    keys("/hostile", Keys.ESCAPE, Keys.ENTER)
    until(lambda: "<script>document.title='owned'</script>" in titles())
    last = all_of(".message")[-1]
    assert browser.title == "Music club · Earshot"
    assert not last.find_elements(By.CSS_SELECTOR, "script, img, a[href^='javascript']")
    assert "gnp.exe after" in last.text
    assert "Show all 10,000 characters" in last.text
    browser.set_window_size(500, 740)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False},
    )
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    assert (
        browser.execute_script(
            "const t = document.getElementById('talk'); return t.scrollWidth - t.clientWidth"
        )
        == 0
    )

    # Who one is outlives a reload, and so does the room.
    seen = titles()
    browser.refresh()
    until(lambda: titles() == seen)
    assert "Ben" in browser.find_element(By.ID, "me").text
    severe = [it["message"] for it in browser.get_log("browser") if it["level"] == "SEVERE"]
    assert [it for it in severe if "422" not in it] == []


async def test_by_keyboard_alone(build: Build, browser: Any) -> None:
    house = await build()
    await asyncio.to_thread(at_the_keyboard, browser, house.lounge.url)
    assert house.sample.begun == 1


async def test_the_page_comes_back_after_a_restart(build: Build, browser: Any) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    first = await build()
    port = int(first.caller.base.rsplit(":", 1)[1])

    def text() -> str:
        return str(browser.find_element(By.ID, "messages").text)

    def wait_for(words: str) -> None:
        WebDriverWait(browser, WAIT_S, poll_frequency=0.05).until(lambda _: words in text())

    def enter() -> None:
        browser.get(first.lounge.url)
        browser.execute_script("localStorage.setItem('earshot-member', 'ana')")
        browser.refresh()
        wait_for("/top")

    await first.caller.say("/top")
    await asyncio.to_thread(enter)
    await first.lounge.stop()
    second = await build(store=first.store, port=port)
    await second.caller.say("/wrapped")
    await asyncio.to_thread(wait_for, "Your week")
    assert "Your week" in await asyncio.to_thread(text)


async def test_a_moment_is_shown_in_its_zone_else_in_the_browsers(build: Build, browser: Any) -> None:
    house = await build()

    def shown() -> list[str]:
        browser.get(house.lounge.url)
        browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
        words: list[str] = browser.execute_async_script(
            """
            const done = arguments[0];
            import("/page/words.js").then(({ moment }) => done(
              ["Europe/Berlin", "America/New_York", "UTC", "Not/There"].map(
                (zone) => moment(Date.UTC(2026, 9, 31, 23), zone).textContent)));
            """
        )
        return words

    berlin, here, unnamed, unknown = await asyncio.to_thread(shown)
    assert ("1 Nov 2026" in berlin, "00:00 (Europe/Berlin)" in berlin) == (True, True)
    assert here == unnamed == unknown
    assert here.endswith("31 Oct 2026, 19:00")
