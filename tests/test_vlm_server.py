"""The model server's speaker, against servers in a thread that speak as vLLM, llama.cpp and Ollama
do: what it sends, what it reads, what it says when something is amiss, and that it can be stopped.
"""

import json
import re
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_servers import CLICK, Handler, House, house, pictures, running, smallest

from actuation.action import Action, Click, Done, Press, Scroll, TypeText
from actuation.geometry import Space, View
from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.policies.vlm import answer, guided
from agent.policies.vlm.address import address, is_address
from agent.policies.vlm.connection import Answer, at
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, Said, view_of
from agent.policies.vlm.dialects.fara import Fara
from agent.policies.vlm.dialects.guiowl import GuiOwl
from agent.policies.vlm.dialects.holo import Holo
from agent.policies.vlm.dialects.qwen3 import Qwen3
from agent.policies.vlm.dialects.qwen25 import Qwen25
from agent.policies.vlm.dialects.qwen35 import Qwen35
from agent.policies.vlm.server import KEY, Server, server
from agent.policies.vlm.speaker import Message, Picture
from agent.stop import Interrupted
from memory.day import Context
from memory.fake import drawn_frame
from perception.observation import Screen

KINDS = ["vllm", "llamacpp", "ollama"]
LARK = 'start: "<tool_call>\\n{\\"arguments\\": {\\"at\\": [" /[3-5]/ ", 7]}}\\n</tool_call>"'


@dataclass
class Spoken:
    """A dialect of one action, a click; thought may come before."""

    lark: str = LARK
    name: str = "test"
    space: Space = Space.PERMILLE
    factor: int = 32
    least: int = 1
    most: int = 1 << 24
    wrap: tuple[str, str] = ("", "")
    sequential: bool = False

    def system(self, view: View) -> str:
        return "You click."

    def task(self, goal: str, context: Context) -> str:
        return goal

    def parse(self, text: str, view: View) -> Said:
        found = re.fullmatch(r"(?:<think>\n(.*)\n</think>\n\n)?(.*)", text, re.S)
        assert found is not None
        calls = re.findall(r"<tool_call>\n(.*?)\n</tool_call>", found[2], re.S)
        if len(calls) != 1:
            raise DialectError(f"{len(calls)} tool calls")
        try:
            values = at(json.loads(calls[0]), "arguments", "at")
        except ValueError as error:
            raise DialectError("no JSON") from error
        if not isinstance(values, list):
            raise DialectError("no point")
        thought = found[1] or found[2].partition("<tool_call>")[0].strip()
        return Said(Click(*view.from_model((values[0], values[1]))), thought)

    def format(self, action: Action, view: View, thought: str = "") -> str:
        raise NotImplementedError

    def grammar(self, thought: int, view: object = None) -> str:
        return self.lark


DIALECT = Spoken()
IMAGE = drawn_frame(3)[:96, :64]
ASKED = [
    Message("system", ("You click.",)),
    Message("user", ("Save the invoice.", Picture(IMAGE), "Go on.")),
    Message("assistant", (CLICK,)),
    Message("user", ("Now?",)),
]


