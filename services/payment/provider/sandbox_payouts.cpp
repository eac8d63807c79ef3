#include "services/payment/provider/sandbox_payouts.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <initializer_list>
#include <stdexcept>
#include <utility>

namespace market::payment::provider {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, PayoutTold::Standing>, 4> kStandings = {{
    {"pending", PayoutTold::Standing::kUnderWay},
    {"paid", PayoutTold::Standing::kPaid},
    {"failed", PayoutTold::Standing::kFailed},
    {"returned", PayoutTold::Standing::kReturned},
}};

// Strict: money is booked upon what is said. Throws std::exception.
PayoutTold ToldIn(const json::object& payout) {
  const std::string_view status = payout.at("status").as_string();
  const auto* standing =
      std::ranges::find(kStandings, status, &std::pair<std::string_view, PayoutTold::Standing>::first);
  if (standing == kStandings.end()) throw std::runtime_error("a payout in a state that we don't know");
  return {.standing = standing->second,
          .id = std::string(payout.at("id").as_string()),
          .code = std::string(payout.at("failure_code").as_string())};
}

Result AcceptedIn(const http::Response& response) {
  boost::system::error_code broken;
  const auto body = json::parse(response.body, broken);
  const auto why = std::to_string(response.status);
  // Turned away before the key was looked at.
  if (response.status == 401 || response.status == 403 || response.status == 429) return NotDone{why};
  if (broken || !body.is_object()) return Unknown{why + ": not an answer of the provider"};
  try {
    if (response.status == 200) return Done{ToldIn(body.get_object()).id};
    const auto& error = body.at("error").as_object();
    const std::string type(error.at("type").as_string());
    if (type == "invalid_request_error") return Refused{std::string(error.at("code").as_string())};
    return Unknown{why + ' ' + type};
  } catch (const std::exception& error) {
    return Unknown{why + ": not an answer of the provider: " + error.what()};
  }
}

}  // namespace

Task<Result> SandboxPayouts::Send(std::vector<Instruction> together, Work work) {
  const auto& payout = together.at(0);
  std::string body = "amount=" + std::to_string(payout.amount.minor);
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"currency", payout.amount.currency.Code()},
           {"destination", payout.iban.empty() ? payout.provider_account : payout.iban},
           {"holder", payout.holder},
           {"reference", payout.payout.ToString()}}) {
    body.append("&").append(name).append("=").append(
        boost::urls::encode(value, boost::urls::unreserved_chars));
  }
  http::Request request{.method = "POST",
                        .target = "/v1/payouts",
                        .headers = {{"Authorization", authorization_},
                                    {"Idempotency-Key", payout.key},
                                    {"Content-Type", "application/x-www-form-urlencoded"}},
                        .body = std::move(body),
                        .peer = {}};
  try {
    co_return AcceptedIn(co_await client_.Send(std::move(request), work));
  } catch (const http::SendError& error) {
    if (error.GetKind() == http::SendError::Kind::kNotSent) co_return NotDone{error.what()};
    co_return Unknown{error.what()};
  }
}

Task<PayoutFound> SandboxPayouts::Find(Instruction sought, Work work) {
  http::Request request{.method = "GET",
                        .target = "/v1/payouts?key=" + sought.key,
                        .headers = {{"Authorization", authorization_}},
                        .body = {},
                        .peer = {}};
  try {
    const auto response = co_await client_.Send(std::move(request), work);
    if (response.status != 200) co_return Unknown{"find: " + std::to_string(response.status)};
    const auto found = json::parse(response.body).at("payouts").as_array();
    if (found.empty()) co_return Absent{};
    co_return ToldIn(found.at(0).as_object());
  } catch (const http::SendError& error) {
    co_return Unknown{std::string("find: ") + error.what()};
  } catch (const boost::system::system_error& error) {
    co_return Unknown{std::string("find: not an answer of the provider: ") + error.what()};
  } catch (const std::runtime_error& error) {
    co_return Unknown{std::string("find: ") + error.what()};
  }
}

}  // namespace market::payment::provider
