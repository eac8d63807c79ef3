// The columns of a checkout that a lease is made of, shared by the files that take one.
#pragma once
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {

// Of the checkout c.
inline constexpr Columns kUndoing{
    Column{"c.undo_reason", &domain::Failure::reason},
    Column{"c.undo_offers", &domain::Failure::shortages, &domain::Shortage::offer},
    Column{"c.undo_left", &domain::Failure::shortages, &domain::Shortage::left},
    Column{"c.undo_decline_code", &domain::Failure::decline_code},
    Column{"c.undo_note", &domain::Failure::note}};
inline constexpr Columns kLease{Column{"c.order_id", &Lease::order},
                                Column{"c.fence", &Lease::fence},
                                Column{"c.step", &Lease::step},
                                Inside{&Lease::undo, kUndoing},
                                Column{"c.attempts", &Lease::attempts},
                                Column{"c.failures", &Lease::failures},
                                Column{"c.deadline_at < market_now()", &Lease::overdue},
                                Column{"c.trace", &Lease::trace}};

// What taking a checkout sets: whoever takes one that has waited for its buyer long enough has decided to undo it.
inline constexpr postgres::Sql kTaken{
    "step = CASE step WHEN 'WAIT' THEN 'UNDO' ELSE step END, fence = fence + 1,"
    " lease_until = market_now() + $2::interval"};

}  // namespace market::order::storage
