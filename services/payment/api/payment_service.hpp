// The payment service's operations. Those that talk to the provider run in `charges_group`: a client that
// leaves does not tear a provider's answer from the row it belongs to.
#pragma once
#include <chrono>
#include <cstdint>

#include "marketplace/payment/v1/payment.market.hpp"
#include "platform/core/party.hpp"
#include "platform/documents/printer.hpp"
#include "platform/rpc/page_token.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/payment/api/second_person.hpp"
#include "services/payment/domain/statement.hpp"
#include "services/payment/process/charges.hpp"
#include "services/payment/process/dispute_run.hpp"
#include "services/payment/process/payout_run.hpp"
#include "services/payment/process/shop_traders.hpp"
#include "services/payment/storage/bank_numbers.hpp"
#include "services/payment/storage/commission_invoices.hpp"
#include "services/payment/storage/commission_rules.hpp"
#include "services/payment/storage/disputes.hpp"
#include "services/payment/storage/findings.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/operator_entries.hpp"
#include "services/payment/storage/payout_accounts.hpp"
#include "services/payment/storage/payouts.hpp"
#include "services/payment/storage/personal_data.hpp"
#include "services/payment/storage/sales.hpp"
#include "services/payment/storage/simulated_sales.hpp"
#include "services/payment/storage/statements.hpp"
#include "services/payment/storage/webhooks.hpp"

namespace market::payment {

// Whose messages are believed, by any of these secrets.
struct WebhookDoor {
  std::string provider;
  std::vector<std::string> secrets;
};

// Who may say where a shop's money goes, and for how long nothing is paid out after that.
struct BankChanges {
  enum class Need : std::uint8_t { kNone, kSecondFactor };
  Need need = Need::kSecondFactor;
  std::chrono::milliseconds hold = std::chrono::hours(48);
};

class PaymentService final : public api::PaymentApi {
 public:
  struct Deps {
    storage::Payments& payments;
    storage::Ledger& ledger;
    Charges& charges;
    runtime::TaskGroup& charges_group;
    const Clock& clock;
    const rpc::PageTokens& pages;
    storage::PersonalData& personal_data;
    storage::CommissionRules& rules;
    storage::SalesSource& sold;  // for simulations
    SecondPerson& second_person;
    storage::Sales& sales;
    runtime::LeasedWork& settling;  // woken when there is something to book
    storage::Webhooks& webhooks;
    WebhookDoor door;
    storage::Payouts& payouts;
    storage::PayoutAccounts& payout_accounts;
    const storage::BankNumbers& bank_numbers;
    PayoutRun& payout_run;
    storage::Statements& statements;
    storage::Findings& findings;
    storage::Disputes& disputes;
    DisputeRun& dispute_run;
    BankChanges bank_changes;
    storage::CommissionInvoices& commission_invoices;
    storage::OperatorEntries& operator_entries;
    std::int64_t operator_entry_limit_minor = 0;
    ShopTraders& traders;
    market::documents::Printer& printer;
    Party marketplace;  // who issues what shops get
  };
  explicit PaymentService(Deps deps) : deps_(std::move(deps)) {}

  Task<api::payment::Payment> GetOrderPayment(CallContext& call,
                                              api::payment::GetOrderPaymentRequest request) override;
  Task<api::payment::Payment> GetPayment(CallContext& call, api::payment::GetPaymentRequest request) override;
  Task<api::payment::ListPaymentsResponse> ListPayments(CallContext& call,
                                                        api::payment::ListPaymentsRequest request) override;
  Task<api::payment::Payment> RefundPayment(CallContext& call,
                                            api::payment::RefundPaymentRequest request) override;
  Task<api::payment::ListLedgerEntriesResponse> ListLedgerEntries(
      CallContext& call, api::payment::ListLedgerEntriesRequest request) override;
  Task<api::payment::TrialBalanceResponse> TrialBalance(CallContext& call,
                                                        api::payment::TrialBalanceRequest request) override;
  Task<api::payment::Payment> AuthorizePayment(CallContext& call,
                                               api::payment::AuthorizePaymentRequest request) override;
  Task<api::payment::Payment> CapturePayment(CallContext& call,
                                             api::payment::CapturePaymentRequest request) override;
  Task<api::payment::Payment> VoidPayment(CallContext& call,
                                          api::payment::VoidPaymentRequest request) override;
  Task<api::payment::Payment> RefundForOrder(CallContext& call,
                                             api::payment::RefundForOrderRequest request) override;

  // webhooks.cpp
  Task<google::protobuf::Empty> ReceiveWebhook(CallContext& call,
                                               api::payment::ReceiveWebhookRequest request) override;
  // sales.cpp
  Task<api::payment::SellerBalance> GetSellerBalance(CallContext& call,
                                                     api::payment::GetSellerBalanceRequest request) override;
  Task<api::payment::ListSellerLedgerEntriesResponse> ListSellerLedgerEntries(
      CallContext& call, api::payment::ListSellerLedgerEntriesRequest request) override;
  Task<api::payment::ListSellerSalesResponse> ListSellerSales(
      CallContext& call, api::payment::ListSellerSalesRequest request) override;
  // hear_orders.cpp
  Task<google::protobuf::Empty> Deliver(CallContext& call,
                                        marketplace::type::v1::DeliverRequest request) override;

  // personal_data.cpp
  Task<marketplace::type::v1::ErasePersonalDataResponse> ErasePersonalData(
      CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) override;
  Task<marketplace::type::v1::ExportPersonalDataResponse> ExportPersonalData(
      CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) override;

