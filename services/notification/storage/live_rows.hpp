// Internal to storage: how what is told at once gets into the transaction of what it tells.
#pragma once
#include "platform/postgres/statement.hpp"
#include "services/notification/domain/live.hpp"

namespace market::notification::storage {

void AppendLive(postgres::Batch& batch, const domain::LiveNews& news);

}  // namespace market::notification::storage
