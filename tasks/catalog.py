"""Every task by its name; a task's module is imported when it is created."""

import importlib

from tasks.task import Task

TASKS = {
    "books/enter_invoice": "tasks.books.enter_invoice:EnterInvoice",
    "books/ageing": "tasks.books.calc.ageing:Ageing",
    "books/budget_actual": "tasks.books.calc.budget_actual:BudgetActual",
    "books/carry_totals": "tasks.books.calc.carry_totals:CarryTotals",
    "books/convert_currency": "tasks.books.calc.convert_currency:ConvertCurrency",
    "books/correct_amount": "tasks.books.gnucash.correct_amount:CorrectAmount",
    "books/correct_posting": "tasks.books.calc.correct_posting:CorrectPosting",
    "books/customer_invoice": "tasks.books.gnucash.customer_invoice:CustomerInvoice",
    "books/delete_duplicate": "tasks.books.gnucash.delete_duplicate:DeleteDuplicate",
    "books/enter_split": "tasks.books.gnucash.enter_split:EnterSplit",
    "books/enter_transaction": "tasks.books.gnucash.enter_transaction:EnterTransaction",
    "books/expense_report": "tasks.books.calc.expense_report:ExpenseReport",
    "books/format_column": "tasks.books.calc.format_column:FormatColumn",
    "books/new_account": "tasks.books.gnucash.new_account:NewAccount",
    "books/pay_vendor_bill": "tasks.books.gnucash.pay_vendor_bill:PayVendorBill",
    "books/payroll_line": "tasks.books.calc.payroll_line:PayrollLine",
    "books/read_balance": "tasks.books.gnucash.read_balance:ReadBalance",
    "books/reconcile": "tasks.books.gnucash.reconcile:Reconcile",
    "books/reconcile_statement": "tasks.books.calc.reconcile_statement:ReconcileStatement",
    "books/sort_table": "tasks.books.calc.sort_table:SortTable",
    "books/transfer": "tasks.books.gnucash.transfer:Transfer",
    "books/vat_summary": "tasks.books.calc.vat_summary:VatSummary",
}


def create(name: str) -> Task:
    """A new instance, for one attempt. ValueError names the known tasks."""
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; there are: {', '.join(sorted(TASKS))}")
    module, _, attribute = TASKS[name].partition(":")
    task: Task = getattr(importlib.import_module(module), attribute)()
    return task
