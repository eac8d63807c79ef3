// What every service does alike when it tells what it keeps about a person, or erases it (ADR 33): one list of
// records, found by one statement, in pages; one act on record.
//
//   constexpr postgres::ComposedStatement kExport{"user.export_personal_data",
//     "SELECT " + personal_data::kRecord + " FROM (" R"sql(
//       SELECT 'profile' AS kind, p.id::text AS id, jsonb_build_object('phone', p.phone) AS fields
//       FROM profile p WHERE p.id = $1)sql" + personal_data::kActs + personal_data::kPage};
//   co_return personal_data::PageOf("user", co_await personal_data::List(database_, work, kExport, request));
//
// Of such a statement $1 is the account, $2 what it signs in with, $3 and $4 where the page begins, $5 its size.
// Which tables there are and what becomes of each: docs/personal-data.md, which a test holds to the migrations.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "marketplace/type/v1/personal_data.pb.h"
#include "platform/audit/audit.hpp"
#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"

namespace market::personal_data {

using Request = marketplace::type::v1::ExportPersonalDataRequest;
using Page = marketplace::type::v1::ExportPersonalDataResponse;

// Stands where a text was that must not be empty.
inline constexpr std::string_view kErased = "erased";

struct Record {
  std::string kind;
  std::string id;
  std::vector<std::string> names;
  std::vector<std::string> values;
};

// What is null is left out.
inline constexpr postgres::Columns kRecord{
    postgres::Column{"r.kind", &Record::kind}, postgres::Column{"r.id", &Record::id},
    postgres::Column{"ARRAY(SELECT f.key FROM jsonb_each_text(jsonb_strip_nulls(r.fields)) f ORDER BY f.key)",
                     &Record::names},
    postgres::Column{
        "ARRAY(SELECT f.value FROM jsonb_each_text(jsonb_strip_nulls(r.fields)) f ORDER BY f.key)",
        &Record::values}};

// What the account did that went on record, in every service.
inline constexpr postgres::Sql kActs{R"sql(
  UNION ALL
  SELECT 'act', e.id::text, jsonb_build_object('time', e.at, 'method', e.method, 'permission', e.permission,
    'targetType', e.target_type, 'targetId', e.target_id, 'reason', e.reason)
  FROM audit_event e WHERE e.account_id = $1)sql"};

// A text, so that a kind has one order whatever the service.
inline constexpr postgres::Sql kPage{R"sql(
) r WHERE $2::text IS NOT NULL AND (r.kind COLLATE "C", r.id COLLATE "C") > ($3::text, $4::text)
ORDER BY r.kind COLLATE "C", r.id COLLATE "C" LIMIT $5)sql"};

// One record more than a page has room for, if there is one. Throws Error INVALID_PAGE_TOKEN.
Task<std::vector<Record>> List(postgres::Database& database, Work work, postgres::Statement statement,
                               Request request);

// At most 500 records or 1 MiB; a record that is larger comes by itself.
Page PageOf(std::string_view service, std::vector<Record> records);

// That a service erased what was personal of an account, by its owner's will.
audit::Act ErasureOf(AccountId account, std::string_view service, std::string_view method);

// Whether any statement of a batch changed a row.
bool HasChanged(const std::vector<postgres::Result>& results);

}  // namespace market::personal_data
