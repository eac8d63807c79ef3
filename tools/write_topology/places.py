"""Where the topology stands in other files: text that is made from it, and text that people write and that must name it."""

import dataclasses
import difflib
import re

SHOWN_LINES = 3


@dataclasses.dataclass(frozen=True)
class Made:
    """`text` is what the one group of `pattern` holds in the file."""

    file: str
    what: str
    pattern: str
    text: str


@dataclasses.dataclass(frozen=True)
class Held:
    """Each pattern is found in the file, which is written by hand."""

    file: str
    what: str
    patterns: tuple


def whole(file, text):
    return Made(file, "the whole file", r"(?s)\A(.*)\Z", text)


def head(file, text):
    """The lines above the first empty one."""
    return Made(file, "what stands above the first empty line", r"\A((?:.+\n)*)(?=\n)", text)


def region(file, name, text):
    """The lines between the comments "topology: NAME" and "topology: end"."""
    return Made(file, name, rf"(?m)^.*\btopology: {name}\b.*\n((?:(?!.*\btopology: end\b).*\n)*).*\btopology: end\b", text)


def inline(file, what, pattern, text):
    return Made(file, what, pattern, text)


def lines(texts):
    return "".join(f"{text}\n" for text in texts)


def _find(place, content):
    found = list(re.finditer(place.pattern, content))
    return found[0] if len(found) == 1 else None


def _difference(found, wanted):
    marked = list(difflib.ndiff(found.splitlines(), wanted.splitlines()))
    told = [f"missing '{line[2:].strip()}'" for line in marked if line[:2] == "+ "]
    told += [f"unwanted '{line[2:].strip()}'" for line in marked if line[:2] == "- "]
    return "; ".join(told[:SHOWN_LINES]) + ("; …" if len(told) > SHOWN_LINES else "")


def _of_made(root, place):
    path = root / place.file
    if not path.exists():
        return "does not exist" if place.text else None
    content = path.read_text()
    match = _find(place, content)
    if not match:
        return f"the place for '{place.what}' is gone"
    if match[1] != place.text:
        return f"{place.what}: {_difference(match[1], place.text) or 'blanks'}"
    return None


def _of_held(root, place):
    path = root / place.file
    if not path.exists():
        return f"does not exist ({place.what})"
    content = path.read_text()
    missing = [pattern for pattern in place.patterns if not re.search(pattern, content, re.MULTILINE)]
    return f"{place.what}: nothing like {'; '.join(missing)}" if missing else None


def problems(root, places):
    """One line for each file and place that is not as the topology has it."""
    told = []
    for place in places:
        problem = (_of_made if isinstance(place, Made) else _of_held)(root, place)
        if problem:
            told.append(f"{place.file}: {problem}")
    return told


def write(root, places):
    """Writes what is made; returns the files that changed. A place that is gone is left to problems()."""
    changed = []
    for place in places:
        if not isinstance(place, Made):
            continue
        path = root / place.file
        content = path.read_text() if path.exists() else ""
        match = _find(place, content)
        if match and match[1] != place.text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content[:match.start(1)] + place.text + content[match.end(1):])
            changed.append(place.file)
    return list(dict.fromkeys(changed))
