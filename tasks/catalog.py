"""Every task by its name; a task's module is imported when it is created."""

import importlib

from tasks.task import Task

TASKS = {
    "books/ageing": "tasks.books.calc.ageing:Ageing",
    "books/budget_actual": "tasks.books.calc.budget_actual:BudgetActual",
    "books/carry_totals": "tasks.books.calc.carry_totals:CarryTotals",
    "books/convert_currency": "tasks.books.calc.convert_currency:ConvertCurrency",
    "books/correct_posting": "tasks.books.calc.correct_posting:CorrectPosting",
    "books/enter_invoice": "tasks.books.enter_invoice:EnterInvoice",
    "books/expense_report": "tasks.books.calc.expense_report:ExpenseReport",
    "books/fava_add_transaction": "tasks.books.fava.add_transaction:AddTransaction",
    "books/fava_attach": "tasks.books.fava.attach:Attach",
    "books/fava_balance": "tasks.books.fava.balance:Balance",
    "books/fava_correct": "tasks.books.fava.correct:Correct",
    "books/fava_delete_duplicate": "tasks.books.fava.delete_duplicate:DeleteDuplicate",
    "books/fava_enter_receipts": "tasks.books.fava.enter_receipts:EnterReceipts",
    "books/fava_fix_error": "tasks.books.fava.fix_error:FixError",
    "books/fava_note": "tasks.books.fava.note:Note",
    "books/fava_question": "tasks.books.fava.question:Question",
    "books/fava_rename_account": "tasks.books.fava.rename_account:RenameAccount",
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
