// Looks into what a provider told. A message is a hint only: whatever it says, the provider is asked how
// things stand now, and what it answers goes the way of every other answer (charges.hpp). So one that comes
// late, twice, in another order or from somebody else who knows the secret moves nothing that the provider
// itself would not say. Io thread only. Throws what storage throws.
#pragma once
#include <string>

#include "services/payment/process/charges.hpp"
#include "services/payment/process/dispute_run.hpp"
#include "services/payment/storage/webhooks.hpp"

namespace market::payment {

class ProviderEvents {
 public:
  enum class Heard {
    kDone,     // all that it could tell is known
    kUnknown,  // no payment here is about it, yet
    kOpen      // the provider could not say; again later
  };

  ProviderEvents(storage::Payments& payments, provider::Provider& provider, Charges& charges,
                 DisputeRun& disputes)
      : payments_(payments), provider_(provider), charges_(charges), disputes_(disputes) {}

  Task<Heard> Follow(Work work, const storage::DueWebhook& told);

 private:
  Task<Heard> CatchUp(Work work, domain::Payment payment);

  storage::Payments& payments_;
  provider::Provider& provider_;
  Charges& charges_;
  DisputeRun& disputes_;
};

}  // namespace market::payment
