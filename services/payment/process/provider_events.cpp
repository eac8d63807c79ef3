#include "services/payment/process/provider_events.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace market::payment {

using domain::Payment;
using domain::State;

namespace {
constexpr std::string_view kActionNeeded = "payment_intent.requires_action";

bool IsOfDispute(const storage::DueWebhook& told) { return told.type.starts_with("charge.dispute."); }

}  // namespace

// Before its authorisation is written down a charge is known by its order only.
Task<ProviderEvents::Heard> ProviderEvents::Follow(Work work, const storage::DueWebhook& told) {
  if (told.charge.empty()) co_return Heard::kDone;
  auto payment = co_await payments_.OfCharge(work, told.charge);
  const auto order = domain::OrderId::Parse(told.reference);
  // What names no order is another business of the same account.
  if (!payment && !order) co_return Heard::kDone;
  if (!payment) payment = co_await payments_.Find(work, *order, std::nullopt);
  if (!payment) co_return Heard::kUnknown;
  if (payment->Pending() != nullptr) {
    const auto id = payment->id;
    co_await charges_.Resolve(work, std::move(*payment));
    payment = co_await payments_.Get(work, id, storage::Scope::Everything());
    // What it told is what is known of it.
    if (told.type == kActionNeeded) co_return Heard::kDone;
    if (payment && payment->Pending() != nullptr) co_return Heard::kOpen;
    if (!payment || !IsOfDispute(told)) co_return Heard::kDone;
  }
  // A charge that no payment names is one whose answer was given up, and that is the recovery's.
  if (payment->authorization != told.charge) co_return Heard::kDone;
  const auto id = payment->id;
  const auto caught_up = co_await CatchUp(work, std::move(*payment));
  if (caught_up != Heard::kDone || !IsOfDispute(told)) co_return caught_up;
  co_return co_await disputes_.Look(work, id) == DisputeRun::Looked::kDone ? Heard::kDone : Heard::kOpen;
}

// A hold may have ended without us: it expired, or somebody took or gave it up in the provider's own pages.
Task<ProviderEvents::Heard> ProviderEvents::CatchUp(Work work, Payment payment) {
  if (payment.state != State::kAuthorized) co_return Heard::kDone;
  const auto found = co_await provider_.Find(
      {.reference = payment.order.ToString(), .key = {}, .authorization = payment.authorization}, work);
  const auto* charge = std::get_if<provider::Listed>(&found);
  if (charge == nullptr) co_return Heard::kOpen;
  if (charge->state == provider::Listed::State::kAuthorized) co_return Heard::kDone;
  auto after = charge->state == provider::Listed::State::kCaptured
                   ? co_await charges_.Capture(work, payment.order)
                   : co_await charges_.Void(work, payment.order, payment.number);
  co_return after.Pending() != nullptr || after.state == State::kAuthorized ? Heard::kOpen : Heard::kDone;
}

}  // namespace market::payment
