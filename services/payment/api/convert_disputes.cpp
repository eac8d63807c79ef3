#include "platform/conversions/conversions.hpp"
#include "services/payment/api/convert.hpp"

namespace market::payment {

using conversions::ToProto;

std::optional<domain::DisputeState> DisputeStateFrom(api::payment::Dispute::State state) {
  return domain::kDisputeStates.Find(api::payment::Dispute::State_Name(state));
}

api::payment::Dispute ToProto(const domain::Dispute& dispute) {
  api::payment::Dispute out;
  out.set_id(dispute.id.ToString());
  out.set_payment_id(dispute.payment.ToString());
  out.set_order_id(dispute.order.ToString());
  out.set_seller_order_id(dispute.seller_order.ToString());
  out.set_seller_id(dispute.seller.ToString());
  auto state = api::payment::Dispute::STATE_UNSPECIFIED;  // the names are the same, by contract
  api::payment::Dispute::State_Parse(std::string(domain::Name(dispute.state)), &state);
  out.set_state(state);
  *out.mutable_amount() = ToProto(dispute.amount);
  out.set_reason(dispute.reason);
  *out.mutable_evidence_due() = ToProto(dispute.evidence_due);
  const auto& said = dispute.evidence;
  if (!said.text.empty()) out.set_evidence(said.text);
  if (!said.carrier.empty()) out.set_carrier(said.carrier);
  if (!said.tracking_number.empty()) out.set_tracking_number(said.tracking_number);
  if (dispute.submitted_at) *out.mutable_submit_time() = ToProto(*dispute.submitted_at);
  if (!dispute.refusal_code.empty()) out.set_refusal_code(dispute.refusal_code);
  if (dispute.ended_at) *out.mutable_end_time() = ToProto(*dispute.ended_at);
  *out.mutable_create_time() = ToProto(dispute.created_at);
  *out.mutable_update_time() = ToProto(dispute.updated_at);
  return out;
}

}  // namespace market::payment
