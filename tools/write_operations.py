#!/usr/bin/env python3
"""Writes docs/operations.md: every operation of the contract, who may call it, and the test that exercises it; every value of an enumeration
that an answer may have, and the test that sees it.

A test says itself which operations it exercises: `@pytest.mark.operations("auth.SignUp")` on a test of tests/system, which fails when it has had
no good answer from one of them (tests/system/conftest.py); a scene of tests/system/key_scenes.py; of what only services call, a test in C++
of the service's own that calls it. `@pytest.mark.values("order.OrderState.PLACED")` is the same of values; those that no answer shows for long
are made by a test in C++ (INSIDE). An operation that no test exercises, and a value that none sees, are errors.
"""

import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SYSTEM = ROOT / "tests" / "system"
sys.path[:0] = [str(SYSTEM), str(ROOT)]

import contract  # noqa: E402

PAGE = ROOT / "docs" / "operations.md"
HEAD = """# Operations

Every operation, who may call it, and a test that has its good answer (without a path: of `tests/system`). Written by `./market docs` from
`proto/` and from what the tests say of themselves (`tools/write_operations.py`); refusals are in `docs/openapi.yaml`.

"""
WHO = {"PUBLIC": "anybody", "ACCOUNT": "an account", "SELLER": "members of the shop", "OPERATOR": "operators"}
# Where it is made, and the word that says so.
INSIDE = {
    "order.Checkout.Step.UNDO": ("order/storage/stuck_checkouts_test.cpp", "Step::kUndo"),
    "payment.Payment.State.CREATED": ("payment/process/charges_test.cpp", "State::kCreated"),
    "payment.Payment.Refund.State.PENDING": ("payment/domain/payment_test.cpp", "Progress::kPending"),
    "payment.Payment.Refund.State.FAILED": ("payment/process/refunds_test.cpp", "Progress::kFailed"),
    "user.Seller.State.PENDING": ("user/api/shops_test.cpp", "Seller::PENDING"),
}
# What only services or marketctl call, and a test of tests/system brings about without seeing the answer.
BROUGHT_ABOUT = {
    "test_erasure.py test_who_leaves_is_told_everything_and_then_forgotten": [
        "product.ErasePersonalData", "product.ExportPersonalData", "order.FindClosingObstacles", "order.ErasePersonalData",
        "order.ExportPersonalData", "payment.ErasePersonalData", "payment.ExportPersonalData"],
    "test_invoices.py test_an_invoice_and_its_credit_note": ["user.GetTrader"],
    "test_signing_keys.py test_rotation_refuses_nobody_and_removal_only_whom_it_means": ["auth.ListSigningKeys"],
}
TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)|^Task<> (Expect\w+)\(", re.MULTILINE)


def declared(kind):
    """{what: test}, as tests of tests/system say by their marks."""
    found = {}
    for path in sorted(SYSTEM.glob("test_*.py")):
        for test in ast.parse(path.read_text()).body:
            for mark in (part for decorator in getattr(test, "decorator_list", ()) for part in ast.walk(decorator)):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{kind}":
                    found.update((name.value, f"{path.name} {test.name}") for name in mark.args)
    return found


def told(path, place):
    """The test of a file in C++ that this place is in; the file, where it is in a function of several."""
    before = [match for match in TEST.finditer(path.read_text()) if match.start() < place]
    return " ".join([str(path.relative_to(ROOT)), *(".".join(filter(None, match.groups())) for match in before[-1:])])


def scenes():
    """The names of the methods that key_scenes.py and what it takes in have a scene for."""
    found = set()
    for path in sorted(SYSTEM.glob("key_scenes*.py")):
        for part in ast.parse(path.read_text()).body:
            if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "SCENES":
                found.update(key.value for key in part.value.keys if key)    # none: another file's
    if not found:
        raise SystemExit("tests/system/key_scenes.py has no SCENES")
    return found


def called_inside(method):
    """The test of the service's own that calls it, in C++."""
    for path in sorted((ROOT / "services" / method.service).rglob("*_test.cpp")):
        if call := re.search(rf"(\.|->){method.name}\(", path.read_text()):
            return told(path, call.start())
    return None


def brought_about(method):
    for test, methods in BROUGHT_ABOUT.items():
        path, name = test.split()
        if str(method) in methods and f"def {name}(" in (SYSTEM / path).read_text():
            return test
    return None


def test_of(method, marks, kept):
    if str(method) in marks:
        return marks[str(method)]
    if method.verb and not method.safe and not method.secret_answer and method.name in kept:
        return f"test_keys.py test_a_repetition_gets_the_first_answer[{method}]"
    return None if method.verb else called_inside(method) or brought_about(method)


def test_of_value(value, marks):
    if value in marks:
        return marks[value]
    if value in INSIDE:
        path, word = ROOT / "services" / INSIDE[value][0], INSIDE[value][1]
        place = path.read_text().find(word)
        return told(path, place) if place >= 0 else None
    return None


def who(method):
    options = contract.modules()["marketplace/options/v1/options.proto"]
    services = method.descriptor.GetOptions().Extensions[options.policy].services
    words = [text for audience, text in WHO.items() if audience in method.audiences]
    permission = f" with `{method.permission_name}`" if method.permission else ""
    return "; ".join(filter(None, [", ".join(words) + permission if words else "", ", ".join(services)]))


def page():
    """(the text, what no test exercises or sees)."""
    marks, kept, seen, values = declared("operations"), scenes(), declared("values"), contract.published_values()
    unknown = (marks.keys() - set(map(str, contract.methods()))) | ((seen.keys() | INSIDE.keys()) - values)
    if unknown:
        raise SystemExit(f"tests say that they exercise what is in no contract: {', '.join(sorted(unknown))}")
    lines, missing = [], []
    for method in contract.methods():
        test = test_of(method, marks, kept)
        if test is None:
            missing.append(str(method))
        http = f"{method.verb} {method.route}" if method.verb else ""
        lines.append(f"| {method} | {http} | {who(method)} | {test or '**none**'} |")
    shown = {value: test_of_value(value, seen) for value in sorted(values)}
    missing += [value for value, test in shown.items() if test is None]
    lines = ["| operation | HTTP | who | test |", "|---|---|---|---|", *lines, "",
             "Every value of an enumeration that an answer may have, and a test that sees it:", "", "| value | test |", "|---|---|",
             *(f"| {value} | {test or '**none**'} |" for value, test in shown.items())]
    return HEAD + "\n".join(lines) + "\n", missing


def main():
    text, missing = page()
    if missing:
        raise SystemExit("no test says that it exercises or sees (see tools/write_operations.py): " + ", ".join(missing))
    PAGE.write_text(text)
    print(f"docs: {len(contract.methods())} operations and {len(contract.published_values())} values in docs/operations.md")


if __name__ == "__main__":
    main()
