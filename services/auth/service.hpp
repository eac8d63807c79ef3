// The auth service put together: keys, database, stores, operations, workers, in construction order.
#pragma once
#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/host/host.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/rpc/page_token.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/workers/erasures.hpp"
#include "services/auth/workers/key_reader.hpp"
#include "services/auth/workers/sweeper.hpp"

namespace market::auth {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<std::string> root_key;
  config::Property<std::chrono::milliseconds> next_key_published;
  config::Property<std::chrono::milliseconds> access_token_lifetime;
  config::Property<std::chrono::milliseconds> session_idle;
  config::Property<std::chrono::milliseconds> session_lifetime;
  config::Property<std::int64_t> sessions_max;
  config::Property<std::chrono::milliseconds> refresh_retry_window;
  config::Property<std::chrono::milliseconds> device_lifetime;
  config::Property<domain::OperatorsNeed> operators_need;
  config::Property<std::int64_t> hash_threads;
  config::Property<std::int64_t> hash_queue;
  config::Property<std::int64_t> hash_queue_of_address;
  config::Property<std::int64_t> sign_ups;
  config::Property<std::chrono::milliseconds> sign_ups_window;
  config::Property<std::int64_t> sign_ins;
  config::Property<std::chrono::milliseconds> sign_ins_window;
  config::Property<std::int64_t> mails;
  config::Property<std::chrono::milliseconds> mails_window;
  config::Property<std::int64_t> guesses;
  config::Property<std::chrono::milliseconds> guesses_window;
  config::Property<std::chrono::milliseconds> mailed_token_lifetime;
  config::Property<std::chrono::milliseconds> claim_lifetime;
  config::Property<std::int64_t> password_bits;
  config::Property<std::int64_t> api_keys;
  config::Property<std::chrono::milliseconds> api_key_lifetime;
  config::Property<std::chrono::milliseconds> ended_sessions_kept;
  config::Property<std::chrono::milliseconds> ended_mailed_tokens_kept;
  config::Property<std::chrono::milliseconds> ended_api_keys_kept;
};

class Service final : public host::Service {
 public:
  // Throws std::runtime_error when the root secret can't be used.
  Service(host::Host& host, const Settings& settings);

  // Before Start. Apart from the constructor since auth and the others know each other.
  void Connect(Peers peers);

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::AuthApi& Api() { return neighbour_; }
  // For the token verifier of the process that issues: what others ask over the wire.
  identity::TokenVerifier::Source Tokens();

 private:
  Service(host::Host& host, const Settings& settings, Keys keys);
  Task<std::vector<identity::PublicKey>> PublicKeys();
  Task<identity::Revoked> Revoked(std::string after, runtime::Deadline deadline);
  Task<std::optional<identity::ApiKeyGrant>> ResolveApiKey(std::string digest, runtime::Deadline deadline);

  host::Host& host_;
  postgres::Database database_;
  audit::Sealer sealer_;
  idempotency::PgStore answers_;
  storage::Accounts accounts_;
  storage::Guests guests_;
  storage::Memberships memberships_;
  storage::Sessions sessions_;
  storage::Mailings mailings_;
  storage::SecondFactors second_factors_;
  storage::AccountActs account_acts_;
  storage::ApiKeys api_keys_;
  storage::CallerLimits caller_limits_;
  storage::SigningKeys stored_keys_;
  storage::AuditEvents audit_events_;
  storage::Erasures erasures_;
  storage::OwnData own_data_;
  events::Log log_;
  storage::Revocations revocations_;
  outbox::Relay relay_;
  Sweeper sweeper_;
  Erasure erasure_;
  ErasureWork erasure_work_;
  Metrics metrics_;
  Passwords passwords_;
  Limits limits_;
  const RefreshTokens refresh_tokens_;
  SigningKeys signing_keys_;
  KeyReader key_reader_;
  const AccessTokens access_tokens_;
  const DeviceTokens device_tokens_;
  const MailedTokens mailed_tokens_;
  const OneTimeCodes codes_;
  rpc::PageTokens pages_;
  AuthService service_;
  api::AuthNeighbour neighbour_{service_};
  events::Subscription acts_told_;
  std::optional<events::Subscription> notifications_told_;
};

}  // namespace market::auth
