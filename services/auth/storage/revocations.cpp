#include "services/auth/storage/revocations.hpp"

#include "marketplace/auth/v1/events.pb.h"
#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"

namespace market::auth::storage {
namespace {

using marketplace::type::v1::FeedRequest;
using marketplace::type::v1::RevocationFeed;

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

struct Ended {
  Uuid id;
};
constexpr Columns kEnded{Column{"id", &Ended::id}};
constexpr ComposedStatement kEndedLately{"auth.ended_lately", "SELECT " + kEnded + R"sql(
FROM (SELECT id FROM session WHERE ended_at > market_now() - $1::interval
  UNION ALL SELECT id FROM api_key WHERE revoked_at > market_now() - $1::interval) ended LIMIT $2)sql"};

struct Reduced {
  AccountId account;
  std::int64_t version = 0;
};
constexpr Columns kReduced{Column{"id", &Reduced::account}, Column{"reduced_version", &Reduced::version}};
constexpr ComposedStatement kReducedLately{"auth.reduced_lately", "SELECT " + kReduced + R"sql(
FROM account WHERE reduced_at > market_now() - $1::interval LIMIT $2)sql"};

struct Withdrawn {
  std::string kid;
};
constexpr Columns kWithdrawn{Column{"kid", &Withdrawn::kid}};
// All that are kept: whoever has stolen one makes tokens of any time.
constexpr ComposedStatement kRemovedKeys{"auth.removed_signing_keys", "SELECT " + kWithdrawn + R"sql(
FROM signing_key WHERE state = 'REMOVED' ORDER BY removed_at DESC LIMIT 64)sql"};

struct Moment {
  Time now;
};
constexpr Columns kMoment{Column{"market_now()", &Moment::now}};
constexpr ComposedStatement kNow{"auth.now", "SELECT " + kMoment};

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
  namespace told = marketplace::auth::v1;
  if (const auto ended = events::As<told::SessionEnded>(event)) feed.add_ended(ended->session_id());
  if (const auto removed = events::As<told::SigningKeyRemoved>(event)) feed.add_removed_keys(removed->kid());
  if (const auto revoked = events::As<told::ApiKeyRevoked>(event)) feed.add_ended(revoked->api_key_id());
  AddIfReduces<told::RoleRevoked>(feed, event);
  AddIfReduces<told::SellerMemberRoleChanged>(feed, event);
  AddIfReduces<told::SellerMemberRemoved>(feed, event);
  AddIfReduces<told::AccountDisabled>(feed, event);
  AddIfReduces<told::AccountClosed>(feed, event);
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
      .Add(kRemovedKeys)
      .Add(kNow);
  const auto results = co_await database_.Read(work, std::move(batch));
  const auto& ended = results[0];
  const auto& reduced = results[1];
  for (auto& key : kWithdrawn.ReadAll(results[2])) feed.add_removed_keys(std::move(key.kid));
  if (static_cast<std::int64_t>(std::max(ended.size(), reduced.size())) >= limit) {
    // Tokens tell whole seconds, so those of this second are refused with those before.
    const auto now = std::chrono::floor<std::chrono::seconds>(kMoment.ReadOne(results[3]).now);
    feed.mutable_all_before()->set_seconds(now.time_since_epoch().count() + 1);
    co_return;
  }
  for (const auto& one : kEnded.ReadAll(ended)) feed.add_ended(one.id.ToString());
  for (const auto& [account, version] : kReduced.ReadAll(reduced))
    AddOutdated(feed, account.ToString(), version);
}

}  // namespace market::auth::storage
