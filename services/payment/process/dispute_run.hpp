// Brings disputes to where the provider says that they are, and hands it what the shops say.
//
// What is told of one is asked for: the provider's word of now decides, and a dispute goes forward only, so that messages may come late,
// twice or never. It opens once its payment and its sales are known here. Evidence goes to the bank when every shop of the charge has
// answered, or a day before it is too late; the bank takes it once. Io thread only. Throws what storage throws.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "services/payment/provider/dispute_port.hpp"
#include "services/payment/storage/disputes.hpp"
#include "services/payment/storage/payments.hpp"

namespace market::payment {

class DisputeRun {
 public:
  struct Options {
    std::chrono::milliseconds poll{std::chrono::hours(1)};  // how often an open one is asked about, at least
    std::chrono::milliseconds port_timeout{5000};
  };
  enum class Looked {
    kDone,  // all that the provider says is written
    kOpen   // it did not say, or there is something to wait for; again later
  };

  DisputeRun(storage::Disputes& disputes, storage::Payments& payments, provider::DisputePort& port,
             const Clock& clock, Options options)
      : disputes_(disputes), payments_(payments), port_(port), clock_(clock), options_(options) {}

  // Asks for the disputes of a payment's charge.
  Task<Looked> Look(Work work, domain::PaymentId payment);
  // What a shop says. The same again changes nothing. Throws Error NOT_FOUND, ILLEGAL_TRANSITION, EVIDENCE_TOO_LATE with `until`.
  Task<domain::Dispute> Answer(Work work, domain::DisputeId id, std::optional<std::vector<SellerId>> scope,
                               domain::Evidence evidence, audit::Act act);
  // For the worker: asks about one that is due, and sends what waits.
  Task<> Advance(Work work, storage::DueDispute due);

  std::chrono::milliseconds Lease() const { return 3 * options_.port_timeout + std::chrono::seconds(5); }

 private:
  Task<Looked> Bring(Work work, domain::PaymentId payment, provider::ToldDispute told);
  Task<> Send(Work work, std::string provider_id);
  Work AtPort(const Work& work) const;

  storage::Disputes& disputes_;
  storage::Payments& payments_;
  provider::DisputePort& port_;
  const Clock& clock_;
  const Options options_;
};

}  // namespace market::payment
