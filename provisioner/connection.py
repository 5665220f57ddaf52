"""How the API server is reached: who we are, TLS, timeouts; JSON goes through untouched.

The only module that imports the Kubernetes client, and of it only what reads a kubeconfig
and sends a request: its models would block the event loop for seconds on a large list, and
drop what they do not know.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import anyio
import anyio.lowlevel
import msgspec
import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import ConfigException, load_incluster_config
from kubernetes.aio.config.kube_config import KubeConfigLoader

from provisioner.decoding import Status
from provisioner.errors import ActionFailed, Unavailable
from provisioner.settings import Settings

CONNECT_SECONDS = 10.0
JSON = "application/json"

LONGEST_DETAIL = 2000
"""Characters kept of what the server says."""

WEBHOOK_FAILED = b"failed calling webhook"
"""In the body of a 500 by which the API server tells that somebody else is at fault."""

_SENSELESS = frozenset({400, 405, 406, 413, 415, 422})
"""Statuses that the same request gets again."""

_CREDENTIALS = ("certificate-authority", "client-certificate", "client-key")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What the API server answered: the HTTP status and the body, undecoded."""

    status: int
    body: bytes


@dataclass(frozen=True)
class _Session:
    """One reading of the kubeconfig, and the connections made by it.

    Attributes:
        mark: a digest of all that was read; another mark means other credentials.
    """

    mark: str
    configuration: Configuration
    rest: RESTClientObject


