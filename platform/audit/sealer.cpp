#include "platform/audit/sealer.hpp"

#include "platform/telemetry/log.hpp"

namespace market::audit {
namespace {

using namespace std::chrono_literals;
using runtime::Every;

// What was done is in the chain within 5 s, even if a round fails.
constexpr std::chrono::seconds kPeriod{2};
constexpr std::chrono::seconds kRoundLimit{30};
constexpr std::int64_t kActsPerRound = 1000;
constexpr postgres::Statement kSeal{"audit.seal",
                                    "SELECT sealed, position, digest FROM audit_seal_committed($1)"};

}  // namespace

Sealer::Sealer(postgres::Database& database, std::string name)
    : database_(database),
      name_(std::move(name)),
      sealing_({.name = name_ + ".seal", .period = kPeriod}, [this] { return Seal(); }) {}

Task<Every::Next> Sealer::Seal() {
  const auto rows = co_await database_.Write(runtime::After(kRoundLimit), kSeal, kActsPerRound);
  if (rows.empty()) co_return Every::Next::kLater;  // another replica is at it
  const auto row = rows.One();
  const auto sealed = row.Int(0);
  state_.sealed += static_cast<std::uint64_t>(sealed);
  state_.position = row.Int(1);
  state_.digest = std::string(row.Text(2));
  if (sealed > 0) {
    telemetry::log::Info(
        "audit.sealed",
        {{"database", name_}, {"acts", sealed}, {"position", state_.position}, {"digest", state_.digest}});
  }
  co_return sealed == kActsPerRound ? Every::Next::kAtOnce : Every::Next::kLater;
}

}  // namespace market::audit
