"""Asks a shop itself whether it sells: HTTP through the ingress, as a customer would."""

from __future__ import annotations

import html
import re
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from provisioner import cleaning
from provisioner.causes import Diagnosis, diagnosis
from provisioner.engines import Engine, Probe

TIMEOUT = 5.0
"""Seconds for one answer."""

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes that are read of a page."""


EXCERPT = 4000
"""Characters at the start of a wrong answer that are looked at for what it says."""

_TAGS = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class ShopProbe:
    """Asks shops for a page that only a working one gives."""

    _client: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        # a connection is not kept: the next question must find the route as a new customer does
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            auto_decompress=True,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def ask(
        self, engine: Engine, *, url: str, address: str, names: tuple[str, ...]
    ) -> Diagnosis | None:
        """Why the shop at `url` does not sell yet; None where it does.

        Each of the engine's pages must answer 200 and hold its mark of a product; a named one
        also one of `names` (the store's name or id). `address` is the ingress as HOST:PORT;
        empty to look the host up.
        """
        for page in engine.probes:
            problem = await self._problem(page, url=url, address=address, names=names)
            if problem is not None:
                return problem
        return None

    async def _problem(
        self, page: Probe, *, url: str, address: str, names: tuple[str, ...]
    ) -> Diagnosis | None:
        parts = urlsplit(url)
        target = f"{parts.scheme}://{address or parts.netloc}{page.path}"
        try:
            async with self._client.get(
                target,
                headers={"Host": parts.netloc},
                allow_redirects=False,
                # the certificate is the host's, wherever the ingress is reached
                server_hostname=parts.hostname if parts.scheme == "https" else None,
            ) as answer:
                body = (await answer.content.read(LARGEST_BODY)).decode(errors="replace")
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return diagnosis(
                "shop-silent",
                f"The shop does not answer yet ({type(error).__name__}).",
                evidence=(cleaning.line(f"GET {url}{page.path}: {error}"),),
            )
        evidence = _answered(f"{url}{page.path}", status, body)
        if status != 200:
            words = f": {excerpt}" if (excerpt := _excerpt(body, 160)) else "."
            return diagnosis(
                "shop-wrong-answer",
                f"The shop answers with status {status}{words}",
                evidence=evidence,
            )
        if page.is_named and not any(name in html.unescape(body) for name in names):
            return diagnosis(
                "host-taken", "Something else answers under the shop's host.", evidence=evidence
            )
        if page.mark not in body:
            return diagnosis(
                "shop-empty", "The shop answers, but shows no product yet.", evidence=evidence
            )
        return None


def _answered(url: str, status: int, body: str) -> tuple[str, ...]:
    told = (f"GET {url} was answered with status {status}:", _excerpt(body, cleaning.LONGEST_LINE))
    return tuple(line for line in told if line)


def _excerpt(body: str, longest: int) -> str:
    """What a person would read of a page, shortened."""
    text = html.unescape(_TAGS.sub(" ", body[:EXCERPT]))
    return cleaning.cut(cleaning.line(text), longest)
