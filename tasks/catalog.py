"""Every task by its name; a task's module is imported when it is created.

A value names the module, the class, and what the class is to be made with, if anything:
"module:Class" or "module:Class:argument".
"""

import importlib

from tasks.miniwob.subsets import IDS, PREFIX
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
    **{PREFIX + page: f"tasks.miniwob.task:MiniWobTask:{page}" for page in IDS},
}


def create(name: str) -> Task:
    """A new instance, for one attempt. ValueError names the known tasks."""
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; there are: {', '.join(sorted(TASKS))}")
    module, attribute, *arguments = TASKS[name].split(":")
    task: Task = getattr(importlib.import_module(module), attribute)(*arguments)
    return task
