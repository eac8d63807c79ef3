// The user service as order's tests see it: sellers that change, and the feed that tells of it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "marketplace/user/v1/events.pb.h"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"
#include "platform/events/event.hpp"

namespace market::order::testing {

class FakeUsers final : public api::UserStandIn {
 public:
  using FeedRequest = marketplace::type::v1::FeedRequest;
  using FeedResponse = marketplace::type::v1::FeedResponse;

  bool down = false;
  bool vat_registered = true;  // the cards that are set
  std::size_t page = 2;        // cards at once
  std::size_t oldest = 0;      // events before it are forgotten
  std::size_t rebuilds = 0;    // begun
  std::map<std::string, api::user::SellerCard> cards;
  std::vector<events::Event> log;
  std::map<std::string, api::user::Address> addresses;
  std::map<std::string, std::string> pictures;           // whose each is
  api::user::SettlePicturesRequest settled;              // what it was told last
  std::map<std::string, api::user::ShopTrader> traders;  // of shops; others have told nothing

  // A seller changes: its card, and the event.
  void Set(const SellerId& seller, api::user::Seller::State state) {
    auto& card = cards[seller.ToString()];
    card.set_id(seller.ToString());
    card.set_state(state);
    card.set_country_code("DE");
    card.set_vat_registered(vat_registered);
    card.set_version(card.version() + 1);
    api::user::SellerApproved what;
    *what.mutable_seller() = card;
    Tell(events::Of(what, {.aggregate = "seller/" + card.id(), .version = card.version()}));
  }
  void Tell(const events::NewEvent& made) {
    auto& event = log.emplace_back();
    event.set_type(made.type);
    event.set_version(made.version);
    event.set_aggregate(made.about.aggregate);
    event.set_payload(made.payload);
  }

  Task<FeedResponse> Feed(CallContext&, FeedRequest request) override {
    if (down) throw Unavailable("user is down");
    FeedResponse response;
    const auto after = request.after().empty() ? std::string::npos : std::stoul(request.after());
    if (after == std::string::npos || after < oldest) {
      response.set_expired(true);
    } else {
      for (auto at = after; at < log.size(); ++at) *response.add_events() = log[at];
    }
    response.set_next(std::to_string(log.size()));
    co_return response;
  }
  Task<api::user::ListSellerCardsResponse> ListSellerCards(
      CallContext&, api::user::ListSellerCardsRequest request) override {
    if (down) throw Unavailable("user is down");
    rebuilds += request.after().empty();
    api::user::ListSellerCardsResponse response;
    for (auto at = cards.upper_bound(request.after()); at != cards.end(); ++at) {
      if (static_cast<std::size_t>(response.sellers_size()) == page) {
        response.set_more(true);
        break;
      }
      *response.add_sellers() = at->second;
    }
    co_return response;
  }

  Task<api::user::ShopTrader> GetTrader(CallContext&, api::user::GetTraderRequest request) override {
    if (down) throw Unavailable("user is down");
    const auto found = traders.find(request.seller_id());
    if (found != traders.end()) co_return found->second;
    api::user::ShopTrader shop;
    shop.set_display_name("Shop");
    shop.set_country_code("DE");
    co_return shop;
  }

  // Takes everything but a country that there is none of.
  Task<api::user::Address> CheckAddress(CallContext&, api::user::CheckAddressRequest request) override {
    if (request.address().country_code() == "XX")
      throw InvalidArgument(request.at() + ".countryCode", "UNKNOWN_COUNTRY", "there is no such country");
    co_return request.address();
  }
  Task<api::user::Address> GetAddress(CallContext&, api::user::GetAddressRequest request) override {
    const auto found = addresses.find(request.address_id());
    if (found == addresses.end()) throw NotFound("the address");
    co_return found->second;
  }

  Task<api::user::KeepPicturesResponse> KeepPictures(CallContext&,
                                                     api::user::KeepPicturesRequest request) override {
    api::user::KeepPicturesResponse response;
    for (const auto& id : request.picture_ids()) {
      const auto found = pictures.find(id);
      if (found == pictures.end() || found->second != request.account_id()) continue;
      auto& kept = *response.add_pictures();
      kept.set_id(id);
      kept.set_content("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
      kept.set_width(800);
      kept.set_height(600);
      kept.set_colour("#b08d57");
      kept.set_alt_text("the wet box");
    }
    co_return response;
  }
  Task<google::protobuf::Empty> SettlePictures(CallContext&,
                                               api::user::SettlePicturesRequest request) override {
    settled = std::move(request);
    co_return google::protobuf::Empty();
  }
};

}  // namespace market::order::testing
