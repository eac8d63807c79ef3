// Columns and statements of members that several stores of this room use.
#pragma once
#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/member.hpp"

namespace market::user::storage {

inline constexpr postgres::Columns kMember{
    postgres::Column{"m.seller_id", &domain::Member::seller},
    postgres::Column{"m.account_id", &domain::Member::account},
    postgres::Column{"coalesce(p.display_name, '')", &domain::Member::display_name},
    postgres::Column{"m.role", &domain::Member::role},
    postgres::Column{"m.version", &domain::Member::version},
    postgres::Column{"m.joined_at", &domain::Member::joined_at}};

inline constexpr postgres::ComposedStatement kFindMember{"user.find_member", "SELECT " + kMember + R"sql(
FROM seller_member m LEFT JOIN profile p ON p.id = m.account_id
WHERE m.seller_id = $1 AND m.account_id = $2 AND m.role IS NOT NULL)sql"};

struct Counted {
  std::int64_t rows = 0;
};
inline constexpr postgres::Columns kCounted{postgres::Column{"count(*)", &Counted::rows}};

}  // namespace market::user::storage
