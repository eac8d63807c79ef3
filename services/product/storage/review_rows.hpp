// Internal to storage: how reviews are read, and who has a hand in them. In every statement $2, $3 and $4 are the scope.
#pragma once
#include "platform/postgres/columns.hpp"
#include "platform/postgres/sql.hpp"
#include "services/product/domain/review.hpp"

namespace market::product::storage {

inline constexpr postgres::Columns kReview{
    postgres::Column{"r.id", &domain::Review::id},
    postgres::Column{"r.product_id", &domain::Review::product},
    postgres::Column{"r.seller_id", &domain::Review::seller},
    postgres::Column{"r.account_id", &domain::Review::author},
    postgres::Column{"r.state", &domain::Review::state},
    postgres::Column{"coalesce(r.rating, 0)", &domain::Review::opinion, &domain::Opinion::rating},
    postgres::Column{"r.title", &domain::Review::opinion, &domain::Opinion::title},
    postgres::Column{"r.text", &domain::Review::opinion, &domain::Opinion::text},
    postgres::Column{"r.language", &domain::Review::opinion, &domain::Opinion::language},
    postgres::Column{"r.author_name", &domain::Review::opinion, &domain::Opinion::author_name},
    postgres::Column{"r.pictures", &domain::Review::opinion, &domain::Opinion::pictures},
    postgres::Column{"r.pictures_claim", &domain::Review::pictures_claim},
    postgres::Column{"r.reply", &domain::Review::reply},
    postgres::Column{"r.replied_at", &domain::Review::replied_at},
    postgres::Column{"r.hidden_reason", &domain::Review::hidden_reason},
    postgres::Column{"r.version", &domain::Review::version},
    postgres::Column{"r.created_at", &domain::Review::created_at},
    postgres::Column{"r.updated_at", &domain::Review::updated_at}};

inline constexpr postgres::Sql kInReviewScope{
    "(r.account_id = $2::uuid OR r.seller_id = ANY($3::uuid[]) OR $4::boolean)"};
inline constexpr auto kVisibleReview =
    "r.state <> 'REMOVED' AND (r.state = 'PUBLISHED' OR " + kInReviewScope + ")";

inline constexpr postgres::Columns kRating{postgres::Column{"rating_sum", &domain::Rating::sum},
                                           postgres::Column{"rating_count", &domain::Rating::count}};

}  // namespace market::product::storage
