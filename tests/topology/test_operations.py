"""Every operation is exercised, and every value of an answer seen, by a test that says so, and docs/operations.md tells which."""

import write_operations


def test_every_operation_and_value_has_its_test_and_the_page_says_which():
    text, missing = write_operations.page()
    assert missing == [], "no test says that it exercises these: see tools/write_operations.py"
    assert write_operations.PAGE.read_text() == text, "./market docs"
