"""`dormouse facts`: values behind placeholders, encrypted, typed at the last moment, deletable."""

import getpass
import sys

from agent.config import Settings
from agent.errors import BadInput
from agent.facts import Facts
from agent.output import Output
from agent.unlock import key
from memory.vault import Vault


def main(act: str, name: str, json: str | None, window: str | None = None) -> int:
    output, settings = Output(json), Settings()
    match act:
        case "list":
            vault = Facts(settings).vault()
            known = vault.rules if vault else ()
            names = [fact.name for fact in known]
            for fact in known:
                bound = f"  windows like {fact.window}" if fact.window else ""
                output.console.print(f"{{{{{fact.name}}}}}{bound}", markup=False, soft_wrap=True)
            if not names:
                output.console.print("no facts are kept: dormouse facts add NAME")
            output.write({"facts": names, "windows": {f.name: f.window for f in known}})
        case "add":
            said = "replaced" if _add(settings, named(name, act), window) else "kept"
            output.console.print(f"{said}: {{{{{name}}}}} stands for it", markup=False)
            output.write({"kept": name})
        case "forget":
            named(name, act)
            vault = Facts(settings).vault()
            try:
                if vault is None:
                    raise KeyError(name)
                vault.forget(name)
            except KeyError as error:
                raise BadInput(f"there is no fact {name}: see `dormouse facts list`") from error
            output.console.print(f"forgotten: {name}")
            output.write({"forgotten": name})
        case _:
            raise BadInput(f"facts {act}: say list, add NAME or forget NAME")
    return 0


def named(name: str, act: str) -> str:
    if not name:
        raise BadInput(f"facts {act} needs a name, as in `dormouse facts {act} iban:acme`")
    return name


def _add(settings: Settings, name: str, window: str | None) -> bool:
    """Whether there was one of this name."""
    vault = Vault(settings.data, key(settings))
    # Never from the command line: other users see its words, and the shell keeps them.
    if sys.stdin.isatty():
        value = getpass.getpass(f"Value of {name} (it is not shown): ")
    else:
        value = sys.stdin.readline().rstrip("\r\n")
    known = name in vault.names()
    try:
        vault.add(name, value, window)
    except ValueError as error:
        raise BadInput(str(error)) from error
    return known
