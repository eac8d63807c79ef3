// For the tests of the operations: they are called as the edge calls them, over the sandbox.
#pragma once
#include <chrono>
#include <utility>

#include "platform/identity/principal.hpp"
#include "platform/rpc/call_context.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/provider/sandbox_payouts.hpp"
#include "services/payment/testing/charges_fixture.hpp"
#include "services/payment/testing/fake_traders.hpp"
#include "services/payment/workers/settlement.hpp"

namespace market::payment {

constexpr std::int64_t kOperatorEntryLimit = 50'000;

// What a test has of its own.
struct OperationsWith {
  BankChanges bank_changes = {};
  SecondPerson::Rule second_person = SecondPerson::Rule::kNever;
  storage::SalesSource* sold = nullptr;  // instead of what sales have written
};

// The operations over the sandbox.
struct Operations {
  Operations(boost::asio::io_context& io, Service& s, World& world, const OperationsWith& with = {})
      : group(io.get_executor(), Unexpected),
        personal_data(world.database),
        rules(world.database),
        sold(world.database),
        second_person(with.second_person),
        sales(world.database),
        settlement(world.database, sales, s.ledger, {}),
        webhooks(world.database),
        payouts(world.database),
        payout_accounts(world.database),
        statements(world.database),
        findings(world.database),
        commission_invoices(world.database),
        operator_entries(world.database),
        disputes(world.database),
        dispute_run(disputes, s.payments, s.stripe, s.clock, {}),
        payout_port(s.client, "sk_test"),
        payout_run(payouts, payout_accounts, bank_numbers, {&payout_port}, s.clock, s.metrics,
                   {.minimums = PayoutMinimums({"1000"})}),
        api({s.payments,
             s.ledger,
             s.charges,
             group,
             s.clock,
             pages,
             personal_data,
             rules,
             with.sold != nullptr ? *with.sold : sold,
             second_person,
             sales,
             settlement.Settling(),
             webhooks,
             {"sandbox", {"whsec_old", "whsec_new"}},
             payouts,
             payout_accounts,
             bank_numbers,
             payout_run,
             statements,
             findings,
             disputes,
             dispute_run,
             with.bank_changes,
             commission_invoices,
             operator_entries,
             kOperatorEntryLimit,
             traders,
             printer,
             {.name = "Market Ltd", .city = "London", .country_code = "GB"}}) {
    traders.Connect(users);
  }

  rpc::PageTokens pages{"secret"};
  runtime::TaskGroup group;
  storage::PersonalData personal_data;
  storage::CommissionRules rules;
  storage::SimulatedSales sold;
  SecondPerson second_person;
  storage::Sales sales;
  Settlement settlement;
  storage::Webhooks webhooks;
  storage::Payouts payouts;
  storage::PayoutAccounts payout_accounts;
  storage::Statements statements;
  storage::Findings findings;
  storage::CommissionInvoices commission_invoices;
  storage::OperatorEntries operator_entries;
  FakeTraders users;
  ShopTraders traders;
  market::documents::Printer printer;
  storage::Disputes disputes;
  DisputeRun dispute_run;
  storage::BankNumbers bank_numbers{"a key of thirty-two characters, or more"};
  provider::SandboxPayouts payout_port;
  PayoutRun payout_run;
  PaymentService api;
};

template <class Body>
inline void WithOperations(Body body, std::chrono::milliseconds provider_timeout = 5s,
                           BankChanges bank_changes = {}) {
  WithService(
      [&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
        Operations operations(io, s, world, {.bank_changes = bank_changes});
        co_await body(operations, s);
        co_await operations.group.Join(Soon());
      },
      provider_timeout);
}

struct Call {
  Call() = default;
  explicit Call(const AccountId& account, rpc::Reach reach = {}) {
    rpc::CallContextBuilder(context).Caller({.account = account}).Reach(std::move(reach));
  }
  CallContext context{After(8s)};
};

}  // namespace market::payment
