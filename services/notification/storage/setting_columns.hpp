// Internal to storage: how a setting is read, of table notification_setting as `s`.
#pragma once
#include "platform/postgres/columns.hpp"
#include "services/notification/domain/settings.hpp"

namespace market::notification::storage {

inline constexpr postgres::Columns kSetting{postgres::Column{"s.kind", &domain::Setting::kind},
                                            postgres::Column{"s.app", &domain::Setting::app},
                                            postgres::Column{"s.mail", &domain::Setting::mail}};

}  // namespace market::notification::storage
