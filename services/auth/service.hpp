// The auth service put together: keys, database, stores, operations, workers, in construction order.
#pragma once
#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/host/host.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/workers/sweeper.hpp"

namespace market::auth {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<std::string> signing_key;
  config::Property<std::chrono::milliseconds> access_token_lifetime;
  config::Property<std::chrono::milliseconds> session_idle;
  config::Property<std::chrono::milliseconds> session_lifetime;
  config::Property<std::chrono::milliseconds> refresh_retry_window;
  config::Property<std::chrono::milliseconds> device_lifetime;
  config::Property<std::int64_t> hash_threads;
  config::Property<std::int64_t> hash_queue;
  config::Property<std::int64_t> hash_queue_of_address;
  config::Property<std::int64_t> sign_ups;
  config::Property<std::chrono::milliseconds> sign_ups_window;
  config::Property<std::int64_t> sign_ins;
  config::Property<std::chrono::milliseconds> sign_ins_window;
};

class Service final : public host::Service {
 public:
  struct Peers {
    api::UserApi& users;
  };

  // Throws std::runtime_error when the signing key can't be used.
  Service(host::Host& host, const Settings& settings);

  // Before Start. Apart from the constructor since auth and user know each other.
  void Connect(Peers peers);

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::AuthApi& Api() { return neighbour_; }
  // Its own public keys, for the token verifier of the process that issues.
  identity::TokenVerifier::FetchKeys OwnKeys();

 private:
  Service(host::Host& host, const Settings& settings, Keys keys);
  Task<std::vector<identity::PublicKey>> PublicKeys();

  host::Host& host_;
  postgres::Database database_;
  audit::Sealer sealer_;
  idempotency::PgStore answers_;
  storage::Accounts accounts_;
  storage::Memberships memberships_;
  storage::Sessions sessions_;
  events::Log log_;
  outbox::Relay relay_;
  Sweeper sweeper_;
  Metrics metrics_;
  Passwords passwords_;
  Limits limits_;
  const RefreshTokens refresh_tokens_;
  const AccessTokens access_tokens_;
  const DeviceTokens device_tokens_;
  AuthService service_;
  api::AuthNeighbour neighbour_{service_};
};

}  // namespace market::auth
