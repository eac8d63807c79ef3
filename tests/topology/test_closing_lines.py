"""The last lines of ./market test say what failed, and why: all that is left of a log that was cut."""

import subprocess
import sys

import pytest
import test_report

CASES = """
import pytest

def test_good():
    pass

def test_bad():
    left = {"total": 1999}
    assert left == {"total": 2000}

@pytest.fixture
def broken():
    raise RuntimeError("no marketplace")

@pytest.mark.parametrize("n", range(30))
def test_on_it(broken, n):
    pass
"""
GTEST = """<testsuites><testsuite name="Checkout">
<testcase name="Pays" status="run" classname="Checkout" />
<testcase name="Skipped" status="notrun" classname="Checkout" />
<testcase name="Refunds" status="run" classname="Checkout">
<failure message="/work/checkout_test.cpp:10&#x0A;Expected: 1&#x0A;  Actual: 2" type=""><![CDATA[/work/checkout_test.cpp:10
Expected: 1
  Actual: 2]]></failure>
<failure message="/work/checkout_test.cpp:12&#x0A;and another" type=""><![CDATA[/work/checkout_test.cpp:12
and another]]></failure>
</testcase></testsuite></testsuites>"""
# The program told of its own cases; this one died before it could.
CTEST = """<testsuite>
<testcase name="order_process" status="fail"><failure message="Failed"/><system-out>checkout_test.cpp:10: Failure</system-out></testcase>
<testcase name="core" status="run"><system-out>all is well</system-out></testcase>
<testcase name="rpc" status="fail"><failure message="Failed"/><system-out>{noise}
==7==ERROR: AddressSanitizer: heap-use-after-free
    #0 in market::rpc::Call</system-out></testcase>
<testcase name="codegen" status="fail"><failure message="Failed"/><system-out>{noise}
the two differ</system-out></testcase>
</testsuite>"""


@pytest.fixture
def reports(tmp_path):
    (tmp_path / "cases-asan").mkdir()
    return tmp_path


def test_cases_of_pytest(reports):
    file = reports / "test_these.py"
    file.write_text(CASES)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={reports / 'system-0.xml'}", file],
                   capture_output=True)
    lines = list(test_report.failures(reports))
    bad = lines.index("failed: system-0: test_these.test_bad")
    assert lines[bad + 1].endswith("test_these.py:9: AssertionError")
    assert "assert {'total': 1999} == {'total': 2000}" in lines[bad + 2]
    fixture = lines.index("failed: system-0: test_these.test_on_it[0] and 29 more, for the same reason")
    assert any("RuntimeError: no marketplace" in line for line in lines[fixture:])
    assert not any("test_good" in line for line in lines)


def test_cases_of_a_test_program_and_programs_that_could_not_say(reports):
    (reports / "cases-asan" / "market_order_process_test.xml").write_text(GTEST)
    (reports / "ctest-asan.xml").write_text(CTEST.format(noise="[ RUN ] noise\n" * 100))
    lines = list(test_report.failures(reports))
    assert lines[:6] == ["failed: cases-asan/market_order_process_test: Checkout.Refunds", "  /work/checkout_test.cpp:10", "  Expected: 1", "    Actual: 2",
                         "  /work/checkout_test.cpp:12", "  and another"]
    assert lines[6:9] == ["failed: ctest-asan: rpc", "  ==7==ERROR: AddressSanitizer: heap-use-after-free",
                          "      #0 in market::rpc::Call"]
    assert lines[9] == "failed: ctest-asan: codegen" and lines[-1] == "  the two differ"
    assert len(lines) == 10 + test_report.FAILURE_LINES


def test_a_part_without_a_case_tells_what_it_complained_about(reports):
    (reports / "ctest-asan.xml").write_text(CTEST.format(noise=""))
    for name in ("ctest", "random", "system"):
        (reports / f"{name}.log").write_text("[1/9] Building\nFAILED: order.o\norder.cpp:7: error: no such name\n")
    logs = [(name, reports / f"{name}.log") for name in ("ctest", "random", "gone")]
    lines = list(test_report.failures(reports, logs))
    assert lines[-3:] == ["failed: random: no case of it", "  FAILED: order.o", "  order.cpp:7: error: no such name"]
    assert not any("ctest: no case" in line or "gone" in line for line in lines)


@pytest.mark.parametrize("count", (1, 7, 59, 200))
def test_all_of_it_is_bounded(reports, count):
    cases = "".join(f'<testcase classname="many" name="n{n}"><failure message="{n}{"x" * 500}{"&#x0A;line" * 40}">at</failure></testcase>'
                    for n in range(count))
    (reports / "single.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    lines = list(test_report.failures(reports))
    assert len(lines) <= test_report.FAILURES_LINES + 1 and max(map(len, lines)) <= test_report.LINE_WIDTH
    named = sum(line.startswith("failed: ") for line in lines)
    assert named == min(count, test_report.FAILURES_LINES)
    assert (lines[-1] == f"... and {count - named} more") == (count > named)


def test_nothing_failed(reports):
    (reports / "edge.xml").write_text('<testsuite><testcase classname="a" name="b"/><testcase name="c"><skipped/></testcase></testsuite>')
    assert list(test_report.failures(reports)) == []


def test_a_report_that_was_cut_off_cuts_nothing_else(reports):
    (reports / "single.xml").write_text('<testsuite><testcase classname="a" na')
    (reports / "single.log").write_text("killed\n")
    assert list(test_report.failures(reports, [("single", reports / "single.log")])) == ["failed: single: no case of it", "  killed"]
    assert list(test_report.slowest(reports, (), reports)) == []
