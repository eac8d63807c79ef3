// What the sandbox keeps, as Stripe's JSON shows it. Every field that Stripe's own libraries read without
// asking first is there, empty where the sandbox has nothing to say. Amounts are minor units, times seconds
// since 1970. Pure.
//
// Ids are Stripe's prefix and the 32 hexadecimal characters of one of ours. A payment intent and its one
// charge share them, and so do a refund and its balance transaction.
#pragma once
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/postgres/result.hpp"
#include "sandbox/form.hpp"

namespace market::sandbox {

// A version whose objects these are.
inline constexpr std::string_view kApiVersion = "2025-09-30.clover";

std::string IdOf(std::string_view prefix, const Uuid& id);
// Nothing for what is no id of that kind.
std::optional<Uuid> UuidOf(std::string_view prefix, std::string_view id);

#define MARKET_AUTHORIZATION_COLUMNS                                                                        \
  "id, reference, payment_method, currency, amount_minor, status, decline_code, captured_minor, "           \
  "refunded_minor, "                                                                                        \
  "capture_method, metadata, extract(epoch FROM created_at)::bigint, coalesce(behaviour, payment_method), " \
  "customer_id, action_url, return_url, charged, disputed_minor"
struct Authorization {
  explicit Authorization(const postgres::Row& row);

  Uuid id;
  std::string reference;
  std::string method;
  std::string currency;
  std::int64_t amount = 0;
  std::string status;
  std::string decline_code;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::string capture_method;
  std::string metadata;
  std::int64_t created_s = 0;
  std::string behaviour;
  std::optional<Uuid> customer;
  std::string action_url;
  std::string return_url;
  bool charged = true;  // there is a charge
  std::int64_t disputed = 0;
};

// Of one whose owner was asked, and was not who he should be.
inline constexpr std::string_view kNotAuthentic = "payment_intent_authentication_failure";
// Of one whose owner would have to be asked, and can't be.
inline constexpr std::string_view kMustBeAsked = "authentication_required";

#define MARKET_SAVED_METHOD_COLUMNS \
  "id, customer_id, behaviour, usage, extract(epoch FROM created_at)::bigint"
struct SavedMethod {
  explicit SavedMethod(const postgres::Row& row);

  Uuid id;
  std::optional<Uuid> customer;
  std::string behaviour;
  std::string usage;
  std::int64_t created_s = 0;
};

#define MARKET_MOVEMENT_COLUMNS                                                                            \
  "id, authorization_id, kind, amount_minor, currency, metadata, extract(epoch FROM created_at)::bigint, " \
  "sequence"
struct Movement {
  explicit Movement(const postgres::Row& row);

  Uuid id;
  Uuid authorization;
  std::string kind;
  std::int64_t amount = 0;
  std::string currency;
  std::string metadata;
  std::int64_t created_s = 0;
  std::int64_t sequence = 0;
};

#define MARKET_DISPUTE_COLUMNS                                                            \
  "id, authorization_id, amount_minor, currency, reason, status, evidence, submissions, " \
  "extract(epoch FROM due_by)::bigint, extract(epoch FROM created_at)::bigint, due_by <= market_now()"
struct Dispute {
  explicit Dispute(const postgres::Row& row);

  Uuid id;
  Uuid authorization;
  std::int64_t amount = 0;
  std::string currency;
  std::string reason;
  std::string status;
  std::string evidence;
  std::int64_t submissions = 0;
  std::int64_t due_s = 0;
  std::int64_t created_s = 0;
  bool is_late = false;
};

// Which references are shown as the objects they name: expand[] of a request, without the "data." of a list.
class Expansion {
 public:
  Expansion() = default;
  explicit Expansion(const Form& form);
  // What it names below `path`, and whether it names `path` or anything below it.
  Expansion Below(std::string_view path) const;
  bool Has(std::string_view path) const;

 private:
  std::vector<std::string> paths_;
};

// `refunds`: of its charge, for expand latest_charge.refunds.
boost::json::object IntentOf(const Authorization& authorization, const Expansion& expansion = {},
                             const std::vector<Movement>& refunds = {});
boost::json::object ChargeOf(const Authorization& authorization, const Expansion& expansion = {},
                             const std::vector<Movement>& refunds = {});
boost::json::object MethodOf(const SavedMethod& method);
// A setup intent has the id of the method that came of it.
boost::json::object SetupOf(const SavedMethod& method);
boost::json::object CustomerOf(const Uuid& id, const std::string& metadata, std::int64_t created_s);
boost::json::object RefundOf(const Movement& refund);
boost::json::object DisputeOf(const Dispute& dispute);
// `charge`: what moved the money, when it is expanded.
boost::json::object TransactionOf(const Movement& movement, const Authorization* charge,
                                  const Expansion& expansion);
boost::json::object EventOf(const Uuid& id, std::string_view type, std::string_view object,
                            std::int64_t created_s);
boost::json::object ListOf(std::string_view url, boost::json::array data, bool has_more);
// The error of a card that was declined.
boost::json::object DeclineOf(const Authorization& authorization);

}  // namespace market::sandbox
