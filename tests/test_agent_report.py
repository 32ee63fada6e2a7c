"""The report: which runs are filmed, and how one is looked at in a browser, from disk."""

import shutil
from pathlib import Path

import pytest
from bench_house import ASKED, WRONG, attempt, lived

from actuation.action import Button, Click, Done, Drag, Press, Scroll, TypeText
from actuation.grammar import format_action
from agent.film import film
from agent.report import Part, gallery, telling, write
from memory.store import Store

# The report.


def test_failures_are_filmed_first_then_one_of_each_task() -> None:
    rows = [attempt("t/a", n) for n in range(3)] + [attempt("t/b", n) for n in range(2)]
    rows += [attempt("t/a", 3, WRONG), attempt("t/a", 4, WRONG), attempt("t/b", 5, ASKED)]
    told = [(one.task, one.seed) for one in telling(rows)]
    assert told[:3] == [("t/a", 3), ("t/b", 5), ("t/a", 4)]
    assert told[3:5] == [("t/a", 0), ("t/b", 0)]
    assert len(told) == len(rows)


def test_a_run_is_looked_at_step_by_step_from_disk(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or pytest.skip("no chromium: apt-get install chromium")
    store = tmp_path / "memory.sqlite"
    rows = [attempt("books/a", 10_000, WRONG), attempt("books/a", 10_001)]
    rows += [attempt("books/b", 10_000), attempt("books/b", 10_001)]
    actions = [
        Click(100, 60, Button.RIGHT, 2, ("ctrl",)),
        Drag(50, 50, 300, 200),
        Scroll(320, 200, dy=3),
        TypeText("</script><script>window.broken = 1</script>"),
        Press("ctrl+s"),
        Done(),
    ]
    with Store(store) as memory:
        for one in rows:
            lived(memory, one.episode, actions, one.task, outcome=one.outcome)
    path = gallery(tmp_path / "out", "A & B", [Part("core", tuple(rows))], store, 3)
    assert len(list((tmp_path / "out/films").iterdir())) == 3
    assert path.stat().st_size < 100_000  # pictures lie beside the page, not in it
    inside = write(tmp_path / "one.html", "One", [], [film(Store(store).episode(rows[0].episode))])
    asked: list[str] = []
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        assert page.locator("tr[data-film]").count() == 3
        page.select_option("#task", "books/b")
        assert page.locator("#attempts tr[data-task]:visible").count() == 2
        page.select_option("#task", "")
        page.select_option("#verdict", "failure")
        assert page.locator("#attempts tr[data-task]:visible").count() == 1
        page.locator("tr[data-film]:visible").click()
        page.wait_for_selector("#steps li")
        seen = []
        for number in range(len(actions)):
            page.wait_for_function(f"location.hash.endsWith('/{number + 1}')")
            seen.append(
                (
                    page.locator(".stage img").get_attribute("src"),
                    page.locator("#action").text_content(),
                    page.locator(".stage svg path").count() > 0,
                    page.locator(".chip").is_visible(),
                )
            )
            page.keyboard.press("ArrowRight")
        assert [text for _, text, _, _ in seen] == [format_action(action) for action in actions]
        assert len({picture for picture, _, _, _ in seen}) == len(actions)
        assert [drawn for _, _, drawn, _ in seen] == [True, True, True, False, False, False]
        assert [chip for _, _, _, chip in seen] == [False, False, False, True, True, True]
        assert page.locator("#note").text_content() == "note 5"
        assert page.locator("#confidence").text_content() == "0.75"
        assert "perform 10 ms" in str(page.locator("#legend").text_content())
        page.keyboard.press("ArrowLeft")
        assert page.url.endswith("/5")
        page.keyboard.press("Escape")
        page.locator("#viewer").wait_for(state="hidden")
        page.goto(f"{path.as_uri()}#{rows[2].episode}/3")  # a link to a step
        page.reload()
        page.wait_for_selector("#steps li")
        assert page.locator("#place").text_content() == "step 3 of 6"
        page.locator("#back").click()
        assert page.locator("#place").text_content() == "step 2 of 6"
        page.keyboard.press("ArrowDown")
        assert rows[2].episode in page.url  # what has no film is not gone to
        page.goto(f"{path.as_uri()}#nobody/1")
        page.reload()
        assert "No steps of nobody" in str(page.locator("#title").text_content())
        page.goto(inside.as_uri())
        page.wait_for_selector("#steps li")
        assert page.evaluate("window.broken") is None
        browser.close()
    assert errors == []
    assert asked and all(url.startswith(("file://", "data:")) for url in asked)