def reached(where: str, key: str = "", seconds: float = 10.0) -> Server:
    return Server(address(where), key, seconds)


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_with_the_very_pixels_and_reads_the_reply(kind: str) -> None:
    told = house(kind)
    with running(told) as where:
        speaker = reached(where)
        reply = speaker.say(ASKED, DIALECT)
    assert speaker.served.kind == kind
    assert speaker.served.model == told.model
    assert reply.text == CLICK
    body = told.chats()[-1]
    assert (body["model"], body["temperature"], body["stream"]) == (told.model, 0, False)
    assert 256 <= body["max_tokens"] <= 4096
    (shown,) = pictures(body)
    assert np.array_equal(shown, IMAGE)
    roles = [(message["role"], type(message["content"])) for message in body["messages"]]
    assert roles == [("system", str), ("user", list), ("assistant", str), ("user", str)]
    assert [part["type"] for part in body["messages"][1]["content"]] == [
        "text",
        "image_url",
        "text",
    ]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_picture_arrives_as_it_was(width: int, height: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    speaker = Server.__new__(Server)
    speaker._encoded = {}
    part = speaker._part(Picture(image))
    (shown,) = pictures({"messages": [{"content": [part]}]})
    assert np.array_equal(shown, image)


def test_timings_confidence_and_reused_tokens_are_what_the_server_tells() -> None:
    with running(house("llamacpp")) as where:
        reply = reached(where).say(ASKED, DIALECT)
    assert (reply.timings["prefill"], reply.timings["decode"]) == (2.5, 4.5)
    assert (reply.prefilled, reply.reused) == (300, 900)
    assert reply.confidence == pytest.approx(np.exp(-0.1))
    with running(house("vllm")) as where:
        reply = reached(where).say(ASKED, DIALECT)
    assert set(reply.timings) == {"server"}
    assert (reply.prefilled, reply.reused) == (176, 1024)
    with running(house("ollama")) as where:
        assert reached(where).say(ASKED, DIALECT).confidence == 1.0


def test_weights_are_the_digest_that_ollama_tells() -> None:
    with running(house("ollama")) as where:
        assert reached(f"{where}#qwen3-vl").weights == "9f4c"
    with running(house("vllm")) as where:
        assert reached(where).weights == ""


CALL = {"name": "computer_use", "arguments": '{"at": [100, 200]}'}
STRUCTURED = [{"id": "call_1", "type": "function", "function": CALL}]


REAL: dict[str, Dialect] = {
    one.name: one for one in (Qwen25(), Qwen3(), Qwen35(), GuiOwl(), Holo(), Fara())
}
SCREEN = Screen(1280, 800)
TEXT = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=20)
ACTIONS = st.one_of(
    st.builds(Click, st.integers(0, 1279), st.integers(0, 799)),
    st.builds(Scroll, st.integers(0, 1279), st.integers(0, 799), st.integers(1, 5)),
    st.builds(
        TypeText, TEXT | st.sampled_from(["</tool_call>", "<function=x>", "a<b", '{"a": 1}'])
    ),
    st.builds(Press, st.sampled_from(["ctrl+s", "Tab", "shift+F10"])),
    st.builds(Done, TEXT),
)


def taken_apart(text: str) -> tuple[str, dict[str, object]]:
    """Name and arguments of the call in a reply, as the parsers of servers give them: hermes for
    JSON, qwen3_xml for XML, Holo's for its object."""
    inner = text.partition("<tool_call>")[2].rpartition("</tool_call>")[0].strip()
    if not inner:
        call = json.loads(text)["tool_call"]
        return call.pop("tool_name"), call
    if inner.startswith("{"):
        call = json.loads(inner)
        return call["name"], call["arguments"]
    name = re.match(r"<function=(.*?)>", inner)
    assert name is not None
    found: dict[str, object] = {}
    for key, raw in re.findall(r"<parameter=(\w+)>\n(.*?)\n</parameter>", inner, re.S):
        try:
            found[key] = raw if key in ("text", "json_text") else json.loads(raw)
        except ValueError:
            found[key] = raw
    return name[1], found


@pytest.mark.parametrize("name", REAL)
@given(action=ACTIONS, thought=st.sampled_from(["", "It is there.", "I type\nthe amount."]))
def test_what_parsers_took_apart_reads_as_it_was_said(
    name: str, action: Action, thought: str
) -> None:
    dialect = REAL[name]
    view = view_of(dialect, SCREEN)
    text = dialect.format(action, view)
    whole = answer.said(thought, "", [taken_apart(text)], dialect)
    read = dialect.parse(whole, view)
    assert read.action == dialect.parse(text, view).action
    assert name == "holo" or read.thought == thought


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
@pytest.mark.parametrize("name", REAL)
def test_thought_and_call_come_in_fields_of_their_own(name: str, field: str) -> None:
    dialect = REAL[name]
    view = view_of(dialect, SCREEN)
    tool, arguments = taken_apart(dialect.format(Click(100, 200), view))
    call = {"name": tool, "arguments": json.dumps(arguments)}
    calls = [{"id": "call_1", "type": "function", "function": call}]
    message = {"content": None, field: "It is there.\n", "tool_calls": calls}
    with running(house("vllm", message=message)) as where:
        text = reached(where).say(ASKED, dialect).text
    assert ("<function=computer_use>" in text) == (name == "qwen35")
    assert "It is there." in text
    read = dialect.parse(text, view).action
    assert isinstance(read, Click)
    assert abs(read.x - 100) <= 1 and abs(read.y - 200) <= 1