  // commission_rules.cpp
  Task<api::payment::CommissionRule> CreateCommissionRule(
      CallContext& call, api::payment::CreateCommissionRuleRequest request) override;
  Task<api::payment::ListCommissionRulesResponse> ListCommissionRules(
      CallContext& call, api::payment::ListCommissionRulesRequest request) override;
  Task<api::payment::CommissionRule> GetCommissionRule(
      CallContext& call, api::payment::GetCommissionRuleRequest request) override;
  Task<api::payment::CommissionRule> UpdateCommissionRule(
      CallContext& call, api::payment::UpdateCommissionRuleRequest request) override;
  Task<api::payment::CommissionSimulation> SimulateCommissionRule(
      CallContext& call, api::payment::SimulateCommissionRuleRequest request) override;
  Task<api::payment::CommissionRule> PublishCommissionRule(
      CallContext& call, api::payment::PublishCommissionRuleRequest request) override;
  Task<api::payment::CommissionRule> ApproveCommissionRule(
      CallContext& call, api::payment::ApproveCommissionRuleRequest request) override;
  Task<api::payment::CommissionRule> WithdrawCommissionRule(
      CallContext& call, api::payment::WithdrawCommissionRuleRequest request) override;
  Task<api::payment::CommissionRule> EndCommissionRule(
      CallContext& call, api::payment::EndCommissionRuleRequest request) override;
  // payouts.cpp
  Task<api::payment::PayoutAccount> PutPayoutAccount(CallContext& call,
                                                     api::payment::PutPayoutAccountRequest request) override;
  Task<api::payment::PayoutAccount> GetPayoutAccount(CallContext& call,
                                                     api::payment::GetPayoutAccountRequest request) override;
  Task<api::payment::Payout> RequestPayout(CallContext& call,
                                           api::payment::RequestPayoutRequest request) override;
  Task<api::payment::ListSellerPayoutsResponse> ListSellerPayouts(
      CallContext& call, api::payment::ListSellerPayoutsRequest request) override;
  Task<api::payment::ListPayoutsResponse> ListPayouts(CallContext& call,
                                                      api::payment::ListPayoutsRequest request) override;
  Task<api::payment::Payout> GetPayout(CallContext& call, api::payment::GetPayoutRequest request) override;
  Task<api::payment::ListPayoutLinesResponse> ListPayoutLines(
      CallContext& call, api::payment::ListPayoutLinesRequest request) override;
  Task<api::payment::Payout> MarkPayoutPaid(CallContext& call,
                                            api::payment::MarkPayoutPaidRequest request) override;
  Task<api::payment::Payout> MarkPayoutReturned(CallContext& call,
                                                api::payment::MarkPayoutReturnedRequest request) override;

  // statements.cpp
  Task<api::payment::ListStatementsResponse> ListStatements(
      CallContext& call, api::payment::ListStatementsRequest request) override;
  Task<api::payment::Statement> GetStatement(CallContext& call,
                                             api::payment::GetStatementRequest request) override;
  Task<api::payment::ExportStatementResponse> ExportStatement(
      CallContext& call, api::payment::ExportStatementRequest request) override;

  // findings.cpp
  Task<api::payment::ListFindingsResponse> ListFindings(CallContext& call,
                                                        api::payment::ListFindingsRequest request) override;
  Task<api::payment::Finding> GetFinding(CallContext& call, api::payment::GetFindingRequest request) override;
  Task<api::payment::Finding> ResolveFinding(CallContext& call,
                                             api::payment::ResolveFindingRequest request) override;

  // commission_invoices.cpp
  Task<api::payment::ListCommissionInvoicesResponse> ListCommissionInvoices(
      CallContext& call, api::payment::ListCommissionInvoicesRequest request) override;
  Task<api::payment::CommissionInvoice> GetCommissionInvoice(
      CallContext& call, api::payment::GetCommissionInvoiceRequest request) override;
  Task<api::payment::PrintCommissionInvoiceResponse> PrintCommissionInvoice(
      CallContext& call, api::payment::PrintCommissionInvoiceRequest request) override;
  // operator_entries.cpp
  Task<api::payment::SellerLedgerEntry> CreateSellerLedgerEntry(
      CallContext& call, api::payment::CreateSellerLedgerEntryRequest request) override;
  // disputes.cpp
  Task<api::payment::ListDisputesResponse> ListDisputes(CallContext& call,
                                                        api::payment::ListDisputesRequest request) override;
  Task<api::payment::ListSellerDisputesResponse> ListSellerDisputes(
      CallContext& call, api::payment::ListSellerDisputesRequest request) override;
  Task<api::payment::Dispute> GetDispute(CallContext& call, api::payment::GetDisputeRequest request) override;
  Task<api::payment::Dispute> SubmitDisputeEvidence(
      CallContext& call, api::payment::SubmitDisputeEvidenceRequest request) override;

 private:
  Task<domain::Statement> ReadStatement(CallContext& call, std::string seller, std::string month);
  Task<api::payment::ExportStatementResponse> PrintStatement(CallContext& call,
                                                             api::payment::ExportStatementRequest request);
  Task<domain::CommissionInvoice> RequireCommissionInvoice(CallContext& call, std::string id);

  // Runs `work` to its end whatever becomes of the caller.
  using Charge = std::function<Task<domain::Payment>(Work work)>;
  Task<api::payment::Payment> Whole(CallContext& call, std::string_view name, const Charge& charge);

  Deps deps_;
};

}  // namespace market::payment
