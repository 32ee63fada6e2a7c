"""Every task by its name; a task's module is imported when it is created. Suites: what a prefix
names ("books"), and subsets that others have published ("miniwob/pix2act").

A value names the module, the class, and what the class is to be made with, if anything:
"module:Class" or "module:Class:argument".
"""

import importlib

from tasks import outside
from tasks.miniwob.subsets import IDS, PREFIX, SUBSETS
from tasks.outside import NoTaskError
from tasks.task import Task

TASKS = {
    "books/enter_invoice": "tasks.books.enter_invoice:EnterInvoice",
    "books/ageing": "tasks.books.calc.ageing:Ageing",
    "books/balance_to_report": "tasks.books.across.balance_to_report:BalanceToReport",
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
    "books/invoice_to_fava": "tasks.books.across.invoice_to_fava:InvoiceToFava",
    "books/invoice_to_gnucash": "tasks.books.across.invoice_to_gnucash:InvoiceToGnuCash",
    "books/new_account": "tasks.books.gnucash.new_account:NewAccount",
    "books/pay_vendor_bill": "tasks.books.gnucash.pay_vendor_bill:PayVendorBill",
    "books/payroll_line": "tasks.books.calc.payroll_line:PayrollLine",
    "books/read_balance": "tasks.books.gnucash.read_balance:ReadBalance",
    "books/reconcile": "tasks.books.gnucash.reconcile:Reconcile",
    "books/reconcile_statement": "tasks.books.calc.reconcile_statement:ReconcileStatement",
    "books/sort_table": "tasks.books.calc.sort_table:SortTable",
    "books/statement_to_register": "tasks.books.across.statement_to_register:StatementToRegister",
    "books/transfer": "tasks.books.gnucash.transfer:Transfer",
    "books/vat_summary": "tasks.books.calc.vat_summary:VatSummary",
    **{PREFIX + page: f"tasks.miniwob.task:MiniWobTask:{page}" for page in IDS},
}


def names() -> tuple[str, ...]:
    """Every task by its name, ours first, then those of installed packages."""
    return (*TASKS, *sorted(outside.offered().keys() - TASKS.keys()))


def create(name: str) -> Task:
    """A new instance, for one attempt. name: as `names` has it, or where it is: "file.py:Class",
    "module:Class", "jobs/NAME.job". NoTaskError, a ValueError, says why there is none."""
    offered = outside.offered()
    if outside.is_path(name):
        task = outside.load(name)
        owners = {*offered.get(task.name, ()), *([TASKS[task.name]] if task.name in TASKS else [])}
        if owners - {name}:
            raise NoTaskError(f"{name} is named {task.name}, as another task is: rename it")
        return task
    if name in TASKS:
        if name in offered:
            raise NoTaskError(
                f"{offered[name][0]} is named {name}, as a task that ships: rename it"
            )
        module, attribute, *arguments = TASKS[name].split(":")
        made: Task = getattr(importlib.import_module(module), attribute)(*arguments)
        return made
    if name not in offered:
        raise NoTaskError(f"no task {name!r}; there are: {', '.join(sorted(names()))}")
    where, *others = offered[name]
    if others:
        raise NoTaskError(f"{where} and {others[0]} are both named {name}: rename one")
    task = outside.load(where)
    if task.name != name:
        raise NoTaskError(f"{where} is named {task.name} there, and {name} in its entry point")
    return task


def exists(name: str) -> bool:
    """Whether `create` makes it."""
    try:
        create(name)
    except NoTaskError:
        return False
    return True


def suite(*wanted: str) -> tuple[str, ...]:
    """The tasks of all these: SUITE, SUITE/FAMILY, a named subset, or where a class is. NoTaskError
    names the known ones; it says, too, what is wrong with one that is not ours."""
    inside = tuple(dict.fromkeys(task for name in wanted for task in _inside(name)))
    offered, called = outside.offered(), dict[str, str]()
    for name in inside:
        if outside.is_path(name) or name in offered:
            twin = called.setdefault(create(name).name, name)
            if twin != name:
                raise NoTaskError(f"{twin} and {name} have the same name: rename one")
    return inside


def _inside(name: str) -> tuple[str, ...]:
    if outside.is_path(name):
        return (name,)
    known = sorted(names())
    if name in SUBSETS:
        return SUBSETS[name]
    inside = tuple(task for task in known if task == name or task.startswith(f"{name}/"))
    if not inside:
        suites = {task.partition("/")[0] for task in known}
        listed = ", ".join([*sorted(suites), *sorted(SUBSETS), *known])
        hint = f": for a class of your own say {name}:CLASS" if name.endswith(".py") else ""
        raise NoTaskError(f"no task or suite {name!r}{hint or f': known are {listed}'}")
    return inside
