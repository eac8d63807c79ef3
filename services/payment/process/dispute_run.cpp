#include "services/payment/process/dispute_run.hpp"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/runtime/backoff.hpp"
#include "platform/telemetry/log.hpp"

namespace market::payment {
namespace {

using domain::Dispute;
using domain::DisputeState;

// What some of the shops have said goes to the bank before it is too late.
constexpr std::chrono::hours kSentBefore{24};

DisputeState StateOf(provider::ToldDispute::State state) {
  switch (state) {
    case provider::ToldDispute::State::kOpen:
      return DisputeState::kOpen;
    case provider::ToldDispute::State::kEvidence:
      return DisputeState::kEvidence;
    case provider::ToldDispute::State::kWon:
      return DisputeState::kWon;
    case provider::ToldDispute::State::kLost:
      return DisputeState::kLost;
  }
  throw std::logic_error("a state without a rule");
}

std::string Time3339(Time time) {
  return google::protobuf::util::TimeUtil::ToString(conversions::ToProto(time));
}

bool Says(const Dispute& dispute) { return !dispute.evidence.text.empty(); }

bool IsSame(const domain::Evidence& one, const domain::Evidence& other) {
  return one.text == other.text && one.carrier == other.carrier &&
         one.tracking_number == other.tracking_number;
}

// What all of them say, as one: the bank hears the marketplace.
provider::Said SaidBy(const std::vector<Dispute>& parts) {
  provider::Said said{
      .key = {}, .dispute = parts.front().provider_id, .text = {}, .carrier = {}, .tracking_number = {}};
  const auto add = [](std::string& all, const std::string& one, std::string_view between) {
    if (!one.empty()) all.append(all.empty() ? "" : between).append(one);
  };
  for (const auto& part : parts) {
    add(said.text, part.evidence.text, "\n\n");
    add(said.carrier, part.evidence.carrier, ", ");
    add(said.tracking_number, part.evidence.tracking_number, ", ");
  }
  said.key = Uuid::FromName("evidence " + said.dispute + ' ' + said.text + ' ' + said.carrier + ' ' +
                            said.tracking_number)
                 .ToString();
  return said;
}

}  // namespace

Work DisputeRun::AtPort(const Work& work) const {
  return work.With(std::min(work.deadline, runtime::After(options_.port_timeout)));
}

Task<DisputeRun::Looked> DisputeRun::Look(Work work, domain::PaymentId id) {
  const auto payment = co_await payments_.Get(work, id, storage::Scope::Everything());
  if (!payment || payment->authorization.empty()) co_return Looked::kDone;
  auto answer = co_await port_.DisputesOf(payment->authorization, AtPort(work));
  auto* page = std::get_if<provider::DisputePage>(&answer);
  if (page == nullptr) co_return Looked::kOpen;
  auto looked = Looked::kDone;
  for (auto& told : page->disputes) {
    if (co_await Bring(work, id, std::move(told)) == Looked::kOpen) looked = Looked::kOpen;
  }
  co_return looked;
}

// What is taken of it is shared by what is left of its parts: so that is known first.
Task<DisputeRun::Looked> DisputeRun::Bring(Work work, domain::PaymentId id, provider::ToldDispute told) {
  auto parts = co_await disputes_.OfProvider(work, told.id);
  if (parts.empty()) {
    const auto payment = co_await payments_.Get(work, id, storage::Scope::Everything());
    if (!payment || payment->state != domain::State::kCaptured || payment->Pending() != nullptr)
      co_return Looked::kOpen;
    if (payment->currency != told.amount.currency) throw std::logic_error("a dispute in another currency");
    try {
      const auto written = co_await disputes_.Open(work, *payment,
                                                   {.provider_id = told.id,
                                                    .amount_minor = told.amount.minor,
                                                    .reason = told.reason,
                                                    .evidence_due = told.evidence_due});
      if (written == storage::Disputes::Written::kOvertaken) co_return Looked::kOpen;
    } catch (const Error& error) {
      if (error.code != Code::kUnavailable) throw;
      co_return Looked::kOpen;
    }
    parts = co_await disputes_.OfProvider(work, told.id);
  }
  const auto to = StateOf(told.state);
  if (std::ranges::none_of(parts,
                           [&](const auto& part) { return domain::NextState(part.state, to).has_value(); }))
    co_return Looked::kDone;
  const auto moved = co_await disputes_.MoveTo(work, told.id, to);
  co_return moved == storage::Disputes::Written::kDone ? Looked::kDone : Looked::kOpen;
}

Task<Dispute> DisputeRun::Answer(Work work, domain::DisputeId id, std::optional<std::vector<SellerId>> scope,
                                 domain::Evidence evidence, audit::Act act) {
  for (;;) {
    const auto dispute = co_await disputes_.Find(work, id, scope);
    if (!dispute) throw NotFound("the dispute");
    if (dispute->state == DisputeState::kEvidence && IsSame(dispute->evidence, evidence)) co_return *dispute;
    RequireMove(dispute->state, DisputeState::kEvidence);
    if (dispute->evidence_due <= clock_.Now()) {
      throw Error(
          Code::kFailedPrecondition, "EVIDENCE_TOO_LATE",
          "the bank took evidence until " + Time3339(dispute->evidence_due) + ", and now decides without it")
          .WithMetadata("until", Time3339(dispute->evidence_due));
    }
    if (co_await disputes_.Answer(work, id, evidence, act) == storage::Disputes::Written::kDone) {
      co_await Send(work, dispute->provider_id);
      co_return (co_await disputes_.Find(work, id, scope)).value();
    }
  }
}

Task<> DisputeRun::Advance(Work work, storage::DueDispute due) {
  const auto dispute = co_await disputes_.Find(work, due.id, std::nullopt);
  if (!dispute || HasEnded(dispute->state)) co_return;
  co_await Look(work, dispute->payment);
  co_await Send(work, dispute->provider_id);
  co_await disputes_.Later(
      work, due,
      runtime::Backoff::After(due.asks, {.initial = std::chrono::seconds(1), .max = options_.poll}));
}

// Without an answer it is sent again under the same key: it is made of what is said.
Task<> DisputeRun::Send(Work work, std::string provider_id) {
  const auto parts = co_await disputes_.OfProvider(work, provider_id);
  const auto waits = std::ranges::any_of(parts, [](const auto& part) {
    return part.state == DisputeState::kEvidence && Says(part) && !part.submitted_at &&
           part.refusal_code.empty();
  });
  if (!waits) co_return;
  const bool all =
      std::ranges::none_of(parts, [](const auto& part) { return part.state == DisputeState::kOpen; });
  if (!all && parts.front().evidence_due - clock_.Now() > kSentBefore) co_return;
  const auto result = co_await port_.Submit(SaidBy(parts), AtPort(work));
  if (std::holds_alternative<provider::Done>(result)) {
    co_await disputes_.Submitted(work, provider_id);
  } else if (const auto* refused = std::get_if<provider::Refused>(&result)) {
    // It is decided, most often; the next question tells. Else an operator sees it.
    telemetry::log::Warn("dispute.evidence_refused", {{"dispute", provider_id}, {"code", refused->code}});
    co_await disputes_.Refused(work, provider_id, refused->code);
  }
}

}  // namespace market::payment
