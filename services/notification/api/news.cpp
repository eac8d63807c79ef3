#include "services/notification/api/news.hpp"

#include <functional>
#include <map>
#include <utility>

#include "marketplace/auth/v1/events.pb.h"
#include "marketplace/order/v1/events.pb.h"
#include "marketplace/payment/v1/events.pb.h"
#include "marketplace/product/v1/events.pb.h"
#include "marketplace/user/v1/events.pb.h"
#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"

namespace market::notification {
namespace {

namespace auth = ::marketplace::auth::v1;
namespace order = ::marketplace::order::v1;
namespace payment = ::marketplace::payment::v1;
namespace product = ::marketplace::product::v1;
namespace user = ::marketplace::user::v1;
using domain::Audience;
using domain::Facts;
using domain::Kind;
using domain::LiveNews;
using domain::News;
using events::Event;
using Translate = std::vector<News> (*)(const Event& event);
using TranslateLive = std::vector<LiveNews> (*)(const Event& event);

// What a type of event means: to people, and to pages that are open.
struct Meaning {
  Translate news;
  TranslateLive live;
};

// As OrderEvent.actor.
constexpr std::string_view kSellerActed = "seller";

Uuid UuidOf(const std::string& text) { return Id<struct AnyTag>::From(text).Value(); }

News ToAccount(Kind kind, const std::string& account, Facts facts = {}) {
  return {.kind = kind, .account = AccountId::From(account), .facts = std::move(facts)};
}

News ToBuyer(Kind kind, const Event& event, Facts facts) {
  return ToAccount(kind, event.buyer_id(), std::move(facts));
}

// What a part of an order is known by.
template <class Message>
Facts FactsOf(const Event& event, const Message& part) {
  return {.title = part.number(),
          .order = UuidOf(part.order_id()),
          .seller_order = UuidOf(part.seller_order_id()),
          .seller = SellerId::From(event.seller_id())};
}

template <class Message, Kind kind>
std::vector<News> OfAccount(const Event& event) {
  return {ToAccount(kind, events::As<Message>(event)->account_id())};
}

// The purposes of tokens are kinds of mails.
std::vector<News> OfToken(const Event& event) {
  const auto mailed = *events::As<auth::TokenMailed>(event);
  auto news = ToAccount(domain::kKinds.Require(mailed.purpose()), mailed.account_id());
  news.token = UuidOf(mailed.token_id());
  return {std::move(news)};
}

std::vector<News> OfSession(const Event& event) {
  const auto opened = *events::As<auth::SessionOpened>(event);
  if (!opened.new_device()) return {};
  return {ToAccount(Kind::kNewDevice, opened.account_id())};
}

template <class Message, Kind kind>
std::vector<News> OfShop(const Event& event) {
  const auto shop = events::As<Message>(event)->seller();
  return {{.kind = kind,
           .audience = Audience::kOwners,
           .facts = {.title = shop.display_name(), .seller = SellerId::From(shop.id())}}};
}

std::vector<News> OfInvitation(const Event& event) {
  const auto invited = *events::As<user::MemberInvited>(event);
  return {{.kind = Kind::kMemberInvited,
           .audience = Audience::kInvited,
           .facts = {.seller = SellerId::From(invited.seller_id())},
           .invitation = UuidOf(invited.invitation_id())}};
}

std::vector<News> OfPlaced(const Event& event) {
  const auto placed = *events::As<order::OrderPlaced>(event);
  const auto id = UuidOf(placed.order_id());
  std::vector<News> news{
      ToBuyer(Kind::kOrderPlaced, event,
              {.title = placed.number(), .order = id, .amount = conversions::MoneyFrom(placed.total())})};
  for (const auto& part : placed.parts()) {
    news.push_back({.kind = Kind::kSale,
                    .audience = Audience::kTeam,
                    .facts = {.title = part.number(),
                              .order = id,
                              .seller_order = UuidOf(part.seller_order_id()),
                              .seller = SellerId::From(part.seller_id()),
                              .amount = conversions::MoneyFrom(part.total())}});
  }
  return news;
}

// Declined, or lost later: to the buyer it is one thing.
std::vector<News> OfPaymentNeeded(const Event& event) {
  const auto unpaid = *events::As<order::OrderPaymentNeeded>(event);
  return {ToBuyer(Kind::kPaymentDeclined, event,
                  {.title = unpaid.number(),
                   .order = UuidOf(unpaid.order_id()),
                   .amount = conversions::MoneyFrom(unpaid.total())})};
}

std::vector<News> OfFailed(const Event& event) {
  const auto failed = *events::As<order::OrderFailed>(event);
  return {ToBuyer(Kind::kOrderFailed, event, {.title = failed.number(), .order = UuidOf(failed.order_id())})};
}

template <class Message, Kind kind>
std::vector<News> OfPart(const Event& event) {
  return {ToBuyer(kind, event, FactsOf(event, *events::As<Message>(event)))};
}

// The shop knows what it did itself.
std::vector<News> Cancelled(const Event& event, const std::string& actor, const Facts& facts) {
  std::vector<News> news{ToBuyer(Kind::kOrderCancelled, event, facts)};
  if (actor != kSellerActed)
    news.push_back({.kind = Kind::kSaleCancelled, .audience = Audience::kTeam, .facts = facts});
  return news;
}

std::vector<News> OfAddress(const Event& event) {
  return {{.kind = Kind::kOrderAddressChanged,
           .audience = Audience::kTeam,
           .facts = FactsOf(event, *events::As<order::OrderAddressChanged>(event))}};
}

template <class Message>
std::vector<News> OfEnded(const Event& event) {
  const auto part = *events::As<Message>(event);
  return Cancelled(event, part.actor(), FactsOf(event, part));
}

std::vector<News> OfUnitsCancelled(const Event& event) {
  const auto part = *events::As<order::SellerOrderUnitsCancelled>(event);
  auto facts = FactsOf(event, part);
  facts.amount = conversions::MoneyFrom(part.amount());
  return Cancelled(event, part.actor(), facts);
}

// What the buyer does is news to the shop.
template <class Message, Kind kind>
std::vector<News> OfReturnToShop(const Event& event) {
  return {{.kind = kind, .audience = Audience::kTeam, .facts = FactsOf(event, *events::As<Message>(event))}};
}

std::vector<News> OfReturnClosed(const Event& event) {
  const auto closed = *events::As<order::ReturnClosed>(event);
  auto facts = FactsOf(event, closed);
  facts.amount = conversions::MoneyFrom(closed.amount());
  return {ToBuyer(Kind::kReturnClosed, event, std::move(facts))};
}

std::vector<News> OfRefund(const Event& event) {
  const auto refunded = *events::As<payment::PaymentRefunded>(event);
  if (refunded.amount().amount() == 0)
    return {};  // of what had cost nothing, or where an operator was faster
  return {ToBuyer(Kind::kOrderRefunded, event,
                  {.order = UuidOf(refunded.order_id()),
                   .seller_order = UuidOf(refunded.seller_order_id()),
                   .amount = conversions::MoneyFrom(refunded.amount())})};
}

// Its order is what they know it by.
std::vector<News> OfInvoice(const Event& event) {
  const auto issued = *events::As<order::InvoiceIssued>(event);
  return {ToBuyer(Kind::kInvoiceIssued, event,
                  {.title = issued.seller_order_number(),
                   .order = UuidOf(issued.order_id()),
                   .seller_order = UuidOf(issued.seller_order_id()),
                   .seller = SellerId::From(event.seller_id()),
                   .amount = conversions::MoneyFrom(issued.total())})};
}

template <class Message, Kind kind>
std::vector<News> OfPayout(const Event& event) {
  const auto payout = *events::As<Message>(event);
  return {{.kind = kind,
           .audience = Audience::kManagers,
           .facts = {.seller = SellerId::From(event.seller_id()),
                     .amount = conversions::MoneyFrom(payout.amount())}}};
}

// What is given out of goodwill the shop finds in its balance.
std::vector<News> OfOperatorEntry(const Event& event) {
  const auto booked = *events::As<payment::SellerEntryBooked>(event);
  if (booked.cause() != "FINE") return {};
  return {{.kind = Kind::kShopFined,
           .audience = Audience::kManagers,
           .facts = {.title = booked.reason(),
                     .seller = SellerId::From(booked.seller_id()),
                     .amount = conversions::MoneyFrom(booked.amount())}}};
}

// The part of the order is what they know it by.
template <class Message, Kind kind>
std::vector<News> OfDispute(const Event& event) {
  const auto dispute = *events::As<Message>(event);
  Facts facts{.title = dispute.seller_order_number(),
              .order = UuidOf(dispute.order_id()),
              .seller_order = UuidOf(dispute.seller_order_id()),
              .seller = SellerId::From(event.seller_id()),
              .amount = conversions::MoneyFrom(dispute.amount())};
  if constexpr (requires { dispute.evidence_due(); })
    facts.deadline = conversions::TimeFrom(dispute.evidence_due(), "evidence_due");
  return {{.kind = kind, .audience = Audience::kManagers, .facts = std::move(facts)}};
}

// The shop knows its offers by their SKU.
template <class Message, Kind kind>
std::vector<News> OfOffer(const Event& event) {
  const auto offer = *events::As<Message>(event);
  return {{.kind = kind,
           .audience = Audience::kTeam,
           .facts = {.title = offer.sku(),
                     .seller = SellerId::From(offer.seller_id()),
                     .product = UuidOf(offer.product_id())}}};
}

// What operators make of a product; its shop knows what it does itself.
std::optional<Kind> Judged(const product::ProductStateChanged& moved) {
  switch (moved.state()) {
    case product::Product::PUBLISHED:
      if (moved.from() == product::Product::PROPOSED || moved.from() == product::Product::TAKEN_DOWN)
        return Kind::kProductApproved;
      return std::nullopt;
    case product::Product::CHANGES_REQUESTED:
      return Kind::kProductChangesRequested;
    case product::Product::TAKEN_DOWN:
      return Kind::kProductTakenDown;
    default:
      return std::nullopt;
  }
}

std::vector<News> OfProduct(const Event& event) {
  const auto moved = *events::As<product::ProductStateChanged>(event);
  const auto kind = Judged(moved);
  if (!kind) return {};
  return {{.kind = *kind,
           .audience = Audience::kTeam,
           .facts = {.title = moved.title(),
                     .seller = SellerId::From(moved.seller_id()),
                     .product = UuidOf(moved.product_id())}}};
}

// Its product is what they know it by.
template <class Message, Kind kind>
std::vector<News> OfWish(const Event& event) {
  const auto wish = *events::As<Message>(event);
  Facts facts{.title = wish.title(), .product = UuidOf(wish.product_id())};
  if (wish.has_price()) facts.amount = conversions::MoneyFrom(wish.price());
  return {ToBuyer(kind, event, std::move(facts))};
}

// --- pages

LiveNews OfOrder(Uuid listener, const std::string& order_id, std::optional<std::string> state) {
  domain::LiveEvent event;
  event.order = UuidOf(order_id);
  event.state = std::move(state);
  return {.listener = listener, .event = std::move(event)};
}

LiveNews OfPartOfOrder(Uuid listener, const std::string& order_id, const std::string& seller_order_id,
                       const std::string& seller_id, std::optional<std::string> state) {
  auto news = OfOrder(listener, order_id, std::move(state));
  news.event.seller_order = UuidOf(seller_order_id);
  news.event.seller = SellerId::From(seller_id);
  return news;
}

std::vector<News> TellNobody(const Event& /*event*/) { return {}; }
std::vector<LiveNews> LiveOfNothing(const Event& /*event*/) { return {}; }

std::vector<LiveNews> LiveOfPlaced(const Event& event) {
  const auto placed = *events::As<order::OrderPlaced>(event);
  std::vector<LiveNews> news{OfOrder(UuidOf(event.buyer_id()), placed.order_id(), "PLACED")};
  for (const auto& part : placed.parts()) {
    news.push_back(OfPartOfOrder(UuidOf(part.seller_id()), placed.order_id(), part.seller_order_id(),
                                 part.seller_id(), "PLACED"));
  }
  return news;
}

// Of the whole order. Its shops know nothing of one that is not placed.
template <class Message>
std::vector<LiveNews> LiveOfWhole(const Event& event, std::optional<std::string> state) {
  return {OfOrder(UuidOf(event.buyer_id()), events::As<Message>(event)->order_id(), std::move(state))};
}
std::vector<LiveNews> LiveOfFailed(const Event& event) {
  return LiveOfWhole<order::OrderFailed>(event, "FAILED");
}
std::vector<LiveNews> LiveOfPaymentNeeded(const Event& event) {
  return LiveOfWhole<order::OrderPaymentNeeded>(event, std::nullopt);
}

// To its buyer and to its shop, as far as the event says who they are.
template <class Message>
std::vector<LiveNews> LiveOfPart(const Event& event, const std::optional<std::string>& state) {
  const auto part = *events::As<Message>(event);
  std::vector<LiveNews> news;
  for (const auto& listener : {event.buyer_id(), event.seller_id()}) {
    if (listener.empty() || event.seller_id().empty()) continue;
    news.push_back(
        OfPartOfOrder(UuidOf(listener), part.order_id(), part.seller_order_id(), event.seller_id(), state));
  }
  return news;
}
std::vector<LiveNews> LiveOfAccepted(const Event& event) {
  return LiveOfPart<order::SellerOrderAccepted>(event, "ACCEPTED");
}
std::vector<LiveNews> LiveOfShipped(const Event& event) {
  return LiveOfPart<order::SellerOrderShipped>(event, "SHIPPED");
}
std::vector<LiveNews> LiveOfDelivered(const Event& event) {
  return LiveOfPart<order::SellerOrderDelivered>(event, "DELIVERED");
}
std::vector<LiveNews> LiveOfCompleted(const Event& event) {
  return LiveOfPart<order::SellerOrderCompleted>(event, "COMPLETED");
}
std::vector<LiveNews> LiveOfAddress(const Event& event) {
  return LiveOfPart<order::OrderAddressChanged>(event, std::nullopt);
}
// The last parcel is the part's own step, which is told besides.
template <class Parcel>
std::vector<LiveNews> LiveOfParcel(const Event& event, const std::optional<std::string>& state) {
  if (events::As<Parcel>(event)->last()) return {};
  return LiveOfPart<Parcel>(event, state);
}
std::vector<LiveNews> LiveOfParcelShipped(const Event& event) {
  return LiveOfParcel<order::ParcelShipped>(event, "PARTIALLY_SHIPPED");
}
std::vector<LiveNews> LiveOfParcelDelivered(const Event& event) {
  return LiveOfParcel<order::ParcelDelivered>(event, std::nullopt);
}
std::vector<LiveNews> LiveOfRejected(const Event& event) {
  return LiveOfPart<order::SellerOrderRejected>(event, "REJECTED");
}
std::vector<LiveNews> LiveOfCancelled(const Event& event) {
  return LiveOfPart<order::SellerOrderCancelled>(event, "CANCELLED");
}
std::vector<LiveNews> LiveOfUnits(const Event& event) {
  return LiveOfPart<order::SellerOrderUnitsCancelled>(event, std::nullopt);
}
template <class Message>
std::vector<LiveNews> LiveOfReturn(const Event& event) {
  return LiveOfPart<Message>(event, std::nullopt);
}
std::vector<LiveNews> LiveOfRefund(const Event& event) {
  return LiveOfPart<payment::PaymentRefunded>(event, std::nullopt);
}

template <class Message>
std::pair<std::string, Meaning> Row(Translate news, TranslateLive live = LiveOfNothing) {
  return {events::TypeOf(*Message::descriptor()).name, {.news = news, .live = live}};
}

// Every type that the other services deliver here.
const std::map<std::string, Meaning, std::less<>>& Meanings() {
  static const std::map<std::string, Meaning, std::less<>> all{
      Row<auth::TokenMailed>(OfToken),
      Row<auth::SessionOpened>(OfSession),
      Row<auth::PasswordChanged>(OfAccount<auth::PasswordChanged, Kind::kPasswordChanged>),
      Row<auth::EmailChanged>(OfAccount<auth::EmailChanged, Kind::kEmailChanged>),
      Row<user::MemberInvited>(OfInvitation),
      Row<user::SellerApproved>(OfShop<user::SellerApproved, Kind::kShopApproved>),
      Row<user::SellerSuspended>(OfShop<user::SellerSuspended, Kind::kShopSuspended>),
      Row<user::SellerReinstated>(OfShop<user::SellerReinstated, Kind::kShopReinstated>),
      Row<user::SellerClosed>(OfShop<user::SellerClosed, Kind::kShopClosed>),
      Row<order::OrderPlaced>(OfPlaced, LiveOfPlaced),
      Row<order::OrderFailed>(OfFailed, LiveOfFailed),
      Row<order::SellerOrderAccepted>(OfPart<order::SellerOrderAccepted, Kind::kOrderAccepted>,
                                      LiveOfAccepted),
      Row<order::ParcelShipped>(OfPart<order::ParcelShipped, Kind::kParcelShipped>, LiveOfParcelShipped),
      Row<order::ParcelDelivered>(TellNobody, LiveOfParcelDelivered),
      Row<order::OrderAddressChanged>(OfAddress, LiveOfAddress),
      Row<order::SellerOrderShipped>(TellNobody, LiveOfShipped),
      Row<order::SellerOrderDelivered>(OfPart<order::SellerOrderDelivered, Kind::kOrderDelivered>,
                                       LiveOfDelivered),
      Row<order::SellerOrderCompleted>(TellNobody, LiveOfCompleted),
      Row<order::SellerOrderRejected>(OfEnded<order::SellerOrderRejected>, LiveOfRejected),
      Row<order::SellerOrderCancelled>(OfEnded<order::SellerOrderCancelled>, LiveOfCancelled),
      Row<order::SellerOrderUnitsCancelled>(OfUnitsCancelled, LiveOfUnits),
      Row<order::OrderPaymentNeeded>(OfPaymentNeeded, LiveOfPaymentNeeded),
      Row<order::WishPriceFell>(OfWish<order::WishPriceFell, Kind::kWishPriceFell>),
      Row<order::WishBackInStock>(OfWish<order::WishBackInStock, Kind::kWishBackInStock>),
      Row<order::ReturnRequested>(OfReturnToShop<order::ReturnRequested, Kind::kReturnRequested>,
                                  LiveOfReturn<order::ReturnRequested>),
      Row<order::ReturnApproved>(OfPart<order::ReturnApproved, Kind::kReturnApproved>,
                                 LiveOfReturn<order::ReturnApproved>),
      Row<order::ReturnRejected>(OfPart<order::ReturnRejected, Kind::kReturnRejected>,
                                 LiveOfReturn<order::ReturnRejected>),
      Row<order::ReturnShipped>(OfReturnToShop<order::ReturnShipped, Kind::kReturnSent>,
                                LiveOfReturn<order::ReturnShipped>),
      Row<order::ReturnReceived>(OfPart<order::ReturnReceived, Kind::kReturnReceived>,
                                 LiveOfReturn<order::ReturnReceived>),
      Row<order::ReturnClosed>(OfReturnClosed, LiveOfReturn<order::ReturnClosed>),
      Row<order::InvoiceIssued>(OfInvoice),
      Row<payment::PaymentRefunded>(OfRefund, LiveOfRefund),
      Row<payment::PayoutPaid>(OfPayout<payment::PayoutPaid, Kind::kPayoutPaid>),
      Row<payment::PayoutFailed>(OfPayout<payment::PayoutFailed, Kind::kPayoutFailed>),
      Row<payment::PayoutReturned>(OfPayout<payment::PayoutReturned, Kind::kPayoutFailed>),
      Row<payment::DisputeOpened>(OfDispute<payment::DisputeOpened, Kind::kDisputeOpened>),
      Row<payment::DisputeWon>(OfDispute<payment::DisputeWon, Kind::kDisputeEnded>),
      Row<payment::DisputeLost>(OfDispute<payment::DisputeLost, Kind::kDisputeEnded>),
      Row<payment::SellerEntryBooked>(OfOperatorEntry),
      Row<product::ProductStateChanged>(OfProduct),
      Row<product::LowStock>(OfOffer<product::LowStock, Kind::kLowStock>),
      Row<product::OfferDetached>(OfOffer<product::OfferDetached, Kind::kOfferDetached>)};
  return all;
}

const Meaning& MeaningOf(const Event& event) {
  const auto found = Meanings().find(event.type());
  if (found == Meanings().end())
    throw InvalidArgument("event.type", "UNKNOWN_VALUE", "is no event that anybody is told of");
  return found->second;
}

}  // namespace

std::vector<News> NewsFrom(const Event& event) { return MeaningOf(event).news(event); }

std::vector<LiveNews> LiveNewsFrom(const Event& event) { return MeaningOf(event).live(event); }

}  // namespace market::notification
