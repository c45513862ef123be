"""Hold the keys of the commands, and change them as the user's settings say."""

import re
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from textual.binding import Binding, BindingsMap, InvalidBinding
from textual.dom import DOMNode
from textual.keys import Keys, format_key, key_to_character

from pirate_tui.ui.commands import COMMANDS, BindingScope, Command


BY_ID = {command.id: command for command in COMMANDS}

BY_SHOWN = {
    (command.scope is BindingScope.COMPARE, command.keys_shown.partition(" ")[0]): command.id
    for command in reversed(COMMANDS)
    if command.scope is not BindingScope.VALUE
}
"""The command that is meant by a key in a hint, in the comparison or not: of several with that key, the first."""

NAMED = {key.value for key in Keys if key.value.isalnum() and key is not Keys.Return}
"""The names of the keys that are no characters."""

AS_SHOWN = {format_key(key): key for key in NAMED}
"""The same by what is shown for them: `esc`, `⏎`, `→`."""

PUNCTUATION = {
    "comma",
    *(key for mark in set(string.punctuation) - {","} for key in BindingsMap([(mark, "")]).key_to_bindings),
}
"""The names of the characters that are neither letters nor digits."""

MODIFIERS = ("ctrl", "alt", "shift", "meta", "super", "hyper")

RESERVED = {
    "ctrl+c": "always copies and cancels",
    "ctrl+q": "always quits",
    "ctrl+i": "is sent as tab by terminals",
    "ctrl+m": "is sent as enter by terminals",
    "ctrl+[": "is sent as escape by terminals",
    "ctrl+left_square_bracket": "is sent as escape by terminals",
}
"""Keys that no command can have: so that there is always a way out, or since they never arrive."""

MOVING = frozenset(
    ["down", "up", "left", "right", "home", "end", "pageup", "pagedown", "j", "k", "g", "G", "tab", "shift+tab"]
)
"""Keys by which the panels are moved in, whatever the keymap says."""

IN_HINT = re.compile(r"(?<=\bpress )([A-Za-z:/?\[\]])(?![\w:])|\{(\S{1,3})\}")
"""A key in a hint. Hints are written with the default keys: as `press r`, or elsewhere as `{r} reloads`."""


class Keymap:
    """The keys of all commands: the default ones, but for those that are changed."""

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        """Take the keys of the changed commands, separated by commas, by the command's id; all must be valid."""
        self._changed = {command_id: ",".join(_parsed(keys)) for command_id, keys in (changed or {}).items()}

    def keys(self, command_id: str) -> tuple[str, ...]:
        """Return the keys of a command, by Textual's names."""
        return _parsed(self._changed.get(command_id) or BY_ID[command_id].keys)

    def shown(self, command_id: str) -> str:
        """Return the first key of a command as it is shown."""
        return format_key(self.keys(command_id)[0])

    def all_shown(self, command: Command) -> str:
        """Return all keys of a command as they are shown."""
        return " ".join(map(format_key, self.keys(command.id)))

    @property
    def for_textual(self) -> Mapping[str, str]:
        """The keymap for `App.set_keymap`.

        Where a command gets another key, Textual 8.2 takes the old one away from all that have it in the same place
        (`BindingsMap.apply_keymap`): so these are in it, too, with the key that they keep.
        """
        places = {
            (BY_ID[command_id].scope, key) for command_id in self._changed for key in _parsed(BY_ID[command_id].keys)
        }
        kept = {
            command.id: command.keys
            for command in COMMANDS
            if any((command.scope, key) in places for key in _parsed(command.keys))
        }
        return {**kept, **self._changed}

    def in_hint(self, hint: str, *, is_in_comparison: bool = False) -> str:
        """Return a hint, which is written with the default keys, with those of this keymap."""

        def instead(found: re.Match[str]) -> str:
            command_id = BY_SHOWN.get((is_in_comparison, found[1] or found[2]))
            return found[0] if command_id is None else self.shown(command_id)

        return IN_HINT.sub(instead, hint)


