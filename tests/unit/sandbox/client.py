"""A client that keeps nothing to itself: status, headers and body of each answer."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

KEY = {"Authorization": "Bearer SG.test", "Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    port: int

    def ask(
        self,
        method: str,
        path: str,
        value: Any = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            data = body if body is not None or value is None else json.dumps(value).encode()
            connection.request(method, path, data, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): each for name, each in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def send(self, message: Any) -> Answer:
        return self.ask("POST", "/v3/mail/send", message, KEY)

    def script(self, *faults: Any) -> None:
        assert self.ask("POST", "/_sandbox/script", list(faults)).status == 200

    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = self.get("/_sandbox/stats").json
        return stats
