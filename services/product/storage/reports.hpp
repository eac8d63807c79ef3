// What people report as illegal, and how often somebody may, in PostgreSQL. Owner: the service; io thread only. Fails as
// platform/postgres does, plus the refusals named at each function.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/review.hpp"

namespace market::product::storage {

// `count` at once, and as many again spread over each `window`, of one account or address.
struct ReportLimit {
  std::int64_t count = 20;
  std::chrono::milliseconds window = std::chrono::hours(1);
};

struct ReportDraft {
  domain::ReportId id;
  domain::ReportReason reason = domain::ReportReason::kOther;
  std::string text;
  std::string contact_email;
  std::optional<AccountId> account;
  std::string caller;  // by what it is counted: an account or an address, of which only a digest is kept
};

class Reports {
 public:
  using Position = std::pair<Time, domain::ReportId>;

  explicit Reports(postgres::Database& database, ReportLimit limit = {})
      : database_(database), limit_(limit) {}

  // Of what everybody sees. NOT_FOUND, RATE_LIMITED.
  Task<domain::Report> AddOfProduct(Work work, domain::ProductId product, ReportDraft draft);
  // The same, once for each account: the earlier one where there is one.
  Task<domain::Report> AddOfReview(Work work, domain::ReviewId review, ReportDraft draft);

  // The oldest first, at most `limit`.
  Task<std::vector<domain::Report>> List(Work work, std::optional<domain::ReportState> state,
                                         std::optional<Position> after, int limit);
  // The same decision and answer again change nothing. NOT_FOUND, ILLEGAL_TRANSITION.
  Task<domain::Report> Resolve(Work work, domain::ReportId id, domain::Decision decision, std::string answer,
                               audit::Act act);

 private:
  Task<domain::Report> Add(Work work, postgres::Statement insert, Uuid subject,
                           std::optional<domain::ReviewId> review, ReportDraft draft);

  postgres::Database& database_;
  const ReportLimit limit_;
};

}  // namespace market::product::storage
