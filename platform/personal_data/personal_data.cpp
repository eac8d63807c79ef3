#include "platform/personal_data/personal_data.hpp"

#include <algorithm>
#include <cstddef>

#include "platform/core/error.hpp"

namespace market::personal_data {
namespace {

constexpr std::size_t kRecords = 500;
constexpr std::size_t kBytes = 1 << 20;  // in the wire form, as other pages

}  // namespace

Task<std::vector<Record>> List(postgres::Database& database, Work work, postgres::Statement statement,
                               Request request) {
  const auto& token = request.page_token();
  const auto split = token.find('/');
  if (!token.empty() && split == std::string::npos) {
    throw Error(Code::kInvalidArgument, "INVALID_PAGE_TOKEN", "the page token is not one of this list");
  }
  const auto kind = token.substr(0, token.empty() ? 0 : split);
  const auto id = token.empty() ? std::string() : token.substr(split + 1);
  co_return kRecord.ReadAll(co_await database.List(work, statement, AccountId::From(request.account_id()),
                                                   request.email(), kind, id,
                                                   static_cast<std::int64_t>(kRecords + 1)));
}

Page PageOf(std::string_view service, std::vector<Record> records) {
  Page page;
  std::size_t bytes = 0;
  for (auto& record : records) {
    marketplace::type::v1::PersonalRecord told;
    told.set_service(std::string(service));
    told.set_kind(record.kind);
    told.set_id(record.id);
    for (std::size_t i = 0; i < record.names.size(); ++i) {
      (*told.mutable_fields())[record.names[i]] = record.values.at(i);
    }
    const auto kept = static_cast<std::size_t>(page.records_size());
    bytes += told.ByteSizeLong();
    if (kept == kRecords || (kept > 0 && bytes > kBytes)) {
      const auto& last = page.records(page.records_size() - 1);
      page.set_next_page_token(last.kind() + '/' + last.id());
      break;
    }
    *page.add_records() = std::move(told);
  }
  return page;
}

audit::Act ErasureOf(AccountId account, std::string_view service, std::string_view method) {
  return {.account = account,
          .actor = "account",
          .api_key = {},
          .service = std::string(service),
          .permission = {},
          .method = std::string(method),
          .request_id = {},
          .trace_id = {},
          .address = {},
          .target_type = "account",
          .target_id = account.ToString(),
          .seller = {},
          .reason = "closed by its owner",
          .before = {},
          .after = {}};
}

bool HasChanged(const std::vector<postgres::Result>& results) {
  return std::ranges::any_of(results, [](const postgres::Result& one) { return one.AffectedRows() > 0; });
}

}  // namespace market::personal_data
