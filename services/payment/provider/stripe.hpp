// The provider that speaks Stripe's API: Stripe itself, and our sandbox. They differ in address and key,
// nothing else.
//
// A charge is a PaymentIntent that is made and confirmed by one POST and captured by hand. Its transfer group
// is our reference, its metadata has the key: a charge is found by the list of charges of its group, which
// knows what was made a moment ago; a search would not. A refund's metadata has its reference
// (docs/adr/0062-stripe.md).
#pragma once
#include <boost/json/object.hpp>
#include <optional>

#include "platform/http/client.hpp"
#include "services/payment/provider/dispute_port.hpp"
#include "services/payment/provider/guard.hpp"
#include "services/payment/provider/provider.hpp"

namespace market::payment::provider {

// The version whose requests and objects these are; an account's own setting does not count.
inline constexpr std::string_view kStripeVersion = "2025-09-30.clover";

class Stripe final : public Provider, public DisputePort {
 public:
  // `client` and `guard` must outlive it.
  Stripe(http::Client& client, Guard& guard, const std::string& api_key)
      : client_(client), guard_(guard), authorization_("Bearer " + api_key) {}

  Task<Result> Authorize(Charge charge, Work work) override;
  Task<Result> Capture(Change change, Work work) override;
  Task<Result> Void(Change change, Work work) override;
  Task<Result> Refund(Change change, Work work) override;
  Task<Found> Find(Sought sought, Work work) override;
  // What was made since, then what is older and was told of by an event since: Stripe keeps those for 30
  // days.
  Task<std::variant<Page, Unknown>> List(Time changed_since, std::string after, Work work) override;

  // stripe_disputes.cpp
  Task<std::variant<DisputePage, Unknown>> DisputesOf(std::string charge, Work work) override;
  Task<std::variant<DisputePage, Unknown>> DisputesSince(Time made_since, std::string after,
                                                         Work work) override;
  Task<Result> Submit(Said said, Work work) override;

 private:
  using Got = std::variant<boost::json::object, Absent, Unknown>;

  Task<Result> Post(std::string target, std::string key, std::string body, Work work);
  Task<Got> Get(std::string target, Work work);
  Task<http::Response> Send(http::Request request, Work work);
  Task<Found> FindById(std::string id, Work work);
  Task<Found> FindByKey(Sought sought, Work work);
  // With its refunds, of which a charge is shown with the newest only.
  Task<Found> Completed(boost::json::object intent, Work work);
  Task<std::variant<DisputePage, Unknown>> ListDisputes(std::string query, std::string after, Work work);
  Task<std::variant<Page, Unknown>> ListMade(std::string since, std::string after, Work work);
  Task<std::variant<Page, Unknown>> ListChanged(std::int64_t since_s, std::string after, Work work);

  http::Client& client_;
  Guard& guard_;
  const std::string authorization_;
};

}  // namespace market::payment::provider
