"""A flood of log lines through a program's own log into a real Kafka: none torn, none twice, each thread's in order,
and every line that isn't there is counted as dropped.

MARKET_BIN names the folder of market_kafka_flood, else build/{release,dev}/bin.
"""

import json
import os
import pathlib
import subprocess
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
THREADS = 8


@pytest.fixture(scope="module")
def broker(stores):
    return stores.layout.address("KAFKA")


@pytest.fixture(scope="module")
def flood():
    """flood(brokers, topic, lines) runs the program and returns its counts and what it wrote on stderr."""
    folders = [os.environ.get("MARKET_BIN"), ROOT / "build/release/bin", ROOT / "build/dev/bin"]
    program = next((path for folder in folders if folder
                    and (path := pathlib.Path(folder) / "market_kafka_flood").exists()), None)
    if program is None:
        pytest.skip("market_kafka_flood is not built: ./market build")

    def run(brokers, topic, lines, *more, close_ms=60_000):
        done = subprocess.run([program, brokers, topic, str(THREADS), str(lines), str(close_ms), *more],
                              capture_output=True, text=True, timeout=280, check=True)
        return json.loads(done.stdout), done.stderr

    return run


@pytest.fixture
def topic():
    return "flood-" + uuid.uuid4().hex[:12]


def records(broker, topic):
    """Yields (key, headers, line) of everything in the topic."""
    reader = subprocess.Popen(
        ["kcat", "-C", "-b", broker, "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k\t%h\t%s\n"],
        stdout=subprocess.PIPE)
    with reader:
        for record in reader.stdout:
            yield record.rstrip(b"\n").split(b"\t", 2)
    assert reader.returncode == 0


def check_topic(broker, topic, lines):
    """The number of records, after each was held to what the program writes."""
    last = [-1] * THREADS
    trace_ids = [None] * THREADS
    count = 0
    for key, headers, text in records(broker, topic):
        line = json.loads(text)  # a torn line is not JSON
        thread, number = line["thread"], line["number"]
        assert number > last[thread], f"thread {thread}: {number} came after {last[thread]}"
        assert number < lines // THREADS
        last[thread] = number
        assert line["event"] == "flood.line" and line["msg"] == 'größer als "erwartet"\n'
        assert key == b"flood"
        assert headers.decode().startswith(f"service.name=flood,traceparent=00-{line['trace_id']}-{line['span_id']}-")
        trace_ids[thread] = trace_ids[thread] or line["trace_id"]
        assert line["trace_id"] == trace_ids[thread]
        count += 1
    assert len(set(trace_ids)) == THREADS
    return count


def test_a_million_lines_are_there_or_counted(broker, flood, topic):
    lines = 1_000_000
    counts, stderr = flood(broker, topic, lines)
    assert counts["sent"] == lines
    assert counts["delivered"] + counts["dropped"] == lines
    assert counts["delivered"] > 0
    # Faster than any broker, the writers may fill the queue; nothing else may cost a line of a healthy broker.
    assert counts["dropped"] == counts["queue_full"]
    assert check_topic(broker, topic, lines) == counts["delivered"]
    # stderr keeps what the sink says about itself, and only that.
    assert all(json.loads(text)["event"] == "log.kafka_trouble" for text in stderr.splitlines())


def test_what_fits_the_queue_is_all_delivered_and_in_the_file_too(broker, flood, topic, tmp_path):
    lines = 40_000
    file = tmp_path / "flood.log"
    counts, stderr = flood(broker, topic, lines, str(file))
    assert (counts["delivered"], counts["dropped"]) == (lines, 0)
    assert stderr == ""
    assert sorted(text for _, _, text in records(broker, topic)) == sorted(file.read_bytes().splitlines())


def test_a_broker_that_is_not_there_costs_lines_and_no_time(flood, topic):
    counts, stderr = flood("127.0.0.1:1", topic, 200_000, close_ms=1000)
    assert counts["sent"] == counts["dropped"] == 200_000
    assert counts["seconds"] < counts["write_seconds"] + 5 < 35
    troubles = [json.loads(text) for text in stderr.splitlines()]
    assert {trouble["event"] for trouble in troubles} == {"log.kafka_trouble"}
    assert len(troubles) <= 4
    assert sum(trouble["dropped"] for trouble in troubles) == 200_000
