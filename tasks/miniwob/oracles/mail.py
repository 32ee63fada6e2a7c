"""The pages of a mail program: find a message, answer it, pass it on, mark it, throw it away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from actuation.action import Action
from tasks.miniwob.page import Oracle, Page, css, nth


@dataclass(frozen=True)
class Wish:
    """What is to be done with the message of a sender, and with which words or to whom."""

    act: str
    sender: str
    words: str = ""


def understood(page: Page) -> Wish:
    """From the goal, or from its fields where the page words it freely."""
    told = page.fields
    if told:
        words = told.get("to", told.get("message", ""))
        return Wish(told.get("task", "forward"), told["by"], words)
    (sender,) = page.match(r"the email by (.+?) and (?:reply|forward|click)")
    if "forward that" in page.goal:
        return Wish("forward", sender, page.match(r"email to (.*)\.$")[0])
    if "reply to" in page.goal:
        return Wish("reply", sender, page.match(r'the text "(.*)"')[0])
    return Wish("delete" if "trash" in page.goal else "star", sender)


def mail(page: Page) -> Iterator[Action]:
    wish = understood(page)
    senders = page.several("all('#main .email-sender').map(said)")
    thread = nth("#main .email-thread", senders.index(wish.sender))
    yield from page.view(thread, css("#area"), margin=16)
    if wish.act in ("delete", "star"):
        icon = "trash" if wish.act == "delete" else "star"
        yield page.click(f"{thread}.querySelector('.{icon}')")
        return
    yield page.click(f"{thread}.querySelector('.email-subject')")
    button = css(f"#email .email-{wish.act}")
    yield from page.view(button, css("#area"), margin=12)
    yield page.click(button)
    yield from page.fill(css("#reply-text, .forward-sender"), wish.words)
    yield page.click(css(f"#send-{wish.act}"))


ORACLES: Mapping[str, Oracle] = {
    "email-inbox": mail,
    "email-inbox-delete": mail,
    "email-inbox-forward": mail,
    "email-inbox-forward-nl": mail,
    "email-inbox-forward-nl-turk": mail,
    "email-inbox-important": mail,
    "email-inbox-nl-turk": mail,
    "email-inbox-noscroll": mail,
    "email-inbox-reply": mail,
    "email-inbox-star-reply": mail,
}
