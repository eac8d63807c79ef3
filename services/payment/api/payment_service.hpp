// The payment service's operations. Those that talk to the provider run in `charges_group`: a client that
// leaves does not tear a provider's answer from the row it belongs to.
#pragma once
#include "marketplace/payment/v1/payment.market.hpp"
#include "platform/rpc/page_token.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/payment/api/second_person.hpp"
#include "services/payment/process/charges.hpp"
#include "services/payment/storage/commission_rules.hpp"
#include "services/payment/storage/findings.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/personal_data.hpp"
#include "services/payment/storage/simulated_sales.hpp"

namespace market::payment {

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
    storage::SalesSource& sales;
    SecondPerson& second_person;
    storage::Findings& findings;
  };
  explicit PaymentService(const Deps& deps) : deps_(deps) {}

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

  // findings.cpp
  Task<api::payment::ListFindingsResponse> ListFindings(CallContext& call,
                                                        api::payment::ListFindingsRequest request) override;
  Task<api::payment::Finding> GetFinding(CallContext& call, api::payment::GetFindingRequest request) override;
  Task<api::payment::Finding> ResolveFinding(CallContext& call,
                                             api::payment::ResolveFindingRequest request) override;

 private:
  // Runs `work` to its end whatever becomes of the caller.
  using Charge = std::function<Task<domain::Payment>(Work work)>;
  Task<api::payment::Payment> Whole(CallContext& call, std::string_view name, const Charge& charge);

  Deps deps_;
};

}  // namespace market::payment
