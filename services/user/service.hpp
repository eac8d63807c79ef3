// The user service put together: database, stores, operations, workers, in construction order.
#pragma once
#include <memory>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/host/host.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/pictures/picture_store.hpp"
#include "platform/pictures/settings.hpp"
#include "platform/uploads/uploads.hpp"
#include "services/user/api/user_service.hpp"
#include "services/user/workers/unused_pictures.hpp"

namespace market::user {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<domain::Approval> auto_approve_sellers;
  config::Property<identity::PeopleNeed> sellers_need;
  config::Property<std::chrono::milliseconds> invitation_lifetime;
  config::Property<std::int64_t> pictures_max;
  pictures::Settings pictures;
};

class Service final : public host::Service {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::NotificationApi& notifications;
  };

  Service(host::Host& host, const Settings& settings, Peers peers);

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::UserApi& Api() { return neighbour_; }

 private:
  host::Host& host_;
  postgres::Database database_;
  audit::Sealer sealer_;
  idempotency::PgStore answers_;
  storage::Profiles profiles_;
  storage::Addresses addresses_;
  storage::Sellers sellers_;
  storage::Members members_;
  storage::Invitations invitations_;
  storage::InvitationTokens invitation_tokens_;
  storage::Pictures pictures_;
  storage::PersonalData personal_data_;
  uploads::Uploads uploads_;
  std::unique_ptr<pictures::PictureStore> picture_store_;
  PictureMaker picture_maker_;
  UnusedPictures unused_pictures_;
  events::Log log_;
  events::Subscription acts_told_;
  events::Subscription notifications_told_;
  outbox::Relay relay_;
  Metrics metrics_;
  rpc::PageTokens pages_;
  UserService service_;
  api::UserNeighbour neighbour_{service_};
};

}  // namespace market::user
