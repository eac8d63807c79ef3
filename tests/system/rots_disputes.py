"""The rots of rots.py that are about disputes: {what is wrong: SQL of payment}."""


def disputed(state, ended, next_run):
    """What a bank has taken of the first part, as a row alone."""
    return ("INSERT INTO dispute (id, provider_id, payment_id, order_id, seller_order_id, seller_id, currency, amount_minor, of_sale_minor, state, reason,"
            " evidence_due, ended_at, next_run_at, lines, line_amounts, delivery_minor, reserve_minor, trace)"
            f" VALUES ('{{part}}', 'rot/{{part}}', '{{payment}}', '{{order}}', '{{part}}', '{{seller1}}', 'EUR', 5, 5, '{state}', 'general',"
            f" market_now() + interval '7 days', {ended}, {next_run}, '{{}}', '{{}}', 0, 0, '')")


HELD = "UPDATE sale SET disputes = 1 WHERE seller_order_id = '{part}'"
ALL = {"a dispute that nothing is booked of": disputed("OPEN", "NULL", "'infinity'") + "; " + HELD,
       "a dispute that was lost, and not booked": disputed("LOST", "market_now()", "NULL"),
       "a sale that is held for no dispute": HELD}
