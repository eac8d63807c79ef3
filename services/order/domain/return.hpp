// What a buyer sends back of a part, the states of that, and how much of its money goes back. Pure.
//
//   REQUESTED -> APPROVED -> IN_TRANSIT -> RECEIVED -> CLOSED     (what it cost goes back)
//   REQUESTED, APPROVED, RECEIVED -> REJECTED                     (nothing goes back)
//   APPROVED -> RECEIVED                                          (nobody said that it was sent)
//   APPROVED, IN_TRANSIT -> CLOSED                                (the shop does not want it back)
//
// A return ends once, in one of both. From APPROVED only time rejects it: it was not sent.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/error.hpp"
#include "platform/core/money.hpp"
#include "platform/core/words.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/event.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::domain {

enum class ReturnState : std::uint8_t { kRequested, kApproved, kInTransit, kReceived, kClosed, kRejected };
inline constexpr Words<ReturnState, 6> kReturnStates{
    "state of a return", {"REQUESTED", "APPROVED", "IN_TRANSIT", "RECEIVED", "CLOSED", "REJECTED"}};
inline std::string_view Name(ReturnState state) { return kReturnStates.Name(state); }
inline void FromText(std::string_view word, ReturnState& state) { state = kReturnStates.Require(word); }

enum class ReturnReason : std::uint8_t { kWithdrawal, kDamaged, kNotAsDescribed, kWrongItem, kOther };
inline constexpr Words<ReturnReason, 5> kReturnReasons{
    "reason of a return", {"WITHDRAWAL", "DAMAGED", "NOT_AS_DESCRIBED", "WRONG_ITEM", "OTHER"}};
inline std::string_view Name(ReturnReason reason) { return kReturnReasons.Name(reason); }
inline void FromText(std::string_view word, ReturnReason& reason) { reason = kReturnReasons.Require(word); }

// Who acts tells whether a move that is there is his: from APPROVED to REJECTED moves only time.
bool MayMove(ReturnState from, ReturnState to);
bool MayMove(ReturnState from, ReturnState to, ActorRole actor);
// Throws Error ILLEGAL_TRANSITION with both states in its metadata unless the move is legal.
void RequireMove(ReturnState from, ReturnState to, ActorRole actor);

struct ReturnLine {
  LineId line;
  OfferId offer;
  std::string title;
  std::string sku;
  std::int64_t quantity = 0;
  std::int64_t restocked = 0;  // of these
};

struct ReturnStep {
  ReturnState state = ReturnState::kRequested;
  Time at;
  ActorRole actor = ActorRole::kBuyer;
};

struct Return {
  ReturnId id;
  OrderId order;
  SellerOrderId part;
  SellerId seller;
  AccountId buyer;
  std::string number;
  ReturnState state = ReturnState::kRequested;
  std::vector<ReturnLine> lines;
  ReturnReason reason = ReturnReason::kOther;
  std::string text;
  std::vector<std::string> pictures;  // as they are kept (platform/conversions/kept_picture.hpp)
  std::string carrier;
  std::string tracking_number;
  std::optional<std::int64_t> amount_minor;  // what goes back, or went; nothing of a rejected one
  Currency currency;
  std::string rejected_reason;
  std::vector<ReturnStep> steps;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;

  std::vector<Units> UnitsOf() const;
};

// What goes back for units of a part.
struct ComingBack {
  std::int64_t amount_minor = 0;
  std::int64_t delivery_minor = 0;  // of that
  bool all = false;                 // that is left of the part: nothing of it stays with its buyer
  std::vector<UnitsBack> lines = {};
};

// The units' share of their lines; with the last unit of the part that was not cancelled its delivery, too, whatever the
// reason (Directive 2011/83/EU, article 13). `lines` are the part's, before these units are among the returned.
ComingBack WhatGoesBack(std::span<const LineNow> lines, std::span<const Units> units,
                        std::int64_t delivery_minor);
// Every unit of the part is cancelled or returned, and some were returned; `lines` may be those of others, too.
bool IsAllBack(const SellerOrderId& part, std::span<const LineNow> lines);

// Throws Error as RequireLines, and ILLEGAL_TRANSITION naming each line of which fewer units are with the buyer than are to
// come back: sent, not returned, and not among `open`, those of returns that have not ended.
void RequireReturnable(State part, std::span<const LineNow> lines, std::span<const Units> open,
                       std::span<const Units> wanted);
// Throws Error NOT_FOUND or INVALID_ARGUMENT for a line that is not the return's, is named twice, or of which fewer come back.
void RequireOfReturn(const Return& coming, std::span<const Units> restocked);

}  // namespace market::order::domain