CALL = {"name": "computer_use", "arguments": '{"at": [100, 200]}'}
STRUCTURED = [{"id": "call_1", "type": "function", "function": CALL}]


def test_a_call_that_was_taken_out_and_left_in_is_written_once() -> None:
    message = {"content": CLICK, "tool_calls": STRUCTURED}
    with running(house("ollama", message=message)) as where:
        assert reached(where).say(ASKED, DIALECT).text == CLICK


def test_arguments_may_be_an_object_and_content_a_list_of_parts() -> None:
    call = {"function": {"name": "computer_use", "arguments": {"at": [5, 6]}}}
    content = [{"type": "text", "text": "I click "}, {"type": "text", "text": "it."}]
    with running(House("", "m", {"content": content, "tool_calls": [call]})) as where:
        text = reached(where).say(ASKED, DIALECT).text
    assert text == f"I click it.\n{answer.written('computer_use', {'at': [5, 6]}, DIALECT)}"


def test_a_reply_that_the_dialect_cannot_read_is_handed_on_as_it_was_said() -> None:
    with running(house("vllm", message={"content": "I would rather not."})) as where:
        assert reached(where).say(ASKED, DIALECT).text == "I would rather not."


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("vllm", "structured_outputs.grammar"),
        ("vllm", "guided_grammar"),
        ("llamacpp", "grammar"),
    ],
)
def test_a_server_that_proves_to_keep_a_grammar_is_guided_by_it(kind: str, field: str) -> None:
    told = house(kind, grammars=(field,))
    with running(told) as where:
        speaker = reached(where)
        replies = [speaker.say(ASKED, DIALECT).text for _ in range(2)]
    assert speaker.guided
    assert replies == ['<tool_call>\n{"arguments": {"at": [3, 7]}}\n</tool_call>'] * 2
    proofs = [body for body in told.chats() if "dormouse" in json.dumps(body)]
    assert len(told.chats()) - len(proofs) == 2  # the proof is asked for but once


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_ignores_grammars_is_not_trusted_with_them(kind: str) -> None:
    told = house(kind)
    with running(told) as where:
        speaker = reached(where)
        assert speaker.say(ASKED, DIALECT).text == CLICK
    assert not speaker.guided
    assert not {"grammar", "guided_grammar", "structured_outputs"} & set(told.chats()[-1])


def test_a_grammar_that_a_server_does_not_take_is_left_away() -> None:
    told = house("vllm", grammars=("structured_outputs.grammar",))
    with running(told) as where:
        speaker = reached(where)
        assert speaker.say(ASKED, Spoken(lark="start: nothing")).text == CLICK
    assert not speaker.guided


def test_the_proof_is_a_grammar_and_proves() -> None:
    assert guided.PROVEN.fullmatch(smallest(guided.PROOF))
    assert guided.PROVEN.fullmatch(smallest(guided.HEADER + guided.PROOF))
    assert not guided.PROVEN.fullmatch("I am fine, thank you.")


# What is amiss: one sentence, which names the mend.


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_server_that_is_away(closed_port: int) -> None:
    with pytest.raises(Needed, match=r"does not answer \(Connection refused\): start it"):
        reached(f"http://127.0.0.1:{closed_port}/v1")


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_is_not_there(kind: str) -> None:
    told = house(kind)
    with running(told) as where, pytest.raises(Needed) as found:
        reached(f"{where}#nobody/nothing-7B")
    assert "has no model nobody/nothing-7B" in str(found.value)
    assert told.model in str(found.value)


