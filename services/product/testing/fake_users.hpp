// The user service as product's tests see it: sellers that change, and the feed that tells of it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "marketplace/user/v1/events.pb.h"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"
#include "platform/events/event.hpp"

namespace market::product {

class FakeUsers final : public api::UserStandIn {
 public:
  bool down = false;

  // A seller changes: its card, and the event.
  void Set(const SellerId& seller, api::user::Seller::State state, std::string name = "Engines",
           std::string slug = "engines") {
    auto& card = cards_[seller.ToString()];
    card.set_id(seller.ToString());
    card.set_state(state);
    card.set_display_name(std::move(name));
    card.set_slug(std::move(slug));
    card.set_version(card.version() + 1);
    api::user::SellerSuspended what;
    *what.mutable_seller() = card;
    const auto made = events::Of(what, {.aggregate = "seller/" + card.id(), .version = card.version()});
    auto& event = log_.emplace_back();
    event.set_type(made.type);
    event.set_version(made.version);
    event.set_aggregate(made.about.aggregate);
    event.set_payload(made.payload);
  }

  // Of something that is no seller.
  void TellOfSomethingElse() {
    auto& event = log_.emplace_back();
    event.set_type("user.MemberInvited");
    event.set_version(1);
    event.set_aggregate("invitation/1");
    event.set_payload("nothing that is a card");
  }

  Task<marketplace::type::v1::FeedResponse> Feed(CallContext&,
                                                 marketplace::type::v1::FeedRequest request) override {
    if (down) throw Unavailable("user is down");
    marketplace::type::v1::FeedResponse response;
    response.set_expired(request.after().empty());
    if (!response.expired()) {
      for (auto at = std::stoul(request.after()); at < log_.size(); ++at) *response.add_events() = log_[at];
    }
    response.set_next(std::to_string(log_.size()));
    co_return response;
  }
  Task<api::user::ListSellerCardsResponse> ListSellerCards(
      CallContext&, api::user::ListSellerCardsRequest request) override {
    if (down) throw Unavailable("user is down");
    api::user::ListSellerCardsResponse response;
    const auto next = cards_.upper_bound(request.after());
    if (next == cards_.end()) co_return response;
    *response.add_sellers() = next->second;
    response.set_more(std::next(next) != cards_.end());
    co_return response;
  }

  // Pictures of somebody, and who keeps them.
  Task<api::user::KeepPicturesResponse> KeepPictures(CallContext&,
                                                     api::user::KeepPicturesRequest request) override {
    if (down) throw Unavailable("user is down");
    api::user::KeepPicturesResponse response;
    for (const auto& id : request.picture_ids()) {
      const auto found = pictures.find(id);
      if (found == pictures.end() || found->second != request.account_id()) continue;
      auto& picture = *response.add_pictures();
      picture.set_id(id);
      picture.set_content(std::string(64, 'a'));
      picture.set_width(200);
      picture.set_height(100);
      picture.set_colour("#a1b2c3");
      picture.set_alt_text("of " + request.account_id());
    }
    if (response.pictures_size() < request.picture_ids_size()) co_return response;
    for (const auto& id : request.picture_ids()) {
      auto& claim = keeps[request.shown_by()][id];
      claim = std::max(claim, request.claim());
    }
    co_return response;
  }
  Task<google::protobuf::Empty> SettlePictures(CallContext&,
                                               api::user::SettlePicturesRequest request) override {
    if (down) throw Unavailable("user is down");
    std::erase_if(keeps[request.shown_by()], [&](const auto& keep) {
      return keep.second <= request.claim() &&
             std::ranges::find(request.picture_ids(), keep.first) == request.picture_ids().end();
    });
    co_return google::protobuf::Empty();
  }
  std::string AddPicture(const AccountId& owner) {
    const auto id = Uuid::NewV7().ToString();
    pictures[id] = owner.ToString();
    return id;
  }
  std::map<std::string, std::string> pictures;                       // by id: whose
  std::map<std::string, std::map<std::string, std::int64_t>> keeps;  // by who shows them

 private:
  std::map<std::string, api::user::SellerCard> cards_;
  std::vector<events::Event> log_;
};

}  // namespace market::product
