// A part under its row lock, and how a step of it is written: for what moves parts (transitions.cpp), sends them
// (parcels.cpp) and has them go elsewhere (change_address.cpp), each in a transaction of its own. Io thread only.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/parcel.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/rows.hpp"
#include "services/order/storage/scope.hpp"
#include "services/order/storage/transitions.hpp"

namespace market::order::storage {

struct HeldPart {
  domain::State state;
  domain::PaymentState payment;   // of its order
  domain::FailureReason failure;  // of its order
  Currency currency;              // of its order
  bool coupons = false;           // its order has some that were not given back
  MovedPart moved;                // what its next step makes of it
};
inline constexpr Columns kHeldPart{Column{"s.state", &HeldPart::state},
                                   Column{"o.payment_state", &HeldPart::payment},
                                   Column{"o.failure_reason", &HeldPart::failure},
                                   Column{"o.currency", &HeldPart::currency},
                                   Column{"EXISTS (SELECT FROM coupon_redemption r"
                                          " WHERE r.order_id = s.order_id AND r.state = 'LIVE')",
                                          &HeldPart::coupons},
                                   Column{"s.id", &HeldPart::moved, &MovedPart::id},
                                   Column{"s.order_id", &HeldPart::moved, &MovedPart::order},
                                   Column{"s.number", &HeldPart::moved, &MovedPart::number},
                                   Column{"s.seller_id", &HeldPart::moved, &MovedPart::seller},
                                   Column{"o.buyer_id", &HeldPart::moved, &MovedPart::buyer},
                                   Column{"s.version + 1", &HeldPart::moved, &MovedPart::version}};

// The parts of an order: always locked in the order of their ids, so that two transactions never wait for each other.
inline constexpr postgres::ComposedStatement kHoldParts{
    "order.lock_parts",
    "SELECT " + kHeldPart +
        " FROM seller_order s JOIN orders o ON o.id = s.order_id"
        " WHERE s.order_id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2) ORDER BY s.id FOR UPDATE OF s"};
inline constexpr postgres::Statement kOperationDone{
    "order.operation_done", "SELECT 1 FROM order_event WHERE operation_id = $1 AND order_id = $2 LIMIT 1"};
inline constexpr postgres::Statement kTouchOrder{
    "order.touch", "UPDATE orders SET version = version + 1, updated_at = $2 WHERE id = $1"};
inline constexpr postgres::ComposedStatement kPartNow{
    "seller_order.now",
    "SELECT " + kPartWithAddress + " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id = $1"};

// A part that one transaction has for itself. What is read after its lock is as it is now.
struct FoundPart {
  HeldPart part;
  std::vector<domain::LineNow> lines;
  std::vector<domain::Parcel> parcels;  // without their units
  bool repetition = false;              // this operation has moved it before
};
// Throws Error NOT_FOUND when it is not in scope.
Task<FoundPart> HoldPart(postgres::Tx& tx, domain::SellerOrderId part, const Scope& scope,
                         const Uuid& operation_id);

// Commits; gives the part with its lines, as the statement at `answer` does without them.
Task<domain::SellerOrder> CommitPart(postgres::Tx& tx, postgres::Batch batch, domain::SellerOrderId part,
                                     std::size_t answer);

// What all writes of one run of a request have.
struct Run {
  const Work& work;
  const Uuid& operation_id;
  const std::string& trace;
  Time now;
};

// Units as columns.
struct UnitColumns {
  UnitColumns() = default;
  explicit UnitColumns(const std::vector<domain::Units>& units);

  std::vector<domain::LineId> lines;
  std::vector<std::int64_t> quantities;
};

// One step of a part, as its history tells it.
struct Told {
  domain::State to;
  const Actor& actor;
  std::string_view reason = {};
  UnitColumns cancelled = {};                   // with it
  std::optional<domain::ParcelId> parcel = {};  // that was sent or delivered with it
  bool address_changed = false;
};

// The part becomes `told.to`, one version on. Gives where in the batch the statement stands that answers with it: what is
// to be in the answer is written before.
std::size_t AppendStep(postgres::Batch& batch, const Run& run, const HeldPart& part, const Told& told);
// The part as that step leaves it, for the next one.
void StepOn(HeldPart& part, domain::State to);

// What tells that a part becomes so, with the step that is next.
events::NewEvent EventOfMove(const MovedPart& part, domain::State to);

// All of its parcels that are under way are delivered, and told to be: before its step to DELIVERED.
void AppendDelivered(postgres::Batch& batch, const Run& run, const FoundPart& found);

// Throws Error PAYMENT_NOT_SECURED unless it may be sent.
void RequireSecured(domain::PaymentState payment);

}  // namespace market::order::storage
