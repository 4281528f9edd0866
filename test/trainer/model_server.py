"""A local server of models: what the stand-ins of the Hub and of ModelScope share."""

import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Downloads of smaller files are never cut.
LARGE = 100_000


class ModelServer:
    """Hands each request to `answer`, from a thread of its own."""

    def __init__(self) -> None:
        # The number of bytes after which downloads of large files break off.
        self.cut_after: int | None = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.answer(self)

            do_HEAD = do_GET

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def cut_of(self, content: bytes) -> int | None:
        return self.cut_after if len(content) > LARGE else None

    @staticmethod
    def send(
        request: BaseHTTPRequestHandler,
        body: bytes,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        cut: int | None = None,
    ) -> None:
        """With `cut` the connection breaks off after so many bytes of the body."""
        request.send_response(status)
        for header, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            request.send_header(header, value)
        request.end_headers()
        if request.command == "HEAD":
            return
        request.wfile.write(body[:cut])
        if cut is not None:
            request.wfile.flush()
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
