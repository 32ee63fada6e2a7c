"""Model servers in a thread that speak as vLLM, llama.cpp and Ollama do, with no model behind.

Sources: vllm/entrypoints/openai/chat_completion/protocol.py and engine/protocol.py (vllm-project/
vllm d5dba2d7b0, 040a2cc2a6), tools/server/README.md (ggml-org/llama.cpp 00dc8057ab),
openai/openai.go and server/routes.go (ollama/ollama fb30760996). A grammar is kept to by
llguidance itself, over bytes: of all that it allows, the smallest byte.
"""

import base64
import io
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Body = dict[str, Any]
JSON = "application/json"
CLICK = '<tool_call>\n{"name": "computer_use", "arguments": {"at": [100, 200]}}\n</tool_call>'


@dataclass
class House:
    """How the server behaves, and what it was asked. message: the reply's. grammars: the fields
    that it takes a grammar in. key: what it lets in. pictures: whether its model sees."""

    kind: str
    model: str = "Qwen/Qwen3-VL-8B-Instruct"
    message: Body = field(default_factory=lambda: {"role": "assistant", "content": CLICK})
    grammars: tuple[str, ...] = ()
    key: str = ""
    sees: bool = True
    more: tuple[str, ...] = ()  # other models that it lists
    asked: list[tuple[str, Body]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # instead, by path

    def chats(self) -> list[Body]:
        return [body for path, body in self.asked if path.endswith("/chat/completions")]

    def answer(self, path: str, body: Body) -> tuple[int, Body | str]:
        if path in self.answers:
            status, raw = self.answers[path]
            return status, raw.decode()
        if path == "/v1/models":
            return 200, {
                "object": "list",
                "data": [self._card(m) for m in (self.model, *self.more)],
            }
        if path == "/v1/chat/completions":
            return self._chat(body)
        return self._own(path, body)

    def _card(self, model: str) -> Body:
        card: Body = {"id": model, "object": "model", "created": 1764150000}
        if self.kind == "vllm":
            return card | {
                "owned_by": "vllm",
                "root": model,
                "parent": None,
                "max_model_len": 32768,
            }
        if self.kind == "llamacpp":
            read = ["text", "image"] if self.sees else ["text"]
            architecture = {"input_modalities": read, "output_modalities": ["text"]}
            return card | {"owned_by": "llamacpp", "architecture": architecture, "meta": None}
        return card | {"owned_by": "library"}

    def _own(self, path: str, body: Body) -> tuple[int, Body]:
        if self.kind == "llamacpp" and path == "/props":
            return 200, {"total_slots": 1, "modalities": {"vision": self.sees}}
        if self.kind == "ollama" and path == "/api/tags":
            return 200, {"models": [{"name": self.model, "model": self.model, "digest": "9f4c"}]}
        if self.kind == "ollama" and path == "/api/show":
            return 200, {"capabilities": ["completion", *(["vision"] if self.sees else [])]}
        return self._error(404, "Not Found")

    def _chat(self, body: Body) -> tuple[int, Body]:
        if self.kind == "vllm" and body["model"] != self.model:
            return self._error(404, f"The model `{body['model']}` does not exist.")
        if not self.sees and list(pictures(body)):
            words = f"{self.model} is not a multimodal model"
            return self._error(400, words)
        message = dict(self.message)
        grammar = next((_at(body, name) for name in self.grammars if _at(body, name)), None)
        if grammar is not None:
            try:
                message["content"] = smallest(str(grammar))
            except ValueError as error:
                return self._error(400, f"Grammar error: {error}")
        return 200, self._completion(message, body)

    def _completion(self, message: Body, body: Body) -> Body:
        choice: Body = {"index": 0, "message": message, "finish_reason": "stop"}
        if body.get("logprobs") and self.kind != "ollama":
            said = [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}] * 3
            choice["logprobs"] = {"content": said}
        found: Body = {"id": "chatcmpl-1", "object": "chat.completion", "model": self.model}
        found |= {"choices": [choice], "usage": {"prompt_tokens": 1200, "completion_tokens": 30}}
        if self.kind == "vllm":
            found["usage"]["prompt_tokens_details"] = {"cached_tokens": 1024}
        if self.kind == "llamacpp":
            found["timings"] = {"cache_n": 900, "prompt_n": 300, "prompt_ms": 2.5}
            found["timings"] |= {"predicted_n": 30, "predicted_ms": 4.5}
        return found

    def _error(self, status: int, words: str) -> tuple[int, Body]:
        if self.kind == "vllm":
            told = {"message": words, "type": "BadRequestError", "param": None, "code": status}
            return status, {"error": told}
        if self.kind == "llamacpp":
            told = {"code": status, "message": words, "type": "invalid_request_error"}
            return status, {"error": told}
        return status, {"error": {"message": words, "type": "api_error", "param": None}}


