#include "services/payment/provider/webhooks.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "services/payment/provider/stripe_objects.hpp"

namespace market::payment::provider {
namespace {

namespace json = boost::json;

constexpr std::size_t kSignaturesMax = 16;
constexpr std::size_t kIdBytesMax = 255;

struct Header {
  std::string_view time;
  std::vector<std::string_view> signatures;
};

// Nothing unless there is one time, and a signature.
std::optional<Header> Parsed(std::string_view text) {
  Header header;
  bool timed = false;
  while (!text.empty()) {
    const auto end = text.find(',');
    const auto part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.starts_with("t=")) {
      if (timed) return std::nullopt;
      timed = true;
      header.time = part.substr(2);
    }
    if (part.starts_with("v1=")) header.signatures.push_back(part.substr(3));
  }
  const bool some = !header.signatures.empty() && header.signatures.size() <= kSignaturesMax;
  return timed && some ? std::optional(header) : std::nullopt;
}

std::optional<std::int64_t> SecondsIn(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // What is far beyond any clock would overflow one.
  constexpr std::int64_t kFar = 100'000'000'000;
  const bool whole = error == std::errc() && at == text.data() + text.size();
  return whole && 0 <= seconds && seconds < kFar ? std::optional(seconds) : std::nullopt;
}

std::string Mac(std::string_view time, std::string_view payload, std::string_view secret) {
  std::string message(time);
  message.append(".").append(payload);
  std::string hex;
  crypto::AppendHex(hex, crypto::HmacSha256(secret, message));
  return hex;
}

const json::object* Object(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

// An id, or the object with it.
std::string IdIn(const json::object& object, std::string_view name) {
  const auto* inner = Object(object, name);
  return inner != nullptr ? TextIn(*inner, "id") : TextIn(object, name);
}

std::string ReferenceIn(const json::object& object) {
  auto group = TextIn(object, "transfer_group");
  const auto* metadata = Object(object, "metadata");
  if (!group.empty() || metadata == nullptr || TextIn(object, "object") != "payment_intent") return group;
  return TextIn(*metadata, "reference");
}

}  // namespace

Signed CheckSignature(std::string_view payload, std::string_view header,
                      const std::vector<std::string>& secrets, Time now) {
  const auto parsed = Parsed(header);
  const auto seconds = parsed ? SecondsIn(parsed->time) : std::nullopt;
  if (!seconds) return Signed::kMalformed;
  bool good = false;
  for (const auto& secret : secrets) {
    const auto expected = Mac(parsed->time, payload, secret);
    for (const auto signature : parsed->signatures) good = crypto::SameBytes(signature, expected) || good;
  }
  if (!good) return Signed::kWrong;
  const auto age = now - Time(std::chrono::seconds(*seconds));
  return age <= kWebhookWindow && age >= -kWebhookWindow ? Signed::kGood : Signed::kOutOfTime;
}

std::optional<Told> ToldIn(std::string_view payload) {
  const auto event = ObjectIn(std::string(payload));
  const auto* data = Object(event, "data");
  const auto* object = data != nullptr ? Object(*data, "object") : nullptr;
  const auto* created = event.if_contains("created");
  const bool dated = created != nullptr && created->is_int64() && created->get_int64() >= 0 &&
                     SecondsIn(std::to_string(created->get_int64())).has_value();
  if (TextIn(event, "object") != "event" || object == nullptr || !dated) return std::nullopt;
  Told told{.event = TextIn(event, "id"),
            .type = TextIn(event, "type"),
            .charge = TextIn(*object, "object") == "payment_intent" ? TextIn(*object, "id")
                                                                    : IdIn(*object, "payment_intent"),
            .reference = ReferenceIn(*object),
            .made_at = Time(std::chrono::seconds(created->get_int64()))};
  const auto kept = [](const std::string& text) {
    return text.size() <= kIdBytesMax && text.find('\0') == std::string::npos;
  };
  const bool fits = kept(told.event) && kept(told.type) && kept(told.charge) && kept(told.reference);
  if (told.event.empty() || told.type.empty() || !fits) return std::nullopt;
  return told;
}

}  // namespace market::payment::provider