def test_a_model_that_went_away_later() -> None:
    told = house("vllm")
    with running(told) as where:
        speaker = reached(where)
        told.model = "another"
        with pytest.raises(Needed, match=r"404: The model `Qwen/.*` does not exist"):
            speaker.say(ASKED, DIALECT)


def test_several_models_must_be_chosen_from() -> None:
    with running(house("ollama", more=("llava:7b",))) as where:
        with pytest.raises(BadInput, match=r"name the model .*qwen3-vl:latest, llava:7b"):
            reached(where)
        assert reached(f"{where}#llava:7b").served.model == "llava:7b"


@pytest.mark.parametrize("kind", ["llamacpp", "ollama"])
def test_a_model_that_cannot_see_is_found_before_anything_is_shown(kind: str) -> None:
    told = house(kind, sees=False)
    with running(told) as where, pytest.raises(Needed, match="cannot see pictures"):
        reached(where)
    assert told.chats() == []


def test_an_older_llamacpp_tells_in_its_properties_that_it_cannot_see() -> None:
    told = house("llamacpp", sees=False)
    card = {"id": "gguf", "owned_by": "llamacpp"}
    told.answers["/v1/models"] = 200, json.dumps({"data": [card]}).encode()
    with running(told) as where, pytest.raises(Needed, match="--mmproj"):
        reached(where)


def test_vllm_tells_only_when_it_is_shown_something() -> None:
    with running(house("vllm", sees=False)) as where:
        speaker = reached(where)
        with pytest.raises(Needed, match=r"Qwen.* cannot see pictures: .*not a multimodal model"):
            speaker.say(ASKED, DIALECT)


@pytest.mark.parametrize(
    ("status", "raw", "says"),
    [
        (500, b'{"error": {"code": 500, "message": "out of memory"}}', "answered 500: out of memo"),
        (503, b'{"error": {"message": "Loading model", "code": 503}}', "503: Loading model"),
        (400, b'{"object": "error", "message": "context too long"}', "400: context too long"),
        (502, b"<html>Bad\n gateway</html>", "answered 502: <html>Bad gateway</html>"),
        (404, b"", "answered 404: it does not say why"),
        (200, b"<html>It works!</html>", "answered with no JSON"),
        (200, b"[1, 2]", "answered with no JSON"),
        (200, b'{"choices": []}', "answered without a reply"),
        (200, b'{"choices": [{"message": "hi"}]}', "answered without a reply"),
        (500, b'{"error": "image input is not supported - hint: you may need an mmproj"}',
         "cannot see pictures"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_reply(status: int, raw: bytes, says: str) -> None:
    told = house("vllm")
    with running(told) as where:
        speaker = reached(where)
        told.answers["/v1/chat/completions"] = status, raw
        with pytest.raises(Needed) as found:
            speaker.say(ASKED, DIALECT)
    assert says in str(found.value)
    assert where in str(found.value)
    assert "\n" not in str(found.value)


class Redirecting(Handler):
    """Every request is sent on, to a place that must never hear of it."""

    elsewhere = ""

    def _respond(self, body: dict[str, object]) -> None:
        self.send(307, b"", Location=self.elsewhere)


def test_redirects_are_not_followed() -> None:
    hidden = house("vllm")
    with running(hidden) as elsewhere:
        handler = type("To", (Redirecting,), {"elsewhere": f"{elsewhere}/models"})
        with running(house("vllm"), handler) as where, pytest.raises(Needed) as found:
            reached(where)
    assert f"redirects to {elsewhere}/models, which is not followed" in str(found.value)
    assert hidden.asked == []


class Cutting(Handler):
    """Promises more than it sends."""

    def send(self, status: int, raw: bytes, **headers: str) -> None:
        if not self.path.endswith("/chat/completions"):
            super().send(status, raw, **headers)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw) + 100))
        self.end_headers()
        self.wfile.write(raw)


class Chopping(Handler):
    """Ends in the middle of a chunk."""

    protocol_version = "HTTP/1.1"

    def send(self, status: int, raw: bytes, **headers: str) -> None:
        if not self.path.endswith("/chat/completions"):
            super().send(status, raw, Connection="close")
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"fff\r\n" + raw[:50])
        self.close_connection = True


