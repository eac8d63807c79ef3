#include "services/auth/workers/key_reader.hpp"

#include <chrono>

namespace market::auth {
namespace {

constexpr std::chrono::milliseconds kPeriod{800};  // with its jitter a second at most
constexpr std::chrono::seconds kReadLimit{2};

}  // namespace

KeyReader::KeyReader(storage::SigningKeys& stored, SigningKeys& keys)
    : stored_(stored), keys_(keys), reading_({.name = "auth.signing", .period = kPeriod}, [this]() -> Task<> {
        co_await Read(runtime::After(kReadLimit));
      }) {}

Task<> KeyReader::Begin(Work work) {
  if ((co_await stored_.Published(work)).empty()) co_await stored_.Begin(work, keys_.Make(), keys_.Make());
  co_await Read(work);
}

Task<> KeyReader::Read(Work work) { keys_.Use(co_await stored_.Published(work)); }

}  // namespace market::auth
