// The product service put together: database, cache, stores, operations, in construction order.
#pragma once
#include <memory>
#include <optional>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "peers/user/kept_pictures.hpp"
#include "platform/core/clock.hpp"
#include "platform/host/host.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/picture_claims/claims.hpp"
#include "platform/pictures/picture_store.hpp"
#include "platform/pictures/settings.hpp"
#include "platform/redis/client.hpp"
#include "platform/uploads/uploads.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/workers/imports.hpp"
#include "services/product/workers/low_stock.hpp"
#include "services/product/workers/unused_pictures.hpp"

namespace market::product {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<std::int64_t> categories_max;
  config::Property<std::vector<std::string>> currencies;
  config::Property<domain::Moderation> moderation;
  config::Property<std::string> language;
  config::Property<std::chrono::milliseconds> search_cache;
  config::Property<std::int64_t> search_threads;
  pictures::Settings pictures;
  config::Property<std::int64_t> review_edit_days;
  config::Property<std::int64_t> reports_per_hour;
  config::Property<std::int64_t> import_kept_days;
  config::Property<std::string> redis_address;
  config::Property<std::string> redis_password;
};

class Service final : public host::Service {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::UserApi& users;
    api::NotificationApi& notifications;
  };

  Service(host::Host& host, const Settings& settings, Peers peers);

  // Before Start. Apart from the constructor since order and product know each other.
  void Connect(api::OrderApi& orders) { purchases_.Connect(orders); }

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::ProductApi& Api() { return neighbour_; }

 private:
  void StartRedis();

  host::Host& host_;
  domain::Market market_;
  postgres::Database database_;
  audit::Sealer sealer_;
  std::optional<redis::Client> redis_;
  idempotency::PgStore answers_;
  storage::Categories categories_;
  storage::Products products_;
  storage::Offers offers_;
  storage::Search search_;
  storage::Reservations reservations_;
  storage::Reviews reviews_;
  picture_claims::Claims review_claims_;
  peers::KeptPictures review_pictures_;
  storage::Reports reports_;
  storage::PersonalData personal_data_;
  storage::Pictures pictures_;
  uploads::Uploads uploads_;
  std::unique_ptr<pictures::PictureStore> picture_store_;
  PictureMaker picture_maker_;
  UnusedPictures unused_pictures_;
  storage::Stock stock_;
  storage::Translations translations_;
  events::Log log_;
  events::Subscription acts_told_;
  events::Subscription notifications_told_;
  const SystemClock clock_;
  storage::SearchCache search_cache_;
  SellerDirectory sellers_;
  Purchases purchases_;
  storage::SearchRows search_rows_;
  storage::SearchRules search_rules_;
  SearchIndex index_;
  storage::Imports imports_;
  storage::Exports exports_;
  Importer importer_;
  rpc::PageTokens pages_;
  Metrics metrics_;
  ImportWork import_work_;
  LowStock low_stock_;
  ProductService service_;
  api::ProductNeighbour neighbour_{service_};
};

}  // namespace market::product