class Silent(Handler):
    """Reads the question and hangs up."""

    def send(self, status: int, raw: bytes, **headers: str) -> None:
        if not self.path.endswith("/chat/completions"):
            super().send(status, raw, **headers)


@pytest.mark.parametrize("handler", [Cutting, Chopping, Silent])
def test_an_answer_that_breaks_off(handler: type[Handler]) -> None:
    with running(house("ollama"), handler) as where:
        speaker = reached(where)
        with pytest.raises(Needed, match="broke off in the middle"):
            speaker.say(ASKED, DIALECT)


class Refusing(Handler):
    """Says why before the question is read to its end, and hangs up."""

    def hear(self) -> None:
        self.rfile.read(100)
        self.send(413, b'{"error": {"message": "request body too large"}}')


def test_the_reason_of_a_server_that_does_not_hear_one_out_is_told() -> None:
    big = Picture(np.random.default_rng(0).integers(0, 256, (900, 1600, 3), np.uint8))
    with running(house("vllm"), Refusing) as where:
        speaker = reached(where)
        with pytest.raises(Needed) as found:
            speaker.say([Message("user", (big,))], DIALECT)
    assert "too large" in str(found.value) or "broke off" in str(found.value)


class Slow(Handler):
    """Answers a chat when it is let to. waits: set when it has begun to wait."""

    waits = threading.Event()
    free = threading.Event()

    def send(self, status: int, raw: bytes, **headers: str) -> None:
        if self.path.endswith("/chat/completions"):
            self.waits.set()
            self.free.wait(60)
        super().send(status, raw, **headers)


class Dripping(Slow):
    """Sends a byte of a chat's answer now and then, for ever."""

    def send(self, status: int, raw: bytes, **headers: str) -> None:
        if not self.path.endswith("/chat/completions"):
            super().send(status, raw, **headers)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.waits.set()
        while not self.free.wait(0.02):
            self.wfile.write(b" ")


@pytest.fixture(params=[Slow, Dripping])
def slow(request: pytest.FixtureRequest) -> type[Slow]:
    handler: type[Slow] = request.param
    return type("Fresh", (handler,), {"waits": threading.Event(), "free": threading.Event()})


def test_a_slow_answer_ends_with_the_setting_that_gives_it_longer(slow: type[Slow]) -> None:
    with running(house("ollama"), slow) as where:
        speaker = reached(where, seconds=0.3)
        with pytest.raises(Needed, match=r"no answer in 0\.3 s: .*server_seconds"):
            speaker.say(ASKED, DIALECT)
        slow.free.set()


def test_a_request_under_way_is_abandoned_from_another_thread(slow: type[Slow]) -> None:
    told = house("ollama")
    ended: list[BaseException | None] = []

    def ask() -> None:
        try:
            speaker.say(ASKED, DIALECT)
        except BaseException as error:
            ended.append(error)
        else:
            ended.append(None)

    with running(told, slow) as where:
        speaker = reached(where, seconds=60)
        thread = threading.Thread(target=ask)
        thread.start()
        assert slow.waits.wait(30)
        speaker.close()
        thread.join(30)
        assert not thread.is_alive()
        assert [type(one) for one in ended] == [Interrupted]
        slow.free.set()
        if slow.__base__ is Slow:  # and it can be asked again
            assert speaker.say(ASKED, DIALECT).text == CLICK


def test_closing_with_nothing_under_way_stops_nothing() -> None:
    with running(house("vllm")) as where:
        speaker = reached(where)
        speaker.close()
        assert speaker.say(ASKED, DIALECT).text == CLICK


# Where it may go, and what it takes there.


