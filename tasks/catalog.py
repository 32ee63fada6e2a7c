"""Every task by its name; a task's module is imported when it is created. Suites: what a prefix
names ("books"), and subsets that others have published ("miniwob/pix2act")."""

import importlib
from collections.abc import Mapping

from tasks.task import Task

TASKS = {
    "books/enter_invoice": "tasks.books.enter_invoice:EnterInvoice",
    "books/ageing": "tasks.books.calc.ageing:Ageing",
    "books/budget_actual": "tasks.books.calc.budget_actual:BudgetActual",
    "books/carry_totals": "tasks.books.calc.carry_totals:CarryTotals",
    "books/convert_currency": "tasks.books.calc.convert_currency:ConvertCurrency",
    "books/correct_posting": "tasks.books.calc.correct_posting:CorrectPosting",
    "books/expense_report": "tasks.books.calc.expense_report:ExpenseReport",
    "books/format_column": "tasks.books.calc.format_column:FormatColumn",
    "books/payroll_line": "tasks.books.calc.payroll_line:PayrollLine",
    "books/reconcile_statement": "tasks.books.calc.reconcile_statement:ReconcileStatement",
    "books/sort_table": "tasks.books.calc.sort_table:SortTable",
    "books/vat_summary": "tasks.books.calc.vat_summary:VatSummary",
}


def create(name: str) -> Task:
    """A new instance, for one attempt. ValueError names the known tasks."""
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; there are: {', '.join(sorted(TASKS))}")
    module, _, attribute = TASKS[name].partition(":")
    task: Task = getattr(importlib.import_module(module), attribute)()
    return task


def suite(name: str) -> tuple[str, ...]:
    """The tasks of SUITE, SUITE/FAMILY or a named subset. ValueError names the known ones."""
    named = subsets()
    if name in named:
        return tuple(named[name])
    inside = tuple(task for task in sorted(TASKS) if task == name or task.startswith(f"{name}/"))
    if not inside:
        suites = {task.partition("/")[0] for task in TASKS}
        known = ", ".join([*sorted(suites), *sorted(named), *sorted(TASKS)])
        raise ValueError(f"no task or suite {name!r}: known are {known}")
    return inside


def subsets() -> Mapping[str, tuple[str, ...]]:
    """Named subsets of suites that are too large to be told by a prefix."""
    try:
        module = importlib.import_module("tasks.miniwob.subsets")
    except ModuleNotFoundError:
        return {}
    found: Mapping[str, tuple[str, ...]] = module.SUBSETS
    return found
