#include "services/notification/api/convert.hpp"

#include <algorithm>
#include <string>

#include "platform/conversions/conversions.hpp"
#include "platform/conversions/enum_number.hpp"
#include "platform/core/error.hpp"

namespace market::notification {
namespace {

using Proto = marketplace::notification::v1::Notification;

}  // namespace

Proto ToProto(const domain::Notification& notification) {
  const auto& facts = notification.facts;
  Proto out;
  out.set_id(notification.id.ToString());
  out.set_kind(conversions::NumberOf<Proto::Kind>(notification.kind));
  out.set_title(facts.title);
  if (facts.order) out.set_order_id(facts.order->ToString());
  if (facts.seller_order) out.set_seller_order_id(facts.seller_order->ToString());
  if (facts.seller) out.set_seller_id(facts.seller->ToString());
  if (facts.amount) *out.mutable_amount() = conversions::ToProto(*facts.amount);
  if (facts.conversation) out.set_conversation_id(facts.conversation->ToString());
  if (facts.product) out.set_product_id(facts.product->ToString());
  out.set_read(notification.read);
  *out.mutable_create_time() = conversions::ToProto(notification.created_at);
  return out;
}

marketplace::notification::v1::NotificationSettings ToProto(const std::vector<domain::Setting>& settings) {
  marketplace::notification::v1::NotificationSettings out;
  for (const auto& setting : settings) {
    auto& one = *out.add_settings();
    one.set_kind(conversions::NumberOf<Proto::Kind>(setting.kind));
    one.set_app(setting.app);
    one.set_mail(setting.mail || domain::MailIsRequired(setting.kind));
    one.set_mail_required(domain::MailIsRequired(setting.kind));
  }
  return out;
}

std::vector<domain::SettingChange> ChangesFrom(
    const marketplace::notification::v1::UpdateNotificationSettingsRequest& request) {
  std::vector<domain::SettingChange> changes;
  for (int i = 0; i < request.settings_size(); ++i) {
    const auto& given = request.settings(i);
    const auto at = "settings[" + std::to_string(i) + "].";
    const auto kind = domain::kKinds.Require(Proto::Kind_Name(given.kind()));
    if (std::ranges::find(changes, kind, &domain::SettingChange::kind) != changes.end())
      throw InvalidArgument(at + "kind", "DUPLICATE", "is named twice");
    domain::SettingChange change{.kind = kind, .app = std::nullopt, .mail = std::nullopt};
    if (given.has_app()) change.app = given.app();
    if (given.has_mail()) change.mail = given.mail();
    if (change.mail == false && domain::MailIsRequired(kind))
      throw InvalidArgument(at + "mail", "MAIL_REQUIRED", "a mail of this kind is sent in any case");
    changes.push_back(change);
  }
  return changes;
}

}  // namespace market::notification
