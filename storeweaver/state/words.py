"""Quantities in words that people read."""

from __future__ import annotations


def size(number: float) -> str:
    """Bytes, in the largest unit that leaves at least one, by powers of 1024."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":
            break
        number /= 1024
    digits = 1 if number < 10 and number != int(number) else 0
    return f"{number:.{digits}f} {unit}"


def cores(number: float) -> str:
    """Cores of CPU."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return f"{text} core" if text == "1" else f"{text} cores"


def seconds(number: float) -> str:
    """A stretch of time, as coarse as it is useful."""
    if number < 90:
        return f"{number:.0f} s"
    if number < 5400:
        return f"{number / 60:.0f} min"
    return f"{number / 3600:.0f} h"


def times(number: int, one: str, several: str) -> str:
    """A count with its word."""
    return f"{number} {one if number == 1 else several}"


def browser_of(user_agent: str) -> str:
    """Which browser on which system a User-Agent names; what it is not sure of it leaves out."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome without a window"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    if not browser:
        return f"A browser on {system}" if system else "An unknown browser"
    return f"{browser} on {system}" if system else browser
