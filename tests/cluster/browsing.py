"""A customer without JavaScript: reads pages, fills in forms, keeps cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class Form:
    """A form as a browser would send it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif not self.forms:
            return
        elif tag == "input" and given.get("name") and "disabled" not in given:
            kind = given.get("type", "text")
            if kind not in {"radio", "checkbox"} or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            fields = self.forms[-1].fields
            if "selected" in given or self._select not in fields:
                fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Customer:
    """Shops at one host by way of the ingress on this machine's loopback."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host if port == 80 else f"{host}:{port}"
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"host": self.host, "accept": "text/html"},
            timeout=60,
        )

    def get(self, path: str) -> httpx.Response:
        """A page, after the redirects that lead to it."""
        answer = self.client.get(path)
        while answer.is_redirect:
            answer = self.client.get(answer.headers["location"])
        return answer

    def post(self, action: str, fields: dict[str, str]) -> httpx.Response:
        """Send a form, and follow to the page behind it."""
        answer = self.client.post(action, data=fields, headers={"origin": f"http://{self.host}"})
        if answer.is_redirect:
            return self.get(answer.headers["location"])
        return answer


def forms(page: httpx.Response) -> list[Form]:
    """The forms of a page, filled in as it presets them."""
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


def form(page: httpx.Response, having: str) -> Form:
    """The form of a page that has a field of that name."""
    found = [candidate for candidate in forms(page) if having in candidate.fields]
    assert found, f"{page.url} has no form with a field {having}:\n{page.text[:3000]}"
    return found[0]
