// Rows of payouts and of where they go.
#pragma once
#include "platform/postgres/columns.hpp"
#include "services/payment/domain/payout.hpp"

namespace market::payment::storage {

inline constexpr postgres::Columns kPayoutTarget{
    postgres::Column{"holder", &domain::PayoutTarget::holder},
    postgres::Column{"iban_sealed", &domain::PayoutTarget::sealed_iban},
    postgres::Column{"iban_last4", &domain::PayoutTarget::iban_last4},
    postgres::Column{"country", &domain::PayoutTarget::country},
    postgres::Column{"bic", &domain::PayoutTarget::bic},
    postgres::Column{"provider_account", &domain::PayoutTarget::provider_account}};

inline constexpr postgres::Columns kPayoutAccount{
    postgres::Column{"seller_id", &domain::PayoutAccount::seller},
    postgres::Inside{&domain::PayoutAccount::target, kPayoutTarget},
    postgres::Column{"changed_at", &domain::PayoutAccount::changed_at},
    postgres::Column{"held_until", &domain::PayoutAccount::held_until},
    postgres::Column{"version", &domain::PayoutAccount::version}};

inline constexpr postgres::Columns kPayout{
    postgres::Column{"id", &domain::Payout::id},
    postgres::Column{"seller_id", &domain::Payout::seller},
    postgres::Column{"currency", &domain::Payout::amount, &Money::currency},
    postgres::Column{"amount_minor", &domain::Payout::amount, &Money::minor},
    postgres::Column{"line_count", &domain::Payout::line_count},
    postgres::Column{"state", &domain::Payout::state},
    postgres::Column{"on_demand", &domain::Payout::on_demand},
    postgres::Inside{&domain::Payout::target, kPayoutTarget},
    postgres::Column{"port", &domain::Payout::port},
    postgres::Column{"batch_id", &domain::Payout::batch},
    postgres::Column{"attempt", &domain::Payout::attempt},
    postgres::Column{"sent_at", &domain::Payout::sent_at},
    postgres::Column{"provider_id", &domain::Payout::provider_id},
    postgres::Column{"failure_code", &domain::Payout::failure_code},
    postgres::Column{"paid_at", &domain::Payout::paid_at},
    postgres::Column{"asks", &domain::Payout::asks},
    postgres::Column{"version", &domain::Payout::version},
    postgres::Column{"trace", &domain::Payout::trace},
    postgres::Column{"created_at", &domain::Payout::created_at},
    postgres::Column{"updated_at", &domain::Payout::updated_at}};

}  // namespace market::payment::storage