def smallest(grammar: str) -> str:
    """The shortest way through a grammar that always takes the smallest byte. ValueError for a
    grammar that is none."""
    import llguidance
    from llguidance import numpy as masks

    tokens = llguidance.LLTokenizer("byte")
    matcher = llguidance.LLMatcher(tokens, llguidance.grammar_from("grammar", grammar))
    if matcher.get_error():
        raise ValueError(matcher.get_error().splitlines()[0])
    mask = masks.allocate_token_bitmask(1, tokens.vocab_size)
    said: list[int] = []
    while not matcher.is_stopped() and len(said) < 1000:
        masks.fill_next_token_bitmask(matcher, mask, 0)
        token = int(np.unpackbits(mask.view(np.uint8), bitorder="little").argmax())
        if token == tokens.eos_token:
            break
        matcher.consume_token(token)
        said.append(token)
    return bytes(said).decode()


def pictures(body: Body) -> Iterator[np.ndarray[Any, Any]]:
    """The pictures of a request, decoded as a server does it: data URLs alone."""
    for message in body["messages"]:
        for part in message["content"] if isinstance(message["content"], list) else []:
            if part["type"] == "image_url":
                head, _, data = part["image_url"]["url"].partition(",")
                assert head == "data:image/png;base64"
                image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
                assert (image.format, image.mode) == ("PNG", "RGB")
                yield np.asarray(image)


def _at(body: Body, name: str) -> object:
    found: Any = body
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


class Handler(BaseHTTPRequestHandler):
    """One request a connection, as `house` says."""

    house: House

    def do_GET(self) -> None:
        self._respond({})

    def do_POST(self) -> None:
        self.hear()

    def hear(self) -> None:
        self._respond(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _respond(self, body: Body) -> None:
        house = self.house
        house.asked.append((self.path, body))
        house.headers.append(dict(self.headers))
        if house.key and self.headers["Authorization"] != f"Bearer {house.key}":
            told = {"error": f"Unauthorized: {self.headers['Authorization']}"}
            self.send(401, json.dumps(told).encode())
            return
        status, found = house.answer(self.path, body)
        self.send(status, (found if isinstance(found, str) else json.dumps(found)).encode())

    def send(self, status: int, raw: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": JSON,
            "Content-Length": str(len(raw)),
            **headers,
        }.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return ""


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def running(
    house: House, handler: type[Handler] = Handler, path: Path | None = None
) -> Iterator[str]:
    """Its address while it runs: of a free port of 127.0.0.1, or of the Unix socket at `path`."""
    bound = type("Bound", (handler,), {"house": house})
    serving: socketserver.BaseServer
    if path is None:
        serving = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        address = f"http://127.0.0.1:{serving.server_address[1]}/v1"
    else:
        serving, address = UnixServer(str(path), bound), f"unix:{path}"
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield address
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


VLLM = House("vllm")
LLAMACPP = House("llamacpp", "/models/Qwen3-VL-8B-Instruct-Q8_0.gguf")
OLLAMA = House("ollama", "qwen3-vl:latest")
HOUSES = {house.kind: house for house in (VLLM, LLAMACPP, OLLAMA)}


def house(kind: str, **changed: Any) -> House:
    """A fresh one of its kind."""
    return replace(HOUSES[kind], asked=[], headers=[], answers={}, **changed)
