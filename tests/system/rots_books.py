"""The rots of rots.py that are about findings, commission invoices, fines and goodwill: {what is wrong: (rule, whether a sale that was delivered
has it, SQL of payment)}."""

ENTRY = "INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('{part}', '%s', '{part}', market_now()); INSERT INTO ledger_posting VALUES"
ALL = {
    "a finding that nobody has resolved": (
        "X39", False, "INSERT INTO finding (id, kind, subject, state, currency, amount_minor, reason, resolution_id, resolved_at) VALUES ('{part}',"
                      " 'CHARGE_DIFFERS', 'rot/{part}', 'RESOLVED', 'EUR', 1, 'resolved', '{part}', market_now())"),
    "an adjustment of no finding": (
        "X39", False, ENTRY % "ADJUSTMENT" + " ('{part}', 1, 'psp_clearing', NULL, 'EUR', 5), ('{part}', 2, 'goodwill', NULL, 'EUR', -5)"),
    "a commission that is billed a cent too high": (
        "X41", True, "UPDATE commission_charge SET net_minor = net_minor + 1 WHERE seller_id = '{seller5}' AND entry_id IN"
                     " (SELECT id FROM ledger_entry WHERE cause = 'EARNING' AND seller_order_id = '{part}')"),
    "a commission that nothing will bill": (
        "X41", True, "DELETE FROM commission_month WHERE seller_id = '{seller5}'"),
    "a commission invoice of nothing, out of turn": (
        "X41", False, "INSERT INTO commission_invoice (id, kind, year, position, number, seller_id, currency, month, net_minor, tax_minor, total_minor,"
                      " content, issued_at) VALUES ('{part}', 'INVOICE', 2020, 7, 'M-{part}', '{seller1}', 'EUR', '2020-01', 5, 0, 5, '{}', market_now())"),
    "a fine that nobody has booked": (
        "X42", False, ENTRY % "FINE" + " ('{part}', 1, 'seller_reserve', '{seller1}', 'EUR', 5), ('{part}', 2, 'goodwill', NULL, 'EUR', -5)"),
    "goodwill that was not given": (
        "X42", False, "INSERT INTO operator_entry (id, seller_id, cause, currency, amount_minor, reason, account_id, entry_id)"
                      " VALUES ('{part}', '{seller1}', 'GOODWILL', 'EUR', 5, 'rot', '{part}', '{part}')"),
}
