#include "services/product/service.hpp"

#include "platform/audit/telling.hpp"
#include "platform/redis/metrics.hpp"
#include "platform/rpc/telling.hpp"
#include "platform/rules/text_rules.hpp"
#include "platform/telemetry/log.hpp"
#include "services/product/migrations.hpp"
#include "services/product/workers/subscribers.hpp"

namespace market::product {
namespace {

std::string LanguageIn(const Settings& settings) {
  return config::Naming("product.language", [&] {
    if (!rules::IsLanguage(*settings.language))
      throw std::invalid_argument("must be a language of BCP 47, such as en");
    return rules::InLanguageCase(*settings.language);
  });
}

}  // namespace

using namespace std::chrono_literals;

Settings::Settings(config::Properties& properties)
    : categories_max(properties.Int("product.categories_max",
                                    "how many categories there may be; the whole tree is one answer",
                                    "categories", 1, storage::Categories::kFit, storage::Categories::kFit)),
      currencies(properties.List("product.currencies",
                                 "in which currencies the market sells, the first one where a buyer names "
                                 "none; what is priced in others "
                                 "is not shown",
                                 std::vector<std::string>{"EUR", "USD"})),
      moderation(properties.Choice<domain::Moderation>(
          "product.moderation", "which products an operator looks at before they are published",
          {{"none", domain::Moderation::kNone}, {"all", domain::Moderation::kAll}},
          domain::Moderation::kNone)),
      language(properties.Text("product.language",
                               "the language of the marketplace (BCP 47): of the names of categories, and of "
                               "products whose shop does not say which one it writes in",
                               "en")),
      search_cache(
          properties.Duration("product.search_cache",
                              "how long a page of search results is kept while the search index is not "
                              "ready; 0ms: not at all",
                              0ms, 1min, 400ms)),
      search_threads(
          properties.Int("product.search_threads", "searches that run at once", "threads", 1, 64, 2)),
      pictures(properties, "product"),
      review_edit_days(
          properties.Int("product.review_edit_days",
                         "how long an author may change or delete a review, and a shop replace its reply",
                         "days", 1, 3'650, 30)),
      reports_per_hour(properties.Int(
          "product.reports_per_hour",
          "how many reports of illegal content one account, or one address of who is not signed in, may send",
          "reports", 1, 10'000, 20)),
      import_kept_days(properties.Int("product.import_kept_days",
                                      "how long an import and its report stay after its end", "days", 1,
                                      3'650, 90)),
      redis_address(
          properties.Text("redis.address", "host:port or unix:/path of Redis; empty: no cache", "")),
      redis_password(properties.Secret("redis.password", "password of Redis", "")) {}

Service::Service(host::Host& host, const Settings& settings, Peers peers)
    : host_(host),
      market_(config::Naming("product.currencies", [&] { return domain::Market(*settings.currencies); })),
      database_(host.Io(), host.DatabaseOptions("product")),
      sealer_(database_, "product"),
      answers_(database_),
      categories_(database_, *settings.categories_max, LanguageIn(settings)),
      products_(database_, *settings.moderation, categories_.Language()),
      offers_(database_),
      search_(database_),
      reservations_(database_),
      reviews_(database_, std::chrono::days(*settings.review_edit_days)),
      review_claims_(database_, storage::Reviews::FindPictures()),
      review_pictures_(review_claims_, peers.users),
      reports_(database_, {.count = *settings.reports_per_hour}),
      personal_data_(database_, reviews_),
      pictures_(database_),
      uploads_(database_, {.name = "product"}),
      picture_store_(pictures::StoreOf(settings.pictures)),
      picture_maker_(pictures_, picture_store_.get(),
                     pictures::OptionsOf(settings.pictures, PicturePlace::kShops)),
      unused_pictures_(picture_maker_),
      stock_(database_),
      translations_(database_),
      log_(database_, host.EventOptions("product")),
      acts_told_(database_, host.Tracer(), rpc::Telling(peers.auth, audit::kListKeeper),
                 audit::ActsSubscription(host.RelayOptions("product"))),
      notifications_told_(database_, host.Tracer(), TellNotification(peers.notifications),
                          NotificationSubscription(host.RelayOptions("product"))),
      search_cache_(settings.redis_address->empty()
                        ? nullptr
                        : &redis_.emplace(host.Io(), redis::Options{.address = *settings.redis_address,
                                                                    .password = *settings.redis_password,
                                                                    .key_prefix = "product:"}),
                    *settings.search_cache, clock_),
      sellers_(peers.users),
      search_rows_(database_),
      search_rules_(database_),
      index_(host.Io().get_executor(), search_rows_, log_, sellers_,
             {.threads = static_cast<std::size_t>(*settings.search_threads)}),
      imports_(database_, {}),
      exports_(database_),
      importer_({uploads_, imports_, categories_, products_, offers_, sellers_, market_}, {}),
      metrics_(host.Metrics()),
      import_work_(imports_, importer_, host.Tracer(), metrics_,
                   {.kept = std::chrono::days(*settings.import_kept_days)}),
      low_stock_(stock_),
      service_(
          {categories_,   products_, offers_,        search_,          reservations_,
           search_cache_, sellers_,  pages_,         metrics_,         personal_data_,
           reviews_,      reports_,  purchases_,     review_pictures_, stock_,
           index_,        pictures_, picture_maker_, uploads_,         search_rules_,
           translations_, market_,   imports_,       exports_,         [this] { import_work_.Wake(); }}) {}

Task<> Service::Start() {
  co_await host_.OpenDatabase("product", database_, kMigrations);
  pages_.Use(co_await host_.SecretOf(database_));
  co_await host_.OpenLog("product", log_);
  host_.RunSealer("product", sealer_);
  host_.RunSubscription("product", acts_told_);
  host_.RunSubscription("product", notifications_told_);
  host_.RunPublication("product", database_, PublicFacts());
  if (redis_) StartRedis();
  host_.Background().Run({.name = "product.sellers", .period = 1s}, [this] { return sellers_.CatchUp(); });
  host_.Background().Run({.name = "product.review_pictures", .period = 1s},
                         [this] { return review_pictures_.Settle(); });
  host_.Background().Run(low_stock_.Looking());
  host_.Background().Run(unused_pictures_.Removing());
  host_.Background().Run(import_work_.Driving());
  host_.Background().Run(import_work_.Sweeping());
  host_.Background().Run(uploads_.Sweeping());
  Measure(index_, host_.Metrics());
  Measure(picture_maker_, host_.Metrics());
  host_.Background().Run(index_.Following());
  host_.Background().Run(index_.Turning());
  host_.OnStop("search index", 5s, [this](runtime::Deadline limit) { return index_.Close(limit); });
  host_.SweepAnswers("product", answers_);
}

void Service::StartRedis() {
  redis_->OnConnectionChange([](bool connected, std::string_view reason) {
    const auto level = connected ? telemetry::LogLevel::kInfo : telemetry::LogLevel::kWarn;
    telemetry::log::Write(level, connected ? "redis.connected" : "redis.lost", {{"detail", reason}});
  });
  redis::MeasureCache(*redis_, "search", host_.Metrics());
  redis_->Start();
  host_.OnStop("redis", 1s, [this](runtime::Deadline) { return redis_->Close(); });
}

}  // namespace market::product