DEFAULT = Keymap()
"""The keys without any settings."""


def keymap_of(node: DOMNode) -> Keymap:
    """Return the keymap of the application that a widget or a screen is part of."""
    keymap: Keymap = getattr(node.app, "keymap", DEFAULT)
    return keymap


def checked_keymap(wanted: Mapping[str, str]) -> tuple[Keymap, Mapping[str, str]]:
    """Return the keymap of those changes that can be made, and by their ids what is wrong with the others."""
    problems = {name: problem for name, keys in wanted.items() if (problem := _problem(name, keys))}
    changed = {name: keys for name, keys in wanted.items() if name not in problems}
    while clash := next(_clashes(changed), None):
        command_id, other, key = clash
        problems[command_id] = f"{format_key(key)} is already a key of {other}; change that one, too"
        del changed[command_id]
    return Keymap(changed), {name: problems[name] for name in wanted if name in problems}


def _problem(command_id: str, keys: str) -> str:
    """Return why a command cannot have these keys, whatever the others have; empty where it can."""
    if command_id not in BY_ID:
        close = get_close_matches(command_id, BY_ID, n=1)
        way_out = f"did you mean {close[0]}?" if close else "pirate-tui config --keys lists them"
        return f"there is no command {command_id}; {way_out}"
    try:
        parsed = _parsed(keys)
    except InvalidBinding:
        return f"{keys!r} is not a key, or a list of keys separated by commas"
    is_moved_in = BY_ID[command_id].scope not in {BindingScope.TABLE, BindingScope.SCREEN}
    for key in parsed:
        if key in RESERVED:
            return f"{key} {RESERVED[key]}"
        if not _is_key(key):
            close = get_close_matches(key.lower(), [*NAMED, *AS_SHOWN], n=1)
            return f"there is no key {key!r}" + (f"; did you mean {close[0]}?" if close else "")
        if is_moved_in and key in MOVING:
            return f"{format_key(key)} moves in the panel, or to another"
    return ""


def _is_key(key: str) -> bool:
    """Whether a terminal can send it: a named key or a character, behind modifiers that go with it."""
    *modifiers, name = key.split("+")
    character = name if len(name) == 1 else key_to_character(name)
    is_character = name in PUNCTUATION or (character is not None and character.isprintable() and name not in NAMED)
    if len(set(modifiers)) < len(modifiers) or not set(modifiers) <= {*MODIFIERS}:
        return False
    if is_character and modifiers:  # a letter with shift is another letter
        return "shift" not in modifiers and name == name.lower()
    return is_character or name in NAMED


def _clashes(changed: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the changes that give two commands a key which they must not share, with the other's id, and the key.

    The last change comes first.
    """
    keymap = Keymap(changed)
    holders: dict[str, list[str]] = defaultdict(list)
    for command in COMMANDS:
        for key in keymap.keys(command.id):
            holders[key].append(command.id)
    for command_id in reversed([*changed]):
        for key in keymap.keys(command_id):
            rivals = (rival for rival in holders[key] if rival != command_id)
            yield from ((command_id, rival, key) for rival in rivals if _meet(BY_ID[command_id], BY_ID[rival]))


def _meet(command: Command, other: Command) -> bool:
    """Whether the two commands would compete for a key: those that share one by default take turns."""
    scopes = {command.scope, other.scope}
    is_same_place = (
        len(scopes) == 1
        or (BindingScope.SCREEN in scopes and not scopes & {BindingScope.COMPARE, BindingScope.VALUE})
        or scopes == {BindingScope.TEXT, BindingScope.LOG}
    )
    return is_same_place and not set(_parsed(command.keys)) & set(_parsed(other.keys))


def _parsed(keys: str) -> tuple[str, ...]:
    """Return keys by Textual's names, also of those that are written as they are shown.

    Raise `InvalidBinding` for what is none.
    """
    named = ",".join(AS_SHOWN.get(key.strip(), key) for key in keys.split(","))
    return tuple(binding.key for binding in Binding.make_bindings([(named, "")]))
