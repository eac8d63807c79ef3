// Disputes, as Stripe has them.
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <chrono>
#include <optional>

#include "services/payment/provider/stripe.hpp"
#include "services/payment/provider/stripe_objects.hpp"

namespace market::payment::provider {
namespace {

std::string FormText(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace

Task<std::variant<DisputePage, Unknown>> Stripe::DisputesOf(std::string charge, Work work) {
  return ListDisputes("payment_intent=" + FormText(charge), {}, work);
}

Task<std::variant<DisputePage, Unknown>> Stripe::DisputesSince(Time made_since, std::string after,
                                                               Work work) {
  const auto since_s = std::chrono::floor<std::chrono::seconds>(made_since).time_since_epoch().count();
  return ListDisputes("created[gte]=" + std::to_string(since_s), std::move(after), work);
}

Task<std::variant<DisputePage, Unknown>> Stripe::ListDisputes(std::string query, std::string after,
                                                              Work work) {
  const auto got = co_await Get(
      "/v1/disputes?limit=100&" + query + (after.empty() ? "" : "&starting_after=" + FormText(after)), work);
  if (!std::holds_alternative<boost::json::object>(got)) {
    const auto* unknown = std::get_if<Unknown>(&got);
    co_return Unknown{"disputes: " + (unknown != nullptr ? unknown->why : std::string("no such list"))};
  }
  DisputePage page;
  try {
    for (const auto& object : ObjectsIn(std::get<boost::json::object>(got), page.next)) {
      if (auto told = DisputeIn(object)) page.disputes.push_back(std::move(*told));
    }
  } catch (const std::exception& error) {
    co_return Unknown{std::string("disputes: not an answer of the provider: ") + error.what()};
  }
  co_return page;
}

Task<Result> Stripe::Submit(Said said, Work work) {
  auto body = "submit=true&evidence[uncategorized_text]=" + FormText(said.text);
  if (!said.carrier.empty()) body += "&evidence[shipping_carrier]=" + FormText(said.carrier);
  if (!said.tracking_number.empty())
    body += "&evidence[shipping_tracking_number]=" + FormText(said.tracking_number);
  return Post("/v1/disputes/" + FormText(said.dispute), std::move(said.key), std::move(body), work);
}

}  // namespace market::payment::provider
