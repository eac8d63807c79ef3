#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

using Response = proto::ReserveStockResponse;

Error ReservationGone() {
  return Error(Code::kFailedPrecondition, "RESERVATION_GONE", "the reservation is no longer held");
}

std::vector<Line> LinesFrom(const proto::ReserveStockRequest& request) {
  std::vector<Line> lines;
  for (const auto& line : request.lines()) lines.push_back({OfferId::From(line.offer_id()), line.quantity()});
  return lines;
}

std::vector<OfferId> OffersFrom(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  std::vector<OfferId> offers;
  for (const auto& id : ids) offers.push_back(OfferId::From(id));
  return offers;
}

void AddShortage(Response& response, const OfferId& offer, std::int64_t available) {
  auto& shortage = *response.add_shortages();
  shortage.set_offer_id(offer.ToString());
  shortage.set_available(available);
}

// One per outcome.
struct ToProto {
  Response operator()(const Reserved&) const { return Of(Response::RESERVED); }
  Response operator()(const OutOfStock& outcome) const {
    auto response = Of(Response::OUT_OF_STOCK);
    for (const auto& shortage : outcome.shortages) AddShortage(response, shortage.offer, shortage.available);
    return response;
  }
  Response operator()(const NotForSale& outcome) const {
    auto response = Of(Response::UNAVAILABLE);
    for (const auto& offer : outcome.offers) AddShortage(response, offer, 0);
    return response;
  }
  Response operator()(const AlreadyReleased&) const { throw ReservationGone(); }
  Response operator()(const OtherLines&) const {
    throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "the order has reserved other lines");
  }

  static Response Of(Response::Outcome outcome) {
    Response response;
    response.set_outcome(outcome);
    return response;
  }
};

google::protobuf::Empty DoneOrGone(Step step) {
  if (step == Step::kGone) throw ReservationGone();
  return {};
}

}  // namespace

Task<Response> ProductService::ReserveStock(CallContext& call, proto::ReserveStockRequest request) {
  const auto outcome =
      co_await parts_.reservations.Reserve(call, OrderId::From(request.order_id()), LinesFrom(request));
  parts_.metrics.Reserved(outcome);
  co_return std::visit(ToProto(), outcome);
}

Task<google::protobuf::Empty> ProductService::CommitReservation(CallContext& call,
                                                                proto::CommitReservationRequest request) {
  co_return DoneOrGone(co_await parts_.reservations.Commit(call, OrderId::From(request.order_id())));
}

Task<google::protobuf::Empty> ProductService::ReleaseReservation(CallContext& call,
                                                                 proto::ReleaseReservationRequest request) {
  co_await parts_.reservations.Release(call, OrderId::From(request.order_id()),
                                       OffersFrom(request.offer_ids()));
  co_return google::protobuf::Empty();
}

Task<google::protobuf::Empty> ProductService::ConsumeReservation(CallContext& call,
                                                                 proto::ConsumeReservationRequest request) {
  co_return DoneOrGone(co_await parts_.reservations.Consume(call, OrderId::From(request.order_id()),
                                                            OffersFrom(request.offer_ids())));
}

}  // namespace market::product
