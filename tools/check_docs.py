#!/usr/bin/python3
"""Holds the documentation to the tree: every path and link in a *.md file exists, every docs/… named in code too.

A path is what stands in backquotes and begins with a name at the root of the checkout, or beside the file that says it;
<svc> and * stand for any name. Prints one line per offence and exits 1, or prints what it read and exits 0.
"""

import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Made by a build or by ./market up, and gone again.
MADE = ("build", "run")
CODE = (".cpp", ".hpp", ".py", ".sh", ".sql", ".proto", ".cmake", ".conf", ".env")
FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w.<>*-]+(/[\w.<>*-]+)*/?")
NAMED_IN_CODE = re.compile(r"(?<![\w./-])docs/[\w/-]+\.(?:md|yaml)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def files():
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True,
                            check=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def exists(base, text):
    pattern = re.sub(r"<\w+>|NNNN_words", "*", text.rstrip("/"))
    return any(base.glob(pattern)) if "*" in pattern else (base / pattern).exists()


def is_path(text, base):
    """Whether the words in backquotes mean a file or folder, seen from the folder `base`."""
    if not PATH.fullmatch(text):
        return False
    first = text.split("/")[0]
    if "/" not in text:
        return first.endswith((".md", ".cpp", ".hpp", ".proto", ".py", ".sql", ".txt", ".yaml")) and first[0] != "."
    return first not in MADE and "<" not in first and ((ROOT / first).exists() or (base / first).exists())


def anchors(path):
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(path.read_text())}


def bad_links(path, text):
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = urllib.parse.unquote(target).partition("#")
        aim = path.parent / name if name else path
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in anchors(aim)):
            yield f"link to {target}"


def bad_paths(path, text, names):
    for words in SPAN.findall(text):
        if is_path(words, path.parent) and not (exists(ROOT, words) or exists(path.parent, words) or words in names):
            yield f"`{words}` does not exist"


def main():
    offences, pages, named = [], 0, 0
    tree = files()
    # A bare file name may mean any file of that name.
    names = {path.name for path in tree}
    for path in tree:
        where = path.relative_to(ROOT)
        if path.suffix == ".md":
            pages += 1
            text = FENCE.sub("", path.read_text())
            offences += [f"{where}: {found}" for found in (*bad_links(path, text), *bad_paths(path, text, names))]
        elif path.suffix in CODE or path.name == "CMakeLists.txt":
            for name in NAMED_IN_CODE.findall(path.read_text(errors="replace")):
                named += 1
                if not (ROOT / name).exists():
                    offences.append(f"{where}: {name} does not exist")
    print("\n".join(offences) if offences else f"{pages} pages, {named} mentions in code: all there")
    return 1 if offences or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
