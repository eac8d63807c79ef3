#include "platform/identity/jwt.hpp"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>
#include <unordered_map>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/ec_key.hpp"

namespace market::identity {
namespace {

namespace json = boost::json;

constexpr std::string_view kAlgorithm = "ES256";
constexpr std::string_view kType = "at+jwt";
constexpr std::size_t kKidBytesMax = 128;
constexpr std::size_t kKeysMax = 32;
constexpr std::chrono::seconds kTokenLifetime =
    kTokenLifetimeMax;  // what has ended is remembered for that long

std::int64_t ToSeconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// The three parts of a compact JWS, still encoded.
struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header "." payload
};

std::optional<Parts> Split(std::string_view token) {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto first = token.find('.');
  const auto second = token.find('.', first == token.npos ? first : first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

// A part as a JSON object of at most two levels below it, in the memory of `storage`.
std::optional<json::object> ReadObject(std::string_view part, json::storage_ptr storage) {
  const auto text = crypto::Base64UrlDecode(part);
  if (!text) return std::nullopt;
  json::error_code error;
  json::parse_options options;
  options.max_depth = 3;
  auto value = json::parse(*text, error, std::move(storage), options);
  if (error || !value.is_object()) return std::nullopt;
  // As auth writes it, and in no other spelling: of two members of one name it would be the reader's choice which counts.
  if (json::serialize(value) != *text) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::string_view> TextAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<std::int64_t> IntAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

// The header's kid, if the header asks for nothing but what we do:
// an unknown member may change what the rest means.
std::optional<std::string> ReadHeader(std::string_view part) {
  const auto header = ReadObject(part, {});
  if (!header || header->size() != 3) return std::nullopt;
  if (TextAt(*header, "alg") != kAlgorithm || TextAt(*header, "typ") != kType) return std::nullopt;
  const auto kid = TextAt(*header, "kid");
  if (!kid || kid->empty() || kid->size() > kKidBytesMax) return std::nullopt;
  return std::string(*kid);
}

// False if it is missing; nullopt for what is no boolean.
std::optional<bool> FlagAt(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return false;
  if (!value->is_bool()) return std::nullopt;
  return value->get_bool();
}

bool ReadPermissions(const json::value& value, Permissions& permissions) {
  if (!value.is_array()) return false;
  for (const auto& number : value.get_array()) {
    if (!number.is_int64()) return false;
    permissions.Add(number.get_int64());
  }
  return true;
}

// "sellers" names for each seller one of the sets of "grants",
// so that what many memberships have in common stands there once.
bool ReadSellers(const json::object& payload, std::vector<Membership>& sellers) {
  const auto* value = payload.if_contains("sellers");
  if (value == nullptr) return true;
  const auto* grants = payload.if_contains("grants");
  if (!value->is_object() || grants == nullptr || !grants->is_array()) return false;
  std::vector<Permissions> sets;
  for (const auto& grant : grants->get_array()) {
    if (!ReadPermissions(grant, sets.emplace_back())) return false;
  }
  for (const auto& [id, index] : value->get_object()) {
    const auto seller = SellerId::Parse(id);
    if (!seller || !index.is_int64() || index.get_int64() < 0 || index.get_int64() >= std::ssize(sets))
      return false;
    sellers.push_back({*seller, sets[static_cast<std::size_t>(index.get_int64())]});
  }
  return true;
}

std::optional<Claims> ReadClaims(std::string_view part, std::string_view issuer, Time now) {
  std::array<unsigned char, kTokenBytesMax> buffer;
  json::monotonic_resource resource(buffer.data(), buffer.size());
  const auto payload = ReadObject(part, &resource);
  if (!payload || TextAt(*payload, "iss") != issuer || TextAt(*payload, "aud") != kAudience)
    return std::nullopt;
  const auto account = AccountId::Parse(TextAt(*payload, "sub").value_or(""));
  const auto session = Uuid::Parse(TextAt(*payload, "sid").value_or(""));
  const auto version = IntAt(*payload, "ver");
  const auto issued_at = IntAt(*payload, "iat");
  const auto expires_at = IntAt(*payload, "exp");
  const auto guest = FlagAt(*payload, "guest");
  const auto email_verified = FlagAt(*payload, "email_verified");
  const auto second_factor = FlagAt(*payload, "second_factor");
  if (!account || !session || !version || !issued_at || !expires_at || !guest || !email_verified ||
      !second_factor)
    return std::nullopt;
  const auto now_s = ToSeconds(now);
  if (*expires_at <= now_s - kTokenSkew.count() || *issued_at > now_s + kTokenSkew.count() ||
      *expires_at < *issued_at || *issued_at < *expires_at - kTokenLifetime.count()) {
    return std::nullopt;
  }
  if (payload->contains("nbf")) {
    const auto not_before = IntAt(*payload, "nbf");
    if (!not_before || *not_before > now_s + kTokenSkew.count()) return std::nullopt;
  }
  Claims claims{.principal = {.account = *account,
                              .session = *session,
                              .guest = *guest,
                              .email_verified = *email_verified,
                              .second_factor = *second_factor},
                .account_version = *version,
                .issuer = std::string(issuer),
                .issued_at = Time(std::chrono::seconds(*issued_at)),
                .expires_at = Time(std::chrono::seconds(*expires_at))};
  const auto* permissions = payload->if_contains("permissions");
  if (permissions != nullptr && !ReadPermissions(*permissions, claims.principal.permissions))
    return std::nullopt;
  if (!ReadSellers(*payload, claims.principal.sellers)) return std::nullopt;
  return claims;
}

json::array ToJson(const Permissions& permissions) {
  json::array numbers;
  for (const int number : permissions.Numbers()) numbers.emplace_back(number);
  return numbers;
}

json::object ToJson(const Claims& claims) {
  json::object payload = {{"iss", claims.issuer},
                          {"aud", std::string(kAudience)},
                          {"sub", claims.principal.account.ToString()},
                          {"sid", claims.principal.session.ToString()},
                          {"ver", claims.account_version},
                          {"jti", Uuid::NewV7().ToString()},
                          {"iat", ToSeconds(claims.issued_at)},
                          {"exp", ToSeconds(claims.expires_at)},
                          {"email_verified", claims.principal.email_verified}};
  if (claims.principal.guest) payload["guest"] = true;
  if (claims.principal.second_factor) payload["second_factor"] = true;
  if (!claims.principal.permissions.Empty()) payload["permissions"] = ToJson(claims.principal.permissions);
  if (!claims.principal.sellers.empty()) {
    json::object sellers;
    std::vector<Permissions> sets;
    for (const auto& [seller, permissions] : claims.principal.sellers) {
      auto set = std::ranges::find(sets, permissions);
      if (set == sets.end()) set = sets.insert(set, permissions);
      sellers[seller.ToString()] = std::distance(sets.begin(), set);
    }
    json::array grants;
    for (const auto& set : sets) grants.emplace_back(ToJson(set));
    payload["sellers"] = std::move(sellers);
    payload["grants"] = std::move(grants);
  }
  return payload;
}

// RFC 7638: the required members in order, without blanks.
std::string Thumbprint(const crypto::Point& point) {
  return crypto::Base64UrlEncode(crypto::Sha256("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" +
                                                crypto::Base64UrlEncode(point.x) + "\",\"y\":\"" +
                                                crypto::Base64UrlEncode(point.y) + "\"}"));
}

}  // namespace

struct SigningKey::State {
  explicit State(crypto::KeyHandle handle)
      : key(std::move(handle)), point(crypto::PointOf(key.get())), kid(Thumbprint(point)) {
    header = crypto::Base64UrlEncode(json::serialize(
                 json::object{{"alg", std::string(kAlgorithm)}, {"typ", std::string(kType)}, {"kid", kid}})) +
             ".";
  }
  crypto::KeyHandle key;
  crypto::Point point;
  std::string kid;
  std::string header;  // encoded, with its dot
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;

SigningKey SigningKey::FromPem(std::string_view pem) {
  return SigningKey(std::make_unique<State>(crypto::PrivateKeyFromPem(pem)));
}

SigningKey SigningKey::Generate() {
  return SigningKey(std::make_unique<State>(crypto::GeneratePrivateKey()));
}

const std::string& SigningKey::Kid() const { return state_->kid; }

PublicKey SigningKey::Public() const {
  return {state_->kid, crypto::Base64UrlEncode(state_->point.x), crypto::Base64UrlEncode(state_->point.y)};
}

std::string SigningKey::Pem() const { return crypto::PemOf(state_->key.get()); }

std::string SigningKey::Sign(const Claims& claims) const {
  std::string token = state_->header + crypto::Base64UrlEncode(json::serialize(ToJson(claims)));
  token += "." + crypto::Base64UrlEncode(crypto::SignEs256(state_->key.get(), token));
  if (token.size() > kTokenBytesMax) throw std::length_error("the claims do not fit an access token");
  return token;
}

struct KeyRing::State {
  struct Entry {
    PublicKey source;
    crypto::KeyHandle key;
  };
  std::unordered_map<std::string, Entry> keys;
};

KeyRing::KeyRing() : state_(std::make_unique<State>()) {}
KeyRing::~KeyRing() = default;

void KeyRing::Replace(const std::vector<PublicKey>& keys) {
  std::unordered_map<std::string, State::Entry> next;
  for (const auto& key : keys) {
    if (next.size() == kKeysMax || key.kid.empty() || key.kid.size() > kKidBytesMax) continue;
    if (const auto old = state_->keys.find(key.kid);
        old != state_->keys.end() && old->second.source.x == key.x && old->second.source.y == key.y) {
      next.insert(state_->keys.extract(old));
      continue;
    }
    const auto x = crypto::Base64UrlDecode(key.x);
    const auto y = crypto::Base64UrlDecode(key.y);
    if (!x || !y) continue;
    if (auto handle = crypto::PublicKeyFromPoint(*x, *y))
      next.emplace(key.kid, State::Entry{key, std::move(handle)});
  }
  state_->keys = std::move(next);
}

bool KeyRing::Has(std::string_view kid) const { return state_->keys.contains(std::string(kid)); }

bool KeyRing::Empty() const { return state_->keys.empty(); }

std::optional<Claims> KeyRing::Verify(std::string_view token, std::string_view issuer, Time now) const {
  const auto parts = Split(token);
  if (!parts) return std::nullopt;
  const auto kid = ReadHeader(parts->header);
  if (!kid) return std::nullopt;
  const auto entry = state_->keys.find(*kid);
  if (entry == state_->keys.end()) return std::nullopt;
  const auto signature = crypto::Base64UrlDecode(parts->signature);
  if (!signature || !crypto::VerifyEs256(entry->second.key.get(), parts->signed_text, *signature))
    return std::nullopt;
  auto claims = ReadClaims(parts->payload, issuer, now);
  if (claims) claims->kid = *kid;
  return claims;
}

std::optional<std::string> KeyRing::KidOf(std::string_view token) {
  const auto parts = Split(token);
  return parts ? ReadHeader(parts->header) : std::nullopt;
}

}  // namespace market::identity
