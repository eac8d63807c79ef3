// The notification service put together: database, stores, operations, workers, in construction order.
#pragma once
#include <optional>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/host/host.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/mail/smtp_client.hpp"
#include "services/notification/api/notification_service.hpp"
#include "services/notification/workers/live_watch.hpp"
#include "services/notification/workers/outbox_handlers.hpp"
#include "services/notification/workers/sweeper.hpp"

namespace market::notification {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<std::chrono::milliseconds> kept;
  config::Property<std::chrono::milliseconds> mail_kept;
  config::Property<std::string> market;
  config::Property<std::string> public_url;
  config::Property<std::string> mail_from;
  config::Property<std::string> smtp_host;
  config::Property<std::int64_t> smtp_port;
  config::Property<mail::Security> smtp_security;
  config::Property<std::string> smtp_user;
  config::Property<std::string> smtp_password;
  config::Property<std::string> smtp_ca_file;
  config::Property<std::int64_t> smtp_connections;
  config::Property<std::int64_t> messages;
  config::Property<std::int64_t> conversations;
  config::Property<std::chrono::milliseconds> live_kept;
  config::Property<std::int64_t> live_waits;
  config::Property<std::int64_t> live_waits_each;
};

class Service final : public host::Service {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::UserApi& users;
    api::ProductApi& products;
    api::OrderApi& orders;
  };

  Service(host::Host& host, const Settings& settings);

  // Before Start. Apart from the constructor since the others tell notification of what happens.
  void Connect(Peers peers);

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::NotificationApi& Api() { return neighbour_; }

 private:
  host::Host& host_;
  postgres::Database database_;
  audit::Sealer sealer_;
  idempotency::PgStore answers_;
  storage::Notifications notifications_;
  storage::PersonalData personal_data_;
  storage::Conversations conversations_;
  storage::TermsStore terms_;
  storage::LiveEvents live_events_;
  storage::UnsubscribeTokens unsubscribe_tokens_;
  events::Log log_;
  std::optional<events::Subscription> acts_told_;
  outbox::Relay relay_;
  Sweeper sweeper_;
  Metrics metrics_;
  Live live_;
  LiveWatch live_watch_;
  Telling telling_;
  storage::BouncedAddresses bounced_;
  mail::SmtpClient smtp_;
  Mailing mailing_;
  Counterparts counterparts_;
  rpc::PageTokens pages_;
  NotificationService service_;
  api::NotificationNeighbour neighbour_{service_};
};

}  // namespace market::notification
