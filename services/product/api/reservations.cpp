#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

using Response = api::product::ReserveStockResponse;

Error ReservationGone() {
  return Error(Code::kFailedPrecondition, "RESERVATION_GONE", "the reservation is no longer held");
}

template <class Named>
std::vector<Named> OnceEach(std::vector<Named> lines) {
  if (domain::NamesTwice(lines)) throw InvalidArgument("lines", "DUPLICATE", "names a line twice");
  return lines;
}

std::vector<domain::Line> LinesFrom(const api::product::ReserveStockRequest& request) {
  std::vector<domain::Line> lines;
  for (const auto& line : request.lines()) {
    lines.push_back(
        {domain::LineId::From(line.line_id()), domain::OfferId::From(line.offer_id()), line.quantity()});
  }
  return OnceEach(std::move(lines));
}

std::vector<domain::Units> UnitsFrom(
    const google::protobuf::RepeatedPtrField<api::product::ReservedUnits>& lines) {
  std::vector<domain::Units> units;
  for (const auto& line : lines) units.push_back({domain::LineId::From(line.line_id()), line.quantity()});
  return OnceEach(std::move(units));
}

void AddShortage(Response& response, const domain::OfferId& offer, std::int64_t available) {
  auto& shortage = *response.add_shortages();
  shortage.set_offer_id(offer.ToString());
  shortage.set_available(available);
}

// One per outcome.
struct ToProto {
  Response operator()(const storage::Reserved&) const { return Of(Response::RESERVED); }
  Response operator()(const storage::OutOfStock& outcome) const {
    auto response = Of(Response::OUT_OF_STOCK);
    for (const auto& shortage : outcome.shortages) AddShortage(response, shortage.offer, shortage.available);
    return response;
  }
  Response operator()(const storage::NotForSale& outcome) const {
    auto response = Of(Response::UNAVAILABLE);
    for (const auto& offer : outcome.offers) AddShortage(response, offer, 0);
    return response;
  }
  Response operator()(const storage::AlreadyReleased&) const { throw ReservationGone(); }
  Response operator()(const storage::OtherLines&) const {
    throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "the order has already reserved different lines");
  }

  static Response Of(Response::Outcome outcome) {
    Response response;
    response.set_outcome(outcome);
    return response;
  }
};

google::protobuf::Empty DoneOrGone(storage::Step step) {
  if (step == storage::Step::kGone) throw ReservationGone();
  return {};
}

}  // namespace

Task<Response> ProductService::ReserveStock(CallContext& call, api::product::ReserveStockRequest request) {
  const auto outcome = co_await deps_.reservations.Reserve(call, domain::OrderId::From(request.order_id()),
                                                           LinesFrom(request));
  deps_.metrics.Reserved(outcome);
  co_return std::visit(ToProto(), outcome);
}

Task<google::protobuf::Empty> ProductService::CommitReservation(
    CallContext& call, api::product::CommitReservationRequest request) {
  co_return DoneOrGone(co_await deps_.reservations.Commit(call, domain::OrderId::From(request.order_id())));
}

Task<google::protobuf::Empty> ProductService::ReleaseReservation(
    CallContext& call, api::product::ReleaseReservationRequest request) {
  co_await deps_.reservations.Release(call, domain::OrderId::From(request.order_id()),
                                      domain::CauseId::From(request.cause_id()), UnitsFrom(request.lines()));
  co_return google::protobuf::Empty();
}

Task<google::protobuf::Empty> ProductService::ConsumeReservation(
    CallContext& call, api::product::ConsumeReservationRequest request) {
  co_return DoneOrGone(co_await deps_.reservations.Consume(call, domain::OrderId::From(request.order_id()),
                                                           domain::CauseId::From(request.cause_id()),
                                                           UnitsFrom(request.lines())));
}

Task<google::protobuf::Empty> ProductService::RestockReturned(CallContext& call,
                                                              api::product::RestockReturnedRequest request) {
  co_return DoneOrGone(co_await deps_.reservations.Restock(call, domain::OrderId::From(request.order_id()),
                                                           domain::CauseId::From(request.cause_id()),
                                                           UnitsFrom(request.lines())));
}

}  // namespace market::product
