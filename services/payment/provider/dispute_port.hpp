// The port to what a payment provider has of disputes. Outcomes are values, as provider.hpp has them. Io thread only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/core/clock.hpp"
#include "services/payment/provider/provider.hpp"

namespace market::payment::provider {

// A dispute as it is there now.
struct ToldDispute {
  enum class State { kOpen, kEvidence, kWon, kLost };
  std::string id;
  std::string charge;  // as Done::authorization
  Money amount;
  std::string reason;
  State state = State::kOpen;
  Time evidence_due;
};
struct DisputePage {
  std::vector<ToldDispute> disputes;
  std::string next;  // where the next page starts; empty: this is the last
};

// What is said to a bank.
struct Said {
  std::string key;
  std::string dispute;
  std::string text;
  std::string carrier;          // "": none
  std::string tracking_number;  // "": none
};

class DisputePort {
 public:
  virtual ~DisputePort() = default;

  // Those of a charge, of which there are few: what took no money of it, an inquiry, is none.
  virtual Task<std::variant<DisputePage, Unknown>> DisputesOf(std::string charge, Work work) = 0;
  // Those that were made since then by the provider's clock, a page at a time; the first page is after "".
  virtual Task<std::variant<DisputePage, Unknown>> DisputesSince(Time made_since, std::string after,
                                                                 Work work) = 0;
  // For good: the bank takes evidence once.
  virtual Task<Result> Submit(Said said, Work work) = 0;
};

}  // namespace market::payment::provider
