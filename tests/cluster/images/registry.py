"""A registry of images on this machine's loopback: as much of its protocol as a push needs."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Registry(ThreadingHTTPServer):
    """Keeps what is pushed to it; refuses everything while `is_closed`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.is_closed = False
        self.uploads: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@contextmanager
def registry() -> Iterator[Registry]:
    """A registry that serves until the block is left."""
    with Registry() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Registry

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Silence: the test says what matters."""

    def _answer(self) -> None:
        body = self._body()
        url = urlsplit(self.path)
        if self.server.is_closed:
            self._send(403)
        elif url.path == "/v2/":
            self._send(200)
        elif "/blobs/uploads/" in url.path:
            self._upload(url.path, parse_qs(url.query), body)
        elif "/blobs/" in url.path:
            self._send(200 if url.path.rsplit("/", 1)[1] in self.server.blobs else 404)
        elif "/manifests/" in url.path and self.command == "PUT":
            self.server.manifests[url.path] = body
            self._send(201)
        else:
            self._send(404)

    def _upload(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        if self.command == "POST":
            path = f"{path}{uuid.uuid4().hex}"
            self.server.uploads[path] = b""
            self._send(202, location=path)
            return
        self.server.uploads[path] += body
        if self.command == "PUT":
            self.server.blobs[query["digest"][0]] = self.server.uploads.pop(path)
            self._send(201)
        else:
            self._send(202, location=path)

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, status: int, *, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("location", location)
        self.send_header("content-length", "0")
        self.end_headers()
