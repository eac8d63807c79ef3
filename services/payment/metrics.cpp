#include "services/payment/metrics.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace market::payment {
namespace {

// The provider's words for a declined card that are worth a series; any other is "other".
constexpr std::array<std::string_view, 13> kDeclineCodes = {
    "generic_decline",     "insufficient_funds",
    "do_not_honor",        "expired_card",
    "incorrect_cvc",       "card_velocity_exceeded",
    "lost_card",           "stolen_card",
    "fraudulent",          "authentication_required",
    "invalid_amount",      "payment_intent_authentication_failure",
    domain::kMethodUnknown};

std::string_view LabelOf(std::string_view code) {
  return std::ranges::find(kDeclineCodes, code) != kDeclineCodes.end() ? code : "other";
}

}  // namespace

Metrics::Metrics(telemetry::Metrics& registry)
    : answers_(registry.AddCounterFamily("payment_provider_answers_total",
                                         "requests to the payment provider, by how they ended",
                                         {"operation", "answer"})),
      turned_away_(registry.AddCounterFamily("payment_provider_turned_away_total",
                                             "requests that were not sent to the payment provider", {"why"})),
      breaker_(registry.AddGauge(
          "payment_provider_breaker_state",
          "state of the circuit breaker towards the payment provider: 0 closed, 1 open, 2 half-open")),
      declined_(registry.AddCounterFamily("payment_declined_total",
                                          "payments declined, by the provider's code", {"reason"})),
      captures_failed_(registry.AddCounter("payment_captures_failed_total",
                                           "captures that the provider refused for good")),
      captured_value_minor_(registry.AddCounterFamily("payment_captured_value_minor_total",
                                                      "money captured, in minor units", {"currency"})),
      payouts_(registry.AddCounterFamily("payment_payouts_total", "payouts, by the states that they came to",
                                         {"state"})),
      imbalance_minor_(registry.AddGaugeFamily(
          "payment_ledger_imbalance_minor", "debits minus credits of the whole ledger; 0: the books balance",
          {"currency"})),
      unresolved_(registry.AddGauge("payment_unresolved",
                                    "payments with an attempt that the provider has not answered yet")),
      unresolved_oldest_age_(
          registry.AddGauge("payment_unresolved_oldest_age_seconds",
                            "age of the oldest attempt without an answer; 0 when there is none")),
      webhooks_waiting_(registry.AddGauge("payment_webhooks_waiting",
                                          "messages of the payment provider that are not looked into yet")),

      findings_open_(registry.AddGaugeFamily("payment_findings_open",
                                             "differences that reconciliation found and nobody has resolved",
                                             {"kind"})),
      findings_oldest_age_(registry.AddGauge("payment_findings_oldest_age_seconds",
                                             "age of the oldest open finding; 0 when there is none")),
      disputes_open_(registry.AddGauge("payment_disputes_open", "disputes that are not decided yet")),
      disputes_due_soon_(registry.AddGauge(
          "payment_disputes_due_soon",
          "disputes that no shop has answered, and whose bank takes evidence for three days more at most")) {
  for (const auto code : {kDeclineCodes[0], kDeclineCodes[1], std::string_view("other")}) {
    declined_.With({code});
  }
}

void Metrics::Answered(std::string_view operation, std::string_view answer) {
  answers_.With({operation, answer}).Increment();
}

void Metrics::Measured(const storage::WaitingWebhooks& webhooks) {
  webhooks_waiting_.Set(static_cast<double>(webhooks.waiting));
}

void Metrics::TurnedAway(std::string_view why) { turned_away_.With({why}).Increment(); }

void Metrics::BreakerIs(int state) { breaker_.Set(state); }

void Metrics::Written(const domain::Payment& before, const domain::Payment& after) {
  if (before.state == after.state) return;
  if (after.state == domain::State::kDeclined) {
    declined_.With({LabelOf(after.decline_code)}).Increment();
  } else if (after.state == domain::State::kCaptured) {
    captured_value_minor_.With({after.currency.Code()}).Increment(static_cast<double>(after.captured_minor));
  } else if (after.state == domain::State::kCaptureFailed) {
    captures_failed_.Increment();
  }
}

void Metrics::PayoutIs(domain::PayoutState state) { payouts_.With({Name(state)}).Increment(); }

void Metrics::Measured(const storage::Unresolved& unresolved) {
  unresolved_.Set(static_cast<double>(unresolved.payments));
  unresolved_oldest_age_.Set(std::chrono::duration<double>(unresolved.oldest_age).count());
}

void Metrics::Measured(const storage::OpenFindings& open) {
  for (std::size_t i = 0; i < domain::kFindingKinds.words.size(); ++i) {
    const auto found = open.by_kind.find(static_cast<domain::FindingKind>(i));
    findings_open_.With({domain::kFindingKinds.words.at(i)})
        .Set(found == open.by_kind.end() ? 0 : static_cast<double>(found->second));
  }
  findings_oldest_age_.Set(std::chrono::duration<double>(open.oldest_age).count());
}

void Metrics::Measured(const storage::DisputesOpen& disputes) {
  disputes_open_.Set(static_cast<double>(disputes.open));
  disputes_due_soon_.Set(static_cast<double>(disputes.due_soon));
}

void Metrics::Measured(const std::vector<storage::Balance>& balances) {
  std::map<Currency, double> sums;
  for (const auto& balance : balances) {
    sums[balance.currency] += static_cast<double>(balance.amount_minor);
  }
  for (const auto& [currency, sum] : sums) imbalance_minor_.With({currency.Code()}).Set(sum);
}

}  // namespace market::payment
