"""A real browser for tests of pages: Chromium driven by Playwright, and what a page asked for and complained of.

Without Chromium these tests fail; DEDUP_NO_BROWSER=1 leaves them out. `make setup` installs it on Debian.
axe-core (MPL-2.0, Deque Systems) comes inside the package axe-playwright-python.
"""

import os
import shutil
from contextlib import contextmanager
from importlib.resources import files

import pytest

NO_BROWSER = os.environ.get("DEDUP_NO_BROWSER", "") not in {"", "0"}
# The shell is the same browser without its windows: it opens a page in a quarter of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 240_000  # on a machine that has much else to do
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "narrow": {"viewport": {"width": 360, "height": 700}},
}
in_browser = pytest.mark.skipif(NO_BROWSER, reason="DEDUP_NO_BROWSER is set")


@contextmanager
def launch_browser():
    """Yield a running Chromium; fail the test where there is none."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("no Chromium found: `make setup` installs it on Debian; DEDUP_NO_BROWSER=1 leaves these tests out")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


class Visit:
    """An open page, with what it asked for and what it complained of."""

    def __init__(self, browser, path, fragment="", **look):
        self.has_script = look.get("java_script_enabled", True)
        self.context = browser.new_context(**look)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri() + fragment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def settle(self):
        """Let the page handle what was asked of it: the change of its address is an event later than the key."""
        if self.has_script:
            self.page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(() => setTimeout(done))))")

    @property
    def fragment(self):
        """What the page itself says stands behind the # of its address; `page.url` may lag behind it."""
        self.settle()
        return self.page.evaluate("location.hash")

    def find_violations(self):
        """Return what axe-core finds wrong with the page: (rule, nodes)."""
        axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(axe)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [(v["id"], [node["html"][:200] for node in v["nodes"]][:3]) for v in found["violations"]]
