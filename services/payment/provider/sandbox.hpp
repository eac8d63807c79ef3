// The provider behind our sandbox's HTTP interface (sandbox/http_api.hpp).
#pragma once
#include <boost/json/object.hpp>

#include "platform/http/client.hpp"
#include "services/payment/provider/provider.hpp"

namespace market::payment::provider {

class Sandbox final : public Provider {
 public:
  // `client` must outlive it.
  Sandbox(http::Client& client, const std::string& api_key)
      : client_(client), authorization_("Bearer " + api_key) {}

  Task<Result> Authorize(Charge charge, Work work) override;
  Task<Result> Capture(Change change, Work work) override;
  Task<Result> Void(Change change, Work work) override;
  Task<Result> Refund(Change change, Work work) override;
  Task<Found> Find(Sought sought, Work work) override;
  Task<std::variant<Page, Unknown>> List(Time changed_since, std::string after, Work work) override;

 private:
  Task<Result> Post(std::string target, std::string key, std::string body, Work work);
  Task<std::variant<boost::json::object, Unknown>> Get(std::string target, Work work);

  http::Client& client_;
  const std::string authorization_;
};

}  // namespace market::payment::provider
