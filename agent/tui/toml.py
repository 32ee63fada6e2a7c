"""The little TOML that a configuration needs: tomllib reads, and does not write."""

import json
from collections.abc import Mapping


def written(table: Mapping[str, object]) -> str:
    """tomllib.loads(written(table)) == table. ValueError for what TOML has no words for."""
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _key(name: str) -> str:
    bare = name and name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _value(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            # JSON's strings are TOML's, but for DEL.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            inside = ", ".join(f"{_key(str(name))} = {_value(one)}" for name, one in value.items())
            return f"{{ {inside} }}"
        case _:
            raise ValueError(f"a {type(value).__name__} cannot be kept")
