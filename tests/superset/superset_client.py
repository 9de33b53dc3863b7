"""What a person does in Superset, through its API: sign in, import a bundle, ask for data."""

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from superset_server import ADMIN


@dataclass
class Superset:
    """A signed-in administrator. Raises AssertionError with the answer when one is an error."""

    address: str
    password: str
    _headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        credentials = {"username": ADMIN, "password": self.password, "provider": "db"}
        token = self.post("/api/v1/security/login", credentials)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        self._headers["X-CSRFToken"] = self.get("/api/v1/security/csrf_token/")["result"]
        self._headers["Referer"] = self.address

    def get(self, path: str) -> Any:
        """The answer to a GET."""
        return self._answer(urllib.request.Request(self.address + path))

    def post(self, path: str, content: Any) -> Any:
        """The answer to a POST of JSON."""
        request = urllib.request.Request(self.address + path, json.dumps(content).encode())
        request.add_header("Content-Type", "application/json")
        return self._answer(request)

    def upload(self, path: str, field_name: str, file: bytes, **fields: str) -> Any:
        """The answer to a POST of a form with one zip file."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field_name}"; '
            'filename="bundle.zip"\r\nContent-Type: application/zip\r\n\r\n'
        )
        body = "".join(parts).encode() + head.encode() + file + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(self.address + path, body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        return self._answer(request)

    def everything(self, kind: str) -> list[dict[str, Any]]:
        """All objects of a kind: chart, dataset, database or dashboard."""
        found: list[dict[str, Any]] = self.get(f"/api/v1/{kind}/?q=(page_size:100)")["result"]
        return found

    def _answer(self, request: urllib.request.Request) -> Any:
        for name, value in self._headers.items():
            request.add_header(name, value)
        try:
            with self._opener.open(request, timeout=120) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read()!r}") from error
