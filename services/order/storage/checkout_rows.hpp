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

}  // namespace market::order::storage
