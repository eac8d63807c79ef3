#include "services/notification/storage/terms.hpp"

#include "platform/postgres/columns.hpp"

namespace market::notification::storage {
namespace {

using domain::Terms;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

constexpr Columns kTerms{Column{"t.kind", &Terms::kind},       Column{"t.language", &Terms::language},
                         Column{"t.version", &Terms::version}, Column{"t.title", &Terms::title},
                         Column{"t.body", &Terms::body},       Column{"t.created_at", &Terms::created_at}};

constexpr ComposedStatement kNewest{"terms.newest",
                                    "SELECT DISTINCT ON (t.kind, t.language) " + kTerms + R"sql(
FROM terms t ORDER BY t.kind, t.language, t.number DESC)sql"};
constexpr ComposedStatement kPublish{"terms.publish", R"sql(
INSERT INTO terms AS t (kind, language, version, title, body) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING )sql" + kTerms};
constexpr ComposedStatement kPublished{"terms.published", "SELECT " + kTerms + R"sql(
FROM terms t WHERE t.kind = $1 AND t.language = $2 AND t.version = $3)sql"};

}  // namespace

Task<std::vector<Terms>> TermsStore::Newest(Work work) {
  co_return kTerms.ReadAll(co_await database_.Read(work, kNewest));
}

Task<std::optional<Terms>> TermsStore::Publish(Work work, Terms terms, audit::Act act) {
  const auto publish = [&](postgres::Tx& tx) -> Task<std::optional<Terms>> {
    Batch batch("terms.publish");
    batch.Add(kPublish, terms.kind, terms.language, terms.version, terms.title, terms.body)
        .Add(kPublished, terms.kind, terms.language, terms.version);
    const auto results = co_await tx.Execute(std::move(batch));
    auto published = kTerms.ReadOne(results[1]);
    if (results[0].empty()) {
      if (published.title != terms.title || published.body != terms.body) co_return std::nullopt;
      co_return published;
    }
    act.target_type = "terms";
    act.target_id = std::string(Name(terms.kind)) + '/' + terms.language + '/' + terms.version;
    act.after = {{"title", terms.title}};
    Batch told("terms.published");
    audit::Append(told, work, act);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return published;
  };
  co_return co_await database_.Transaction(work, publish);
}

}  // namespace market::notification::storage
