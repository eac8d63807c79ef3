// Fines, goodwill, and what a month of commission is billed as.
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "platform/core/error.hpp"
#include "services/payment/domain/commission_invoice.hpp"
#include "services/payment/domain/operator_entry.hpp"

namespace market::payment::domain {
namespace {

OperatorEntry ByHand(LedgerCause cause, std::int64_t minor) {
  return {.id = Uuid::NewV7(),
          .seller = SellerId::New(),
          .cause = cause,
          .amount = {minor, Currency::Parse("EUR")},
          .reason = "late",
          .by = AccountId::New()};
}

TEST(OperatorEntries, AFineIsTheShopsLoss_AndGoodwillItsGain) {
  for (const auto cause : {LedgerCause::kFine, LedgerCause::kGoodwill}) {
    const auto wanted = ByHand(cause, 250);
    const auto entry = EntryOf(wanted);
    EXPECT_EQ(entry.cause, cause);
    EXPECT_EQ(entry.cause_id, wanted.id);
    ASSERT_EQ(entry.postings.size(), 2u);
    EXPECT_EQ(entry.postings[0].account, LedgerAccount::kSellerAvailable);
    EXPECT_EQ(entry.postings[0].owner, wanted.seller);
    EXPECT_EQ(entry.postings[0].amount_minor, cause == LedgerCause::kFine ? 250 : -250)
        << "debits are positive";
    EXPECT_EQ(entry.postings[1].account, LedgerAccount::kGoodwill);
    EXPECT_FALSE(entry.postings[1].owner);
    EXPECT_EQ(entry.postings[0].amount_minor + entry.postings[1].amount_minor, 0);
  }
  EXPECT_THROW(EntryOf(ByHand(LedgerCause::kCapture, 250)), std::logic_error);
  EXPECT_THROW(EntryOf(ByHand(LedgerCause::kFine, 0)), std::logic_error);
  EXPECT_THROW(EntryOf(ByHand(LedgerCause::kFine, -5)), std::logic_error);
}

TEST(OperatorEntries, AboveTheLimit_AreRefused) {
  EXPECT_NO_THROW(RequireWithin(ByHand(LedgerCause::kFine, 500), 500));
  try {
    RequireWithin(ByHand(LedgerCause::kFine, 501), 500);
    ADD_FAILURE() << "it was let through";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "AMOUNT_OVER_LIMIT");
    EXPECT_EQ(error.metadata, (decltype(error.metadata){{"limit", "500"}}));
  }
}

TEST(CommissionInvoices, OfMoreThatWasTakenBackThanCharged_AreCreditNotes) {
  std::vector<ChargedCommission> lines{{LedgerCause::kEarning, 190'000, 2, 1'000, 190},
                                       {LedgerCause::kEarning, 0, 1, 50, 0},
                                       {LedgerCause::kClawback, 190'000, 1, -200, -38}};
  const auto sum = SumOf(lines);
  EXPECT_EQ(sum.entries, 4);
  EXPECT_EQ(sum.net_minor, 850);
  EXPECT_EQ(sum.tax_minor, 152);
  EXPECT_EQ(KindOf(sum), CommissionInvoiceKind::kInvoice);
  lines.push_back({LedgerCause::kClawback, 0, 1, -2'000, 0});
  EXPECT_EQ(KindOf(SumOf(lines)), CommissionInvoiceKind::kCreditNote);
  EXPECT_EQ(KindOf(SumOf({})), CommissionInvoiceKind::kInvoice);
}

}  // namespace
}  // namespace market::payment::domain
