#include "services/auth/storage/revocations.hpp"

#include "marketplace/auth/v1/events.pb.h"
#include "platform/events/event.hpp"

namespace market::auth::storage {
namespace {

using marketplace::type::v1::FeedRequest;
using marketplace::type::v1::RevocationFeed;

constexpr postgres::Statement kEndedLately{"auth.ended_lately", R"sql(
SELECT id FROM session WHERE ended_at > market_now() - $1::interval
UNION ALL SELECT id FROM api_key WHERE revoked_at > market_now() - $1::interval LIMIT $2)sql"};

constexpr postgres::Statement kReducedLately{"auth.reduced_lately", R"sql(
SELECT id, reduced_version FROM account WHERE reduced_at > market_now() - $1::interval LIMIT $2)sql"};

constexpr postgres::Statement kNow{"auth.now", "SELECT market_now()"};

void AddOutdated(RevocationFeed& feed, std::string_view account, std::int64_t version) {
  auto* outdated = feed.add_outdated();
  outdated->set_account_id(std::string(account));
  outdated->set_version(version);
}

// An act after which tokens say too much.
template <class What>
void AddIfReduces(RevocationFeed& feed, const events::Event& event) {
  if (const auto what = events::As<What>(event))
    AddOutdated(feed, what->account_id(), event.aggregate_version());
}

void Add(RevocationFeed& feed, const events::Event& event) {
  using namespace marketplace::auth::v1;
  if (const auto ended = events::As<SessionEnded>(event)) feed.add_ended(ended->session_id());
  if (const auto revoked = events::As<ApiKeyRevoked>(event)) feed.add_ended(revoked->api_key_id());
  AddIfReduces<RoleRevoked>(feed, event);
  AddIfReduces<SellerMemberRoleChanged>(feed, event);
  AddIfReduces<SellerMemberRemoved>(feed, event);
  AddIfReduces<AccountDisabled>(feed, event);
}

}  // namespace

Task<RevocationFeed> Revocations::Feed(Work work, FeedRequest request) {
  auto page = co_await log_.Feed(work, std::move(request));
  RevocationFeed feed;
  // After the place was taken: what happens meanwhile is told again, not missed.
  if (page.expired()) co_await AddState(work, feed);
  for (const auto& event : page.events()) Add(feed, event);
  feed.set_next(std::move(*page.mutable_next()));
  feed.set_more(page.more());
  co_return feed;
}

Task<> Revocations::AddState(Work work, RevocationFeed& feed) {
  const auto limit = options_.entries_max + 1;
  postgres::Batch batch("auth.revocations");
  batch.Add(kEndedLately, options_.token_lifetime_max, limit)
      .Add(kReducedLately, options_.token_lifetime_max, limit)
      .Add(kNow);
  const auto results = co_await database_.Read(work, std::move(batch));
  const auto& ended = results[0];
  const auto& reduced = results[1];
  if (static_cast<std::int64_t>(std::max(ended.size(), reduced.size())) >= limit) {
    // Tokens tell whole seconds, so those of this second are refused with those before.
    const auto now = std::chrono::floor<std::chrono::seconds>(results[2].One().GetTime(0));
    feed.mutable_all_before()->set_seconds(now.time_since_epoch().count() + 1);
    co_return;
  }
  for (const auto row : ended) feed.add_ended(row.GetUuid(0).ToString());
  for (const auto row : reduced) AddOutdated(feed, row.GetUuid(0).ToString(), row.Int(1));
}

}  // namespace market::auth::storage
