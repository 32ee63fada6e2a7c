"""Every task by its name; a task's module is imported when it is created."""

import importlib

from tasks.task import Task

TASKS = {
    "books/enter_invoice": "tasks.books.enter_invoice:EnterInvoice",
}


def create(name: str) -> Task:
    """A new instance, for one attempt. ValueError names the known tasks."""
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; there are: {', '.join(sorted(TASKS))}")
    module, _, attribute = TASKS[name].partition(":")
    task: Task = getattr(importlib.import_module(module), attribute)()
    return task
