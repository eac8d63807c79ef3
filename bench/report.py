"""The figures of a run as a table, and what makes them doubtful."""

from marketplace import OWN
from measure import FOREIGN_MAX

READ_TARGET = {"services": 0.25, "single": 0.35}
CACHED_TARGET = 0.75
CHECKOUT_TARGET = {"services": 0.5, "single": 0.7}
ECHO_TARGET_US = 15
RSS_TARGET_MB = 150
TELEMETRY_TARGET = 0.08
SEARCH_TARGET_US = 400
SUGGEST_TARGET_US = 120
SEARCH_P99_TARGET = 5    # times a product page's of the same run
BESIDE_WORST_TARGET = 2    # times a product page's p99 without them


def ratio(row, floor, target):
    value = row["per_s"] / floor["per_s"]
    return f"{value:.2f}  (to reach {target:.2f}: {'yes' if value >= target else 'NO'})"


def line(row, against=""):
    used = row["cpu_us"]
    each = " + ".join(f"{name} {us:.0f}" if us >= 10 else f"{name} {us:.1f}"
                      for name, us in sorted(used.items(), key=lambda one: -one[1]) if us >= 0.5)
    return (f"{row['name']:34} {row['per_s']:>8.0f}/s  p50 {row['p50_ms']:>7.2f}  p99 {row['p99_ms']:>7.2f} ms  foreign "
            f"{row['foreign']:>3.0%}  {against}\n{'':34} CPU us each: {each} = {sum(used.values()):.0f}")


def text(figures):
    lines = [f"{figures['cpus']} CPUs shared by client, servers and PostgreSQL; {figures['seconds']} s each, "
             f"{figures['products']} products; wrk -t1 -c64, pgbench -c32 (read), -c64 (checkout) -j2; {figures['took_s']} s in all", ""]
    for one in figures["shapes"]:
        shape = one["shape"]
        floor, checkout = one["checkout_floor"], one["checkout"]
        lines += [line(one["read"], "of nginx " + ratio(one["read"], one["static"], READ_TARGET[shape])),
                  line(one["cached"], "of nginx " + ratio(one["cached"], one["static"], CACHED_TARGET)),
                  line(one["static"]),
                  line(one["point_read"], f"a read through {shape} is {one['read']['per_s'] / one['point_read']['per_s']:.2f} of it"),
                  line(checkout, "of its SQL " + ratio(checkout, floor, CHECKOUT_TARGET[shape])),
                  f"{'':34} answered; with every payment captured {checkout['done_per_s']:.0f}/s, "
                  f"{checkout['done_per_s'] / floor['per_s']:.2f} of its SQL, which captures, too",
                  line(floor, f"{floor['statements']} statements in {floor['transactions']} transactions, the provider's too"),
                  f"{'':34} rows written per order: " + "; ".join(
                      f"{name} {row['sql']['tup_inserted']:.1f} + {row['sql']['tup_updated']:.1f} + {row['sql']['tup_deleted']:.1f}"
                      for name, row in ((shape, checkout), ("pgbench", floor)))
                  + f" (inserted + updated + deleted); {checkout['uncaptured']} captures were left to do at the end",
                  memory(one), ""]
    for one in figures.get("replicas", []):
        lines += replicas(**one)
    for one in figures.get("catalogue", []):
        lines += catalogue(**one)
    if "telemetry" in figures:
        lines += telemetry(figures["telemetry"])
    for row in figures["echo"]:
        judged = row["in_flight"] == 64 and row["security"] == "plain"
        worst = max(row["cpu_us"].values())
        lines.append(line(row, f"(to reach {ECHO_TARGET_US} us a side: {'yes' if worst <= ECHO_TARGET_US else 'NO'})"
                          if judged else ""))
    return "\n".join(lines)


def us(row, names):
    return sum(used for name, used in row["cpu_us"].items() if name in names)


