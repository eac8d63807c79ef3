// Payouts by our sandbox (sandbox/payouts.hpp).
#pragma once
#include "platform/http/client.hpp"
#include "services/payment/provider/payout_port.hpp"

namespace market::payment::provider {

class SandboxPayouts final : public PayoutPort {
 public:
  // `client` must outlive it.
  SandboxPayouts(http::Client& client, const std::string& api_key)
      : client_(client), authorization_("Bearer " + api_key) {}

  std::string_view Name() const override { return "sandbox"; }
  bool Pays(Currency, bool) const override { return true; }
  bool GoesInFiles() const override { return false; }
  bool Tells() const override { return true; }

  Task<Result> Send(std::vector<Instruction> together, Work work) override;
  Task<PayoutFound> Find(Instruction sought, Work work) override;

 private:
  http::Client& client_;
  const std::string authorization_;
};

}  // namespace market::payment::provider
