"""Server: a model behind an OpenAI-compatible server answers conversations.

    vllm serve Qwen/Qwen3-VL-8B-Instruct --host 127.0.0.1
    dormouse run books/enter_invoice --policy vlm:http://127.0.0.1:8000/v1

Pictures go as PNG, so that the model is shown the very pixels that its dialect counts in.
"""

import base64
import io
import os
import time
from collections.abc import Mapping, Sequence

from PIL import Image

from actuation.geometry import View
from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.policies.vlm.address import Address, address
from agent.policies.vlm.answer import reply_of
from agent.policies.vlm.connection import Answer, Connection
from agent.policies.vlm.dialects.dialect import Dialect
from agent.policies.vlm.guided import Way, proven
from agent.policies.vlm.served import KEY, checked, served
from agent.policies.vlm.speaker import Message, Picture, Reply

THOUGHT = 160  # tokens of free thought before an action, where the server keeps to a grammar
LONGEST = 2048  # tokens of a reply: a server's model may think unasked
ENCODED = 8  # pictures that are kept encoded


class Server:
    """Answers with a server's model. Raises Needed where it cannot, in one sentence that names
    the mend. guided: whether the server keeps replies to the dialect's grammar, known after the
    first."""

    name = "vlm"

    def __init__(self, where: Address, key: str = "", seconds: float = 120.0) -> None:
        if key and where.remote and where.scheme != "https":
            raise BadInput(f"a key would go to {where.host} unencrypted: use https, or unset {KEY}")
        self._connection = Connection(where, key, seconds)
        self.served = served(self._connection)
        self.weights = self.served.weights
        self._way: Way | None = None
        self._tried = False  # whether a way to guide it was sought
        self._encoded: dict[bytes, str] = {}

    @property
    def guided(self) -> bool:
        return self._way is not None

    def say(self, messages: Sequence[Message], dialect: Dialect, view: View | None = None) -> Reply:
        """Raises Interrupted where `close` cut it short."""
        if not self._tried:
            self._way, self._tried = proven(self.served.kind, self._chat), True
        body: dict[str, object] = {
            "messages": [self._written(message) for message in messages],
            "temperature": 0,
            "max_tokens": LONGEST,
            "logprobs": True,
        }
        begun = time.perf_counter()
        answer = self._guided(body, dialect, view) or self._chat(body)
        wall = 1e3 * (time.perf_counter() - begun)
        reply = reply_of(checked(self._connection, answer, self.served.model), dialect, wall)
        if reply is None:
            raise Needed(f"the model server at {self._connection.address} answered without a reply")
        return reply

    def close(self) -> None:
        """Abandon the request under way, from any thread."""
        self._connection.close()

    def _guided(
        self, body: dict[str, object], dialect: Dialect, view: View | None
    ) -> Answer | None:
        """The answer within the dialect's grammar; None where there is no way to that. A server
        that proved itself on a small grammar may still not take this one."""
        if self._way is None:
            return None
        answer = self._chat(body | self._way(dialect.grammar(THOUGHT, view)))
        if answer.status == 200:
            return answer
        free = self._chat(body)
        if free.status == 200:
            self._way = None
        return free

    def _chat(self, fields: Mapping[str, object]) -> Answer:
        path = f"{self._connection.address.base}/chat/completions"
        return self._connection.post(path, {"model": self.served.model, "stream": False, **fields})

    def _written(self, message: Message) -> dict[str, object]:
        """A message as the protocol has it: a string where it is nothing but text."""
        if all(isinstance(part, str) for part in message.parts):
            return {"role": message.role, "content": "".join(map(str, message.parts))}
        return {"role": message.role, "content": [self._part(part) for part in message.parts]}

    def _part(self, part: str | Picture) -> dict[str, object]:
        if isinstance(part, str):
            return {"type": "text", "text": part}
        return {"type": "image_url", "image_url": {"url": self._data_url(part)}}

    def _data_url(self, picture: Picture) -> str:
        digest = picture.digest
        if digest not in self._encoded:
            self._encoded = dict(list(self._encoded.items())[-ENCODED + 1 :])
            file = io.BytesIO()
            Image.fromarray(picture.image).save(file, "PNG", compress_level=1)
            text = base64.b64encode(file.getvalue()).decode()
            self._encoded[digest] = f"data:image/png;base64,{text}"
        return self._encoded[digest]


def server(text: str, settings: Settings) -> Server:
    """The speaker at an address; its key, where it needs one, from the environment alone."""
    where = address(text, settings.servers)
    return Server(where, os.environ.get(KEY, ""), settings.server_seconds)
