#include "services/user/service.hpp"

#include "platform/audit/telling.hpp"
#include "platform/rpc/telling.hpp"
#include "services/user/migrations.hpp"
#include "services/user/workers/outbox_handlers.hpp"
#include "services/user/workers/subscribers.hpp"

namespace market::user {

using namespace std::chrono_literals;

Settings::Settings(config::Properties& properties)
    : auto_approve_sellers(properties.Choice<domain::Approval>(
          "user.auto_approve_sellers",
          "whether a new seller is ACTIVE at once, or an operator approves it first",
          {{"yes", domain::Approval::kAutomatic}, {"no", domain::Approval::kByOperator}},
          domain::Approval::kByOperator)),
      sellers_need(properties.Choice<identity::PeopleNeed>(
          "user.sellers_need", "what people must have before they open a shop",
          {{"nothing", identity::PeopleNeed::kNothing},
           {"verified-email", identity::PeopleNeed::kVerifiedEmail}},
          identity::PeopleNeed::kNothing)),
      invitation_lifetime(properties.Duration("user.invitation_lifetime",
                                              "how long an invitation to a shop's team can be accepted", 1s,
                                              std::chrono::days(90), domain::kInvitationLifetime)),
      pictures_max(properties.Int("user.pictures_max", "how many pictures one account may have", "pictures",
                                  1, 100'000, 500)),
      pictures(properties, "user") {}

Service::Service(host::Host& host, const Settings& settings, Peers peers)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("user")),
      sealer_(database_, "user"),
      answers_(database_),
      profiles_(database_),
      addresses_(database_),
      sellers_(database_),
      members_(database_),
      invitations_(database_),
      pictures_(database_, *settings.pictures_max),
      personal_data_(database_, pictures_),
      uploads_(database_, {.name = "user"}),
      picture_store_(pictures::StoreOf(settings.pictures)),
      picture_maker_(pictures_, picture_store_.get(),
                     pictures::OptionsOf(settings.pictures, PicturePlace::kPeople)),
      unused_pictures_(pictures_, picture_maker_),
      log_(database_, host.EventOptions("user")),
      acts_told_(database_, host.Tracer(), rpc::Telling(peers.auth, audit::kListKeeper),
                 audit::ActsSubscription(host.RelayOptions("user"))),
      notifications_told_(database_, host.Tracer(), TellNotification(peers.notifications),
                          NotificationSubscription(host.RelayOptions("user"))),
      relay_(database_, host.Tracer(), host.RelayOptions("user")),
      metrics_(host.Metrics()),
      service_({profiles_, addresses_, sellers_, members_, invitations_, invitation_tokens_,
                *settings.invitation_lifetime, log_, peers.auth, *settings.auto_approve_sellers,
                *settings.sellers_need, pages_, metrics_, [this] { relay_.Wake(); }, personal_data_,
                pictures_, picture_maker_, uploads_}) {
  HandleOutbox(relay_, peers.auth);
}

Task<> Service::Start() {
  co_await host_.OpenDatabase("user", database_, kMigrations);
  const auto secret = co_await host_.SecretOf(database_);
  pages_.Use(secret);
  invitation_tokens_.Use(secret);
  co_await host_.OpenLog("user", log_);
  host_.RunSealer("user", sealer_);
  host_.RunSubscription("user", acts_told_);
  host_.RunSubscription("user", notifications_told_);
  host_.RunPublication("user", database_, PublicFacts());
  host_.RunRelay("user", relay_);
  host_.Background().Run(unused_pictures_.Removing());
  host_.Background().Run(uploads_.Sweeping());
  Measure(picture_maker_, host_.Metrics());
  host_.SweepAnswers("user", answers_);
}

}  // namespace market::user