def test_addresses() -> None:
    found = address("http://127.0.0.1:8000/v1#Qwen/Qwen3-VL-8B-Instruct")
    assert (found.host, found.port, found.base) == ("127.0.0.1", 8000, "/v1")
    assert (found.model, found.remote) == ("Qwen/Qwen3-VL-8B-Instruct", False)
    assert address("http://localhost:11434").base == "/v1"
    assert address("http://[::1]:8080/llm/v1/").root == "/llm"
    assert str(address("http://[::1]:8080/v1")) == "http://[::1]:8080/v1"
    assert address("unix:/run/llama.sock#m").model == "m"
    assert is_address("http://localhost") and not is_address("Qwen/Qwen3-VL-8B-Instruct")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://gpu.lan:8000/v1", 'another machine.*servers = \\["gpu.lan"\\]'),
        ("http://192.168.1.9/v1", "another machine"),
        ("http://127.0.0.1.evil.example/v1", "another machine"),
        ("http://localhost.evil.example/v1", "another machine"),
        ("http://0.0.0.0:8000/v1", "another machine"),
        ("https://[2001:db8::1]/v1", "another machine"),
        ("http://me:secret@127.0.0.1/v1", "DORMOUSE_API_KEY"),
        ("http://127.0.0.1:8000/v1?key=secret", "no query"),
        ("http://127.0.0.1:eighty/v1", "no address"),
        ("http://[::1/v1", "no address"),
        ("http:///v1", "no address"),
        ("unix:llama.sock", "no address"),
        ("ftp://127.0.0.1/v1", "no address"),
    ],
)
def test_an_address_that_may_not_be_reached(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as found:
        address(text)
    assert "me:secret" not in str(found.value)


@given(st.text(max_size=40))
def test_any_address_is_read_or_refused_in_one_sentence(text: str) -> None:
    for scheme in ("http://", "https://", "unix:", ""):
        try:
            found = address(scheme + text)
        except BadInput as error:
            assert str(error)
        else:
            assert not found.remote


@given(st.ip_addresses())
def test_only_loopback_addresses_are_this_machine(number: object) -> None:
    host = f"[{number}]" if ":" in str(number) else str(number)
    local = str(number).startswith("127.") or str(number) == "::1"
    try:
        address(f"http://{host}:8000/v1")
    except BadInput:
        assert not local
    else:
        assert local


def test_a_host_that_the_operator_allows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "dormouse").mkdir()
    (tmp_path / "dormouse/config.toml").write_text('servers = ["GPU.lan"]\n')
    assert address("https://gpu.lan/v1", Settings().servers).remote
    with pytest.raises(BadInput, match=r"gpu\.lan unencrypted: use https"):
        Server(address("http://gpu.lan/v1", Settings().servers), "secret")


def test_a_local_name_that_leads_elsewhere_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told = house("vllm")
    with running(told) as where:
        monkeypatch.setattr("agent.policies.vlm.connection.is_local", lambda host: False)
        with pytest.raises(Needed, match="another machine: nothing was sent"):
            reached(where)
    assert told.asked == []


def test_the_key_comes_from_the_environment_and_is_never_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = house("vllm", key="sesame-0815")
    with running(told) as where:
        with pytest.raises(Needed, match=f"give it in {KEY}"):
            server(where, Settings())
        monkeypatch.setenv(KEY, "sesame-4711")
        with pytest.raises(Needed, match=f"the key in {KEY} is not its key"):
            server(where, Settings())
        monkeypatch.setenv(KEY, told.key)
        speaker = server(where, Settings())
        told.answers["/v1/chat/completions"] = 500, b'{"error": "bad sesame-0815"}'
        with pytest.raises(Needed, match="answered 500: bad …"):
            speaker.say(ASKED, DIALECT)
    assert told.headers[-1]["Authorization"] == "Bearer sesame-0815"


def test_proxies_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    with running(house("vllm")) as where:
        assert reached(where).say(ASKED, DIALECT).text == CLICK


def test_a_unix_socket(tmp_path: Path) -> None:
    with running(house("llamacpp"), path=tmp_path / "llama.sock") as where:
        assert reached(where).say(ASKED, DIALECT).text == CLICK
    with pytest.raises(Needed, match="does not answer"):
        reached(f"unix:{tmp_path}/nobody.sock")


def test_an_errors_words_are_found_wherever_a_server_puts_them() -> None:
    for text in ('{"error": {"message": "x"}}', '{"error": "x"}', '{"message": "x"}', "x"):
        assert Answer(500, text).words == "x"
    assert len(Answer(500, "y" * 10**6).words) == 300