class Connection:
    """Requests to the API server that the settings name.

    The kubeconfig is read at the first request, and again after one that could not be sent
    or was not authenticated: a cluster that came up later, was made anew or renewed its
    certificates is found without a restart. May be shared by any number of tasks.
    """

    def __init__(self, settings: Settings) -> None:
        self._kubeconfig = settings.kubeconfig
        self._context = settings.cluster_context
        self._session: _Session | None = None
        self._is_doubted = False
        self._reading = anyio.Lock()

    async def open(self) -> None:
        """Read the kubeconfig now; nothing is sent.

        Raises:
            Unavailable: it does not exist or cannot be used.
        """
        await self._trusted_session()

    async def aclose(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.rest.close()
            # what was aborted is closed in the event loop's next round
            await anyio.lowlevel.checkpoint()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = JSON,
        accept: str = JSON,
        seconds: float = 10.0,
    ) -> Answer:
        """Send one request and read the whole answer.

        Args:
            path: from the root of the API server, with a slash.
            body: what JSON can hold; None for no body.
            accept: the media type of the answer.
            seconds: until the answer must be complete.

        Raises:
            Unavailable: it could not be sent or answered in time, was not authenticated, or
                the server cannot serve it now (408, 429, 5xx but for a webhook's failure).
        """
        async with self.exchange(
            method,
            path,
            query=query,
            body=body,
            content_type=content_type,
            accept=accept,
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS),
        ) as response:
            answer = Answer(response.status, await response.read())
        is_answered = answer.status == 500 and WEBHOOK_FAILED in answer.body
        if (answer.status in {408, 429} or answer.status >= 500) and not is_answered:
            raise Unavailable(
                "The cluster cannot answer just now.",
                hint="It is tried again by itself.",
            ) from ServerTrouble(f"{method} {path}: {answer.status} {_start(answer.body)}")
        return answer

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        path: str,
        *,
        timeout: aiohttp.ClientTimeout,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send one request; the answer is read within the context, and dropped after it.

        Raises:
            Unavailable: the request could not be sent, was not authenticated, or the answer
                broke off while it was read.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            response = await self._send(
                method, target, body, timeout, content_type=content_type, accept=accept
            )
            try:
                yield response
            finally:
                _drop(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            self._is_doubted = True
            raise Unavailable(
                "The cluster does not answer.", hint="It is tried again by itself."
            ) from failure

    async def _send(
        self,
        method: str,
        target: str,
        body: object,
        timeout: aiohttp.ClientTimeout,
        *,
        content_type: str,
        accept: str,
    ) -> aiohttp.ClientResponse:
        refused_by: str | None = None
        while True:
            session = await self._trusted_session()
            if session.mark == refused_by:
                raise Unavailable(
                    "The cluster does not accept the platform's credentials.",
                    hint="Renew them in the kubeconfig; nothing needs a restart.",
                )
            headers = {"Accept": accept, "Content-Type": content_type}
            auth = (await session.configuration.auth_settings()).get("BearerToken")
            if auth and auth["value"]:
                headers["Authorization"] = auth["value"]
            answer = await session.rest.request(  # type: ignore[no-untyped-call]
                method,
                session.configuration.host + target,
                headers=headers,
                body=body,
                _request_timeout=timeout,
            )
            response = cast(aiohttp.ClientResponse, answer.response)
            if response.status != 401:
                return response
            # a certificate or token that has run out may have been renewed in its file
            _drop(response)
            refused_by, self._is_doubted = session.mark, True

    async def _trusted_session(self) -> _Session:
        if self._session is not None and not self._is_doubted:
            return self._session
        async with self._reading:
            if self._session is None or self._is_doubted:
                read = await self._read()
                old = self._session
                if old is None or read.mark != old.mark:
                    self._session = read
                    if old is not None:
                        _log.info("The kubeconfig has changed; connecting by the new one.")
                        await old.rest.close()
                self._is_doubted = False
            return cast(_Session, self._session)

    async def _read(self) -> _Session:
        configuration = Configuration()
        # RFC 5280's formalities, which Python 3.13 asks for by default, are missing in the
        # certificates that k3s and minikube issue; chain and host are still verified
        configuration.disable_strict_ssl_verification = True
        try:
            with tempfile.TemporaryDirectory() as folder, anyio.fail_after(CONNECT_SECONDS):
                if self._kubeconfig:
                    config = _with_files(Path(self._kubeconfig).expanduser(), Path(folder))
                    loader = KubeConfigLoader(  # type: ignore[no-untyped-call]
                        config, active_context=self._context or None
                    )
                    await loader.load_and_set(configuration)  # type: ignore[no-untyped-call]
                else:
                    load_incluster_config(configuration)  # type: ignore[no-untyped-call]
                return self._session_for(configuration)
        except FileNotFoundError as failure:
            raise Unavailable(
                "The cluster is not there yet.",
                hint="It is connected to as soon as its kubeconfig exists.",
            ) from failure
        except (
            ConfigException,
            yaml.YAMLError,
            OSError,
            ValueError,
            TypeError,
            AttributeError,
        ) as failure:
            raise Unavailable(
                "The cluster's kubeconfig cannot be used.",
                hint="See KUBECONFIG and CLUSTER_CONTEXT; the log has the reason.",
            ) from failure

    def _session_for(self, configuration: Configuration) -> _Session:
        mark = _mark(configuration)
        present = self._session
        if present is not None and present.mark == mark:
            return present
        return _Session(mark, configuration, RESTClientObject(configuration))


def _drop(response: aiohttp.ClientResponse) -> None:
    """End an answer that was not read to its end; one that was has no connection any more.

    At once: a TLS connection that is closed in order waits half a minute for its peer.
    """
    connection = response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()
    response.close()


class ServerTrouble(Exception):
    """What the server said when it could not serve; the cause of an `Unavailable`."""


def refusal(answer: Answer, *, doing: str) -> ActionFailed:
    """The error that says what the API server refused, and whether it would again.

    A name that is taken, a right that is missing or a quota that is used up can change;
    a request that makes no sense cannot.

    Args:
        doing: completes "The cluster refused to …".
    """
    try:
        said = msgspec.json.decode(answer.body, type=Status).message
    except msgspec.MsgspecError:
        said = _start(answer.body)
    return ActionFailed(
        f"The cluster refused to {doing}.",
        detail=f"{answer.status}: {said}"[:LONGEST_DETAIL],
        is_permanent=answer.status in _SENSELESS,
    )


def _with_files(path: Path, folder: Path) -> dict[str, Any]:
    """The kubeconfig with every certificate and key in a file with an absolute path.

    The client would write what stands inline into files of its own, which a killed process
    leaves behind, and could not resolve relative paths.
    """
    config = yaml.safe_load(path.read_text())
    if not isinstance(config, dict):
        raise ConfigException("It is empty.")
    entries = [
        entry.get(kind[:-1]) or {}
        for kind in ("clusters", "users")
        for entry in config.get(kind) or ()
    ]
    for number, entry in enumerate(entries):
        for key in (*_CREDENTIALS, "tokenFile"):
            if entry.get(key):
                entry[key] = str(path.parent / entry[key])
        for key in _CREDENTIALS:
            inline = entry.pop(f"{key}-data", "")
            if inline:
                file = folder / f"{number}-{key}"
                file.write_bytes(base64.b64decode(inline))
                entry[key] = str(file)
    return config


def _mark(configuration: Configuration) -> str:
    digest = hashlib.sha256()
    is_in_cluster = configuration.refresh_api_key_hook is not None
    token = "" if is_in_cluster else configuration.api_key.get("BearerToken", "")
    shown = (configuration.host, configuration.verify_ssl, configuration.proxy, token)
    digest.update(repr(shown).encode())
    for file in (configuration.ssl_ca_cert, configuration.cert_file, configuration.key_file):
        digest.update(Path(file).read_bytes() if file else b"-")
    return digest.hexdigest()


def _start(body: bytes) -> str:
    return body[:300].decode(errors="replace")
