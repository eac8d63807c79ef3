#include "platform/core/id.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "platform/core/clock.hpp"
#include "platform/core/random.hpp"
#include "platform/core/utf8.hpp"
#include "platform/core/world.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"

namespace market {
namespace {

constexpr std::array<int, 5> kGroupBytes = {4, 2, 2, 2, 6};

std::atomic<std::uint64_t> last_tick{0};

// Milliseconds in the upper bits, a 12-bit sequence below: strictly increasing over the process even when the
// clock stands still or steps back (RFC 9562 section 6.2, method 1).
std::uint64_t NextTick() {
  const auto now = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(WallTime().time_since_epoch()).count());
  auto previous = last_tick.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = std::max(now << 12, previous + 1);
  } while (!last_tick.compare_exchange_weak(previous, next, std::memory_order_relaxed));
  return next;
}

void SetVersion(std::array<std::uint8_t, 16>& bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
}

}  // namespace

std::uint64_t internal::ExchangeLastId(std::uint64_t tick) {
  return last_tick.exchange(tick, std::memory_order_relaxed);
}

Uuid Uuid::NewV7() {
  const std::uint64_t tick = NextTick();
  const std::uint64_t millis = tick >> 12;
  const std::uint64_t random = Random64();
  std::array<std::uint8_t, 16> bytes{};
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>((tick >> 8) & 0x0f);
  bytes[7] = static_cast<std::uint8_t>(tick);
  std::memcpy(&bytes[8], &random, sizeof random);
  SetVersion(bytes, 7);
  return Uuid(bytes);
}

Uuid Uuid::FromName(std::string_view name) {
  const auto digest = crypto::Sha256(name);
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  SetVersion(bytes, 8);
  return Uuid(bytes);
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t in = 0;
  std::size_t out = 0;
  for (std::size_t group = 0; group < kGroupBytes.size(); ++group) {
    if (group > 0 && text[in++] != '-') return std::nullopt;
    for (int i = 0; i < kGroupBytes[group]; ++i, in += 2) {
      const int high = crypto::HexValue(text[in]);
      const int low = crypto::HexValue(text[in + 1]);
      if (high < 0 || low < 0) return std::nullopt;
      bytes[out++] = static_cast<std::uint8_t>(high << 4 | low);
    }
  }
  return Uuid(bytes);
}

std::string Uuid::ToString() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  std::size_t in = 0;
  for (std::size_t group = 0; group < kGroupBytes.size(); ++group) {
    if (group > 0) text.push_back('-');
    for (int i = 0; i < kGroupBytes[group]; ++i, ++in) {
      text.push_back(kHex[bytes_[in] >> 4]);
      text.push_back(kHex[bytes_[in] & 0x0f]);
    }
  }
  return text;
}

void ThrowNotAnId(std::string_view text) {
  throw std::invalid_argument("not a UUID: '" + ToValidUtf8(text, 40) + "'");
}

}  // namespace market
