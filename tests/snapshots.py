"""Whether the pages still look as they did: `make snapshots`.

Every page and state at two widths and in both themes, a quarter of their size, beside the same
as it was agreed on in `tests/snapshots`. Ages and times are covered. A page that looks otherwise
is kept in the folder given by `--keep`, to be looked at; `--make` takes all anew.
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from cluster.home import Home
from tests import chromium
from tests.browser.dashboard import built_pages
from tests.pictures import scene, states

AGREED = Path(__file__).with_name("snapshots")
SCALE = 0.25
TOLERATED = 0.01
"""Share of the pixels that may differ: an address or an amount is another one at each run."""

NOTICED = 24
"""Of 255, by which a colour has to differ to count."""

VARIES = "[data-moment], .store-host"

_COMPARE = """async ([one, other, noticed]) => {
  const pixels = async (content) => {
    const image = new Image();
    image.src = `data:image/png;base64,${content}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [before, now] = [await pixels(one), await pixels(other)];
  if (before.width !== now.width || before.height !== now.height) return 1;
  let differing = 0;
  for (let at = 0; at < now.data.length; at += 4) {
    const apart = (channel) => Math.abs(before.data[at + channel] - now.data[at + channel]);
    if (Math.max(apart(0), apart(1), apart(2)) > noticed) differing += 1;
  }
  return differing / (now.width * now.height);
}"""


def main() -> int:
    """Take or compare them; 1 where a page looks otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--make", action="store_true", help="take them anew")
    parser.add_argument("--keep", type=Path, help="a folder for pages that look otherwise")
    wanted = parser.parse_args()
    kept = wanted.keep or Path(tempfile.gettempdir()) / "storeweaver-snapshots"
    differing = 0
    with scene(built_pages()) as seen, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program(Home.from_environment()),
            args=list(chromium.ARGUMENTS),
        )
        judge = browser.new_page()
        for name, page in states(browser, seen, scale=SCALE):
            picture, agreed = snapshot(page), AGREED / f"{name}.png"
            if wanted.make:
                AGREED.mkdir(exist_ok=True)
                agreed.write_bytes(picture)
                continue
            share = apart(judge, agreed.read_bytes(), picture) if agreed.exists() else 1.0
            if share > TOLERATED:
                differing += 1
                kept.mkdir(parents=True, exist_ok=True)
                (kept / agreed.name).write_bytes(picture)
                print(f"{name}: {share:.1%} look otherwise; see {kept / agreed.name}")
        browser.close()
    if not wanted.make:
        print(f"{differing} pages look otherwise." if differing else "Every page looks as it did.")
    return 1 if differing else 0


def snapshot(page: Page) -> bytes:
    """A page as it is kept."""
    return page.screenshot(animations="disabled", mask=[page.locator(VARIES)], mask_color="#888")


def apart(judge: Page, one: bytes, other: bytes) -> float:
    """The share of pixels that differ; 1 where even the sizes do."""
    sides = [base64.b64encode(each).decode() for each in (one, other)]
    return float(judge.evaluate(_COMPARE, [*sides, NOTICED]))


if __name__ == "__main__":
    sys.exit(main())