def telemetry(found):
    """CPU per request of what serves it, and of our own processes in it; the least of each side, since what disturbs a
    window only adds to it. Kafka, collector and stores are not in it: they are somebody else's machine."""
    lines = []
    for load in ("read", "checkout"):
        rows = {state: [window[load] for window in found[state]] for state in ("without", "with")}
        lines += [line(row, f"{state} telemetry") for state, windows in rows.items() for row in windows]
        for what, names, judged in (("all", (*OWN, "postgres", "redis"), True), ("ours", OWN, False)):
            without, full = (min(us(row, names) for row in rows[state]) for state in ("without", "with"))
            more = full / without - 1
            verdict = f" (to stay below {TELEMETRY_TARGET:.0%}: {'yes' if more < TELEMETRY_TARGET else 'NO'})" if judged else ""
            lines.append(f"{load + ', cost, ' + what:34} {without:.1f} us without, {full:.1f} us with: {more:+.1%}{verdict}")
    usual = min(window["checkout"]["p99_ms"] for window in found["with"])
    for state, windows in found.items():
        if state.endswith("frozen"):
            row = windows[0]["checkout"]
            lines.append(line(row, f"{state}: p99 is {row['p99_ms'] / usual:.2f} of the usual"))
    return lines


def replicas(shape, windows):
    """Requests per second, the best of each side, since what disturbs a window only takes from it."""
    lines = []
    for load in ("read", "checkout"):
        lines += [line(row[load], f"{number} of each") for number, rows in windows.items() for row in rows]
        best = [max(row[load]["per_s"] for row in rows) for rows in windows.values()]
        lines.append(f"{load + ', ' + shape + ', 2 against 1':34} {best[1] / best[0]:.2f} of the rate")
    return [*lines, ""]


def at_most(value, target, unit):
    return f"{value:.1f}{unit}  (to stay within {target}{unit}: {'yes' if value <= target else 'NO'})"


def catalogue(shape, windows):
    """CPU is that of everything of ours and of PostgreSQL and Redis; the client's is left out."""
    def cost(name):
        return us(windows[name], (*OWN, "postgres", "redis"))

    page = windows["read_at_rate"]["p99_ms"]
    verdicts = {"search": at_most(cost("search"), SEARCH_TARGET_US, " us"), "page": f"{cost('page'):.1f} us"}
    if "suggest" in windows:
        verdicts["suggest"] = at_most(cost("suggest"), SUGGEST_TARGET_US, " us")
    verdicts["read_at_rate"] = f"{windows['read_at_rate']['refused']} refused or given up"
    for name, target in (("search_at_rate", SEARCH_P99_TARGET), ("read_beside_worst", BESIDE_WORST_TARGET)):
        row = windows[name]
        verdicts[name] = f"p99 of a page's {at_most(row['p99_ms'] / page, target, 'x')}; {row['refused']} refused or given up"
    return [f"the catalogue of ./market seed, {shape}", *(line(windows[name], said) for name, said in verdicts.items()), ""]


def memory(one):
    total = one["own_rss_mb"]
    judged = f" (to reach {RSS_TARGET_MB}: {'yes' if total < RSS_TARGET_MB else 'NO'})" if one["shape"] == "services" else ""
    each = ", ".join(f"{name} {mb:.0f}" for name, mb in sorted(one["rss_mb"].items(), key=lambda pair: -pair[1]))
    return f"{'memory, ' + one['shape']:34} {total:.0f} MB without PostgreSQL, Redis, nginx{judged}\n{'':34} RSS MB: {each}"


def doubts(figures):
    """What a reader must know before believing the table."""
    found = [f"{row['name']}: {row['foreign']:.0%} of the machine was busy with something else"
             for row in rows(figures) if row["foreign"] > FOREIGN_MAX]
    for one in figures["shapes"]:
        real, floor = one["checkout"]["sql"], one["checkout_floor"]["sql"]
        # The relays mark the three messages of a real order when they take them: updates that the floor leaves out. What notification
        # keeps is no order's.
        for name, extra in (("tup_inserted", 0), ("tup_updated", 3), ("tup_deleted", 0)):
            if abs(real[name] - extra - floor[name]) > 0.05 * max(floor[name], 1) + 0.1:
                found.append(f"checkout, {one['shape']}: {name} is {real[name]:.2f} per order, in the floor {floor[name]:.2f}: "
                             "they no longer do the same work")
    return found


def rows(figures):
    yield from figures["echo"]
    for windows in figures.get("telemetry", {}).values():
        for one in windows:
            yield from one.values()
    for one in figures.get("catalogue", []):
        yield from one["windows"].values()
    for one in figures.get("replicas", []):
        for windows in one["windows"].values():
            for row in windows:
                yield from row.values()
    for one in figures["shapes"]:
        yield from (one[name] for name in ("read", "cached", "static", "point_read", "checkout", "checkout_floor"))
