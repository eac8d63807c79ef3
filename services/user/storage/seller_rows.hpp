// Columns and statements of sellers that several stores of this room use.
#pragma once
#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/seller.hpp"

namespace market::user::storage {

inline constexpr postgres::Columns kHoliday{postgres::Column{"holiday_until", &domain::Holiday::until},
                                            postgres::Column{"holiday_note", &domain::Holiday::note}};

inline constexpr postgres::Columns kTrader{
    postgres::Column{"trader_name", &domain::Trader::legal_name},
    postgres::Column{"trader_register", &domain::Trader::register_number},
    postgres::Column{"trader_vat", &domain::Trader::vat_number},
    postgres::Column{"trader_lines", &domain::Trader::lines},
    postgres::Column{"trader_city", &domain::Trader::city},
    postgres::Column{"trader_region", &domain::Trader::region},
    postgres::Column{"trader_postal_code", &domain::Trader::postal_code},
    postgres::Column{"trader_country_code", &domain::Trader::country_code}};

inline constexpr postgres::Columns kPresentation{
    postgres::Column{"display_name", &domain::Presentation::display_name},
    postgres::Column{"description", &domain::Presentation::description},
    postgres::Column{"logo", &domain::Presentation::logo},
    postgres::Column{"contact_email", &domain::Presentation::contact_email},
    postgres::Column{"contact_phone", &domain::Presentation::contact_phone},
    postgres::Column{"return_policy", &domain::Presentation::return_policy},
    postgres::Column{"shipping_policy", &domain::Presentation::shipping_policy},
    postgres::Inside{&domain::Presentation::holiday, kHoliday},
    postgres::Inside{&domain::Presentation::trader, kTrader}};

inline constexpr postgres::Columns kSeller{postgres::Column{"id", &domain::Seller::id},
                                           postgres::Column{"opened_by", &domain::Seller::opened_by},
                                           postgres::Column{"slug", &domain::Seller::slug},
                                           postgres::Column{"country_code", &domain::Seller::country_code},
                                           postgres::Column{"state", &domain::Seller::state},
                                           postgres::Inside{&domain::Seller::presentation, kPresentation},
                                           postgres::Column{"version", &domain::Seller::version},
                                           postgres::Column{"created_at", &domain::Seller::created_at},
                                           postgres::Column{"updated_at", &domain::Seller::updated_at}};

// All that changes a seller, its team or its invitations begins here: its row lock makes them wait for each
// other.
inline constexpr postgres::ComposedStatement kLockSeller{
    "user.lock_seller", "SELECT " + kSeller + " FROM seller WHERE id = $1 FOR UPDATE"};

// The table's CHECK refuses what is over the limit.
inline constexpr postgres::Statement kCountMembership{"user.count_membership", R"sql(
INSERT INTO membership_count (account_id, sellers) VALUES ($1, 1)
ON CONFLICT (account_id) DO UPDATE SET sellers = membership_count.sellers + 1)sql"};

}  // namespace market::user::storage
