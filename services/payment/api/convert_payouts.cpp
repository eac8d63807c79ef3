#include "platform/conversions/conversions.hpp"
#include "services/payment/api/convert.hpp"

namespace market::payment {

using conversions::ToProto;

namespace {

template <class Proto>
void FillTarget(Proto& out, const domain::PayoutTarget& target) {
  if (!target.holder.empty()) out.set_account_holder(target.holder);
  if (!target.iban_last4.empty()) out.set_iban_last4(target.iban_last4);
  if (!target.provider_account.empty()) out.set_provider_account(target.provider_account);
}

}  // namespace

std::optional<domain::PayoutState> StateFrom(api::payment::Payout::State state) {
  return domain::kPayoutStates.Find(api::payment::Payout::State_Name(state));
}

api::payment::PayoutAccount ToProto(const domain::PayoutAccount& account, Time now) {
  api::payment::PayoutAccount out;
  out.set_seller_id(account.seller.ToString());
  FillTarget(out, account.target);
  if (!account.target.country.empty()) out.set_country_code(account.target.country);
  if (!account.target.bic.empty()) out.set_bic(account.target.bic);
  *out.mutable_change_time() = ToProto(account.changed_at);
  if (account.held_until > now) *out.mutable_held_until() = ToProto(account.held_until);
  return out;
}

api::payment::Payout ToProto(const domain::Payout& payout) {
  api::payment::Payout out;
  out.set_id(payout.id.ToString());
  out.set_seller_id(payout.seller.ToString());
  auto state = api::payment::Payout::STATE_UNSPECIFIED;  // the names are the same, by contract
  api::payment::Payout::State_Parse(std::string(domain::Name(payout.state)), &state);
  out.set_state(state);
  *out.mutable_amount() = ToProto(payout.amount);
  out.set_on_demand(payout.on_demand);
  FillTarget(out, payout.target);
  if (!payout.failure_code.empty()) out.set_failure_code(payout.failure_code);
  *out.mutable_create_time() = ToProto(payout.created_at);
  *out.mutable_update_time() = ToProto(payout.updated_at);
  if (payout.paid_at) *out.mutable_paid_time() = ToProto(*payout.paid_at);
  out.set_line_count(payout.line_count);
  return out;
}

api::payment::PayoutLine ToProto(const storage::PayoutLine& line) {
  api::payment::PayoutLine out;
  out.set_entry_id(line.entry.ToString());
  out.set_cause(line.cause);
  out.set_cause_id(line.cause_id.ToString());
  out.set_amount(line.amount_minor);
  *out.mutable_create_time() = ToProto(line.booked_at);
  return out;
}

}  // namespace market::payment
