// Invoices and credit notes: what stands on the tax document of a shop's part of an order. Pure; minor units of the
// order's currency.
//
// An invoice bills all units of a part that are not cancelled when its first ones are sent, and its delivery: what the part
// cost without what was cancelled. What its refunds bring back beyond the cancelled is taken back by credit notes, one for
// each refund, which never come to more than it. Nothing is rounded that was not cut: an amount whose units are all billed is the
// order's own.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "platform/core/party.hpp"
#include "platform/core/words.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/domain/price.hpp"

namespace market::order::domain {

enum class InvoiceKind : std::uint8_t { kInvoice, kCreditNote };
inline constexpr Words<InvoiceKind, 2> kInvoiceKinds{"kind of an invoice", {"INVOICE", "CREDIT_NOTE"}};
inline std::string_view Name(InvoiceKind kind) { return kInvoiceKinds.Name(kind); }
inline void FromText(std::string_view word, InvoiceKind& kind) { kind = kInvoiceKinds.Require(word); }

// Some units of a line of the order.
struct BilledLine {
  LineId line;
  std::string title;
  std::string sku;
  std::map<std::string, std::string> options;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
  struct Price price;  // of these units

  bool operator==(const BilledLine&) const = default;
};

struct BilledDelivery {
  std::string name;
  struct Price price;

  bool operator==(const BilledDelivery&) const = default;
};

struct BilledCoupon {
  std::string code;
  std::int64_t amount_minor = 0;

  bool operator==(const BilledCoupon&) const = default;
};

// What is taxed at one rate.
struct TaxAmount {
  std::int64_t rate_ppm = 0;
  std::int64_t net_minor = 0;
  std::int64_t tax_minor = 0;

  std::int64_t Gross() const { return net_minor + tax_minor; }
  bool operator==(const TaxAmount&) const = default;
};

// Which invoice a credit note takes something back of.
struct CorrectedInvoice {
  InvoiceId id;
  std::string number;
  Time issued_at;

  bool operator==(const CorrectedInvoice&) const = default;
};

// What stands on it, as it is issued: nothing of it changes afterwards.
struct InvoiceContent {
  Party seller;
  Party buyer;
  std::string order_number;  // of the part
  Time ordered_at;
  Time supplied_at;
  std::vector<BilledLine> lines = {};             // none of a credit note,
  std::optional<BilledDelivery> delivery = {};    // nor this
  std::vector<BilledCoupon> coupons = {};         // as they were named
  std::vector<TaxAmount> taxes = {};              // the highest rate first
  std::vector<NoTax> untaxed = {};                // why there is none on some of it, each once
  std::optional<CorrectedInvoice> corrects = {};  // of a credit note

  bool operator==(const InvoiceContent&) const = default;
};

// The sum of the taxes.
TaxAmount SumOf(std::span<const TaxAmount> taxes);

// The units of a part that are billed when its first ones are sent: all that are not cancelled.
std::vector<Units> BilledUnits(const SellerOrderId& part, std::span<const LineNow> lines);

// `billed` are units of the part's lines, each line once. Throws std::invalid_argument for others, and for none.
InvoiceContent MakeInvoice(const Order& order, const SellerOrder& part, std::span<const Units> billed,
                           Party seller, Time supplied_at);

// A refund of a part as payment told it.
struct HeardRefund {
  Uuid id;
  std::int64_t amount_minor = 0;
  bool credited = false;  // there is a credit note of it
};

struct Credit {
  Uuid refund;
  std::int64_t amount_minor = 0;

  bool operator==(const Credit&) const = default;
};

// What credit notes are still to be issued for, in the order of `refunds`, which is the one they were told in. What
// was cancelled before the invoice is not on it, and needs none: of all that went back only what is beyond
// `cancelled_minor`. Of several refunds that nothing was issued for the last one is beyond it first.
std::vector<Credit> CreditsDue(std::span<const HeardRefund> refunds, std::int64_t cancelled_minor,
                               std::int64_t credited_minor);

// The amount by rates, in the proportion of what is left of the invoice without the credit notes before: whole minor units by
// largest remainder. The last note leaves nothing of any rate. Throws std::invalid_argument for more than is left.
std::vector<TaxAmount> SplitCredit(std::span<const TaxAmount> left, std::int64_t amount_minor);

// What is left of an invoice after credit notes; both by rate.
std::vector<TaxAmount> LeftOf(std::span<const TaxAmount> invoiced, std::span<const TaxAmount> credited);

struct Invoice {
  InvoiceId id;
  InvoiceKind kind = InvoiceKind::kInvoice;
  SellerId seller;
  std::int64_t year = 0;
  std::int64_t position = 0;  // among the shop's of this kind in this year
  std::string number;
  OrderId order;
  SellerOrderId part;
  AccountId buyer;
  std::optional<Uuid> refund;
  Currency currency;
  std::int64_t net_minor = 0;
  std::int64_t tax_minor = 0;
  std::int64_t total_minor = 0;
  Time issued_at;
  InvoiceContent content;
};

}  // namespace market::order::domain
