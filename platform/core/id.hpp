// 128-bit identifiers, UUID version 7 (RFC 9562 section 5.7): time-ordered, so b-tree inserts stay local.
//
// Uuid is the raw value; Id<Tag> is what signatures use, so that an order id can't stand where an offer id
// belongs. The only text form is the canonical 36 lower-case characters.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace market {

class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  // A new version 7 value: 48 bits of milliseconds since 1970 (WallTime), the rest Random64, strictly
  // increasing within the process. Any thread.
  static Uuid NewV7();
  // Version 8 (RFC 9562 section 5.8): the first bytes of SHA-256(name), for ids that a retry must find again.
  static Uuid FromName(std::string_view name);
  // Canonical form only (36 characters, hyphens in place, hex in lower or upper case); nullopt otherwise.
  static std::optional<Uuid> Parse(std::string_view text);

  std::string ToString() const;
  const std::array<std::uint8_t, 16>& Bytes() const { return bytes_; }
  bool IsNil() const { return *this == Uuid(); }
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(const Uuid& value) : value_(value) {}
  static Id New() { return Id(Uuid::NewV7()); }
  static std::optional<Id> Parse(std::string_view text) {
    const auto value = Uuid::Parse(text);
    return value ? std::optional(Id(*value)) : std::nullopt;
  }
  // For text that passed the field rules or came from our own database.
  // Throws std::invalid_argument otherwise.
  static Id From(std::string_view text);

  const Uuid& Value() const { return value_; }
  std::string ToString() const { return value_.ToString(); }
  bool IsNil() const { return value_.IsNil(); }
  auto operator<=>(const Id&) const = default;

 private:
  Uuid value_;
};

[[noreturn]] void ThrowNotAnId(std::string_view text);

template <class Tag>
Id<Tag> Id<Tag>::From(std::string_view text) {
  const auto id = Parse(text);
  if (!id) ThrowNotAnId(text);
  return *id;
}

// Ids that several services speak of.
using AccountId = Id<struct AccountTag>;
using SellerId = Id<struct SellerTag>;

}  // namespace market

template <>
struct std::hash<market::Uuid> {
  std::size_t operator()(const market::Uuid& id) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(id.Bytes().data()), id.Bytes().size()});
  }
};

template <class Tag>
struct std::hash<market::Id<Tag>> {
  std::size_t operator()(const market::Id<Tag>& id) const noexcept {
    return std::hash<market::Uuid>{}(id.Value());
  }
};
