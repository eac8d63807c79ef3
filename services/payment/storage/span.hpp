// A span of time that a list is limited to: from the one, up to and without the other; either may be missing.
//
// Rows with a UUIDv7 that was made when they were are in the order of time, so the list walks that range of
// ids alone. A minute on both sides is room for the time between the making of the id and of the row.
#pragma once
#include <optional>

#include "platform/core/clock.hpp"
#include "platform/postgres/sql.hpp"

namespace market::payment::storage {

struct Span {
  std::optional<Time> from;
  std::optional<Time> to;
};

// Of the parameters $1 and $2; and $3: the id that the page comes after, newest first.
inline constexpr postgres::Sql kInSpan{R"sql(
    id >= coalesce(first_id_at($1::timestamptz - interval '1 minute'), '00000000-0000-0000-0000-000000000000')
    AND id < coalesce(first_id_at($2::timestamptz + interval '1 minute'), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    AND id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    AND ($1::timestamptz IS NULL OR created_at >= $1) AND ($2::timestamptz IS NULL OR created_at < $2)
)sql"};

}  // namespace market::payment::storage
