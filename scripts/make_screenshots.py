"""Take the screenshots of docs/: the story report of the shipped story, and the report of a clean run.

    python scripts/make_screenshots.py [--run OUT/]

Without --run the shipped sample of press releases is cleaned first. Needs Chromium and the extra `dev`.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "screenshots"
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 820}},
    "dark": {"viewport": {"width": 1280, "height": 820}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 400, "height": 820}},
    "print": {"viewport": {"width": 794, "height": 1123}},
}


def dedup(*arguments: str | Path) -> None:
    """Run the command line."""
    subprocess.run([sys.executable, "-m", "dedup", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def take(browser: Browser, page: Path, name: str, fragment: str = "") -> None:
    """Take the screenshots of one page in every look."""
    for look, settings in LOOKS.items():
        context = browser.new_context(**settings)
        tab = context.new_page()
        tab.goto(page.as_uri() + fragment)
        if look == "print":
            tab.emulate_media(media="print")
        tab.screenshot(path=DOCS / f"{name}-{look}.png")
        context.close()


def main() -> None:
    """Make all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="folder that dedup clean made")
    args = parser.parse_args()
    DOCS.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        work = Path(folder)
        story = work / "story.html"
        dedup("compare", *sorted((ROOT / "examples" / "story").glob("*.txt")), "--format", "html", "-o", story)
        run = args.run
        if run is None:
            run = work / "out"
            dedup("clean", ROOT / "examples" / "congress.jsonl.gz", "-o", run, "--quiet")
        dedup("report", run, "-o", work / "report")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        take(browser, story, "story")
        take(browser, story, "left-out", "#left")
        take(browser, work / "report" / "index.html", "corpus")
        browser.close()
    for image in sorted(DOCS.glob("*.png")):
        print(f"{image.relative_to(ROOT)}  {image.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
