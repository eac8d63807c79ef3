// A service that keeps something personal, as auth's tests see it: it erases, is not ready, is away or is broken.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "platform/core/error.hpp"
#include "services/auth/process/personal_data_peers.hpp"

namespace market::auth {

// `StandIn`: of a service's interface.
template <class StandIn>
class FakePersonalData : public StandIn {
 public:
  std::vector<PersonalDataPeer::EraseRequest> asked;  // and answered
  bool away = false;
  bool broken = false;
  std::string waits_for;
  std::vector<std::string> pages;  // the id of the one record on each
  std::int64_t open_orders = 0;
  std::vector<std::string> owned;

  Task<PersonalDataPeer::EraseResponse> ErasePersonalData(CallContext&,
                                                          PersonalDataPeer::EraseRequest request) override {
    if (away) throw Unavailable("it is away");
    if (broken) throw Error(Code::kInternal, "INTERNAL", "it is broken");
    PersonalDataPeer::EraseResponse response;
    response.set_waits_for(waits_for);
    asked.push_back(std::move(request));
    co_return response;
  }

  Task<PersonalDataPeer::ExportResponse> ExportPersonalData(
      CallContext&, PersonalDataPeer::ExportRequest request) override {
    if (away) throw Unavailable("it is away");
    PersonalDataPeer::ExportResponse response;
    const auto at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    if (at < pages.size()) {
      auto& record = *response.add_records();
      record.set_kind("thing");
      record.set_id(pages[at]);
    }
    if (at + 1 < pages.size()) response.set_next_page_token(std::to_string(at + 1));
    co_return response;
  }
};

// Those of which closing an account may be refused.
template <class StandIn>
class FakeObstacles : public FakePersonalData<StandIn> {
 public:
  Task<marketplace::type::v1::FindClosingObstaclesResponse> FindClosingObstacles(
      CallContext&, marketplace::type::v1::FindClosingObstaclesRequest) override {
    marketplace::type::v1::FindClosingObstaclesResponse response;
    response.set_open_orders(this->open_orders);
    for (const auto& shop : this->owned) response.add_owned(shop);
    co_return response;
  }
};

}  // namespace market::auth
