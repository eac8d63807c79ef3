// Internal to storage: what accounts are told, in the transaction of whoever tells it.
#pragma once
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/notification/domain/notification.hpp"

namespace market::notification::storage {

// Adds to `batch` rows of the app, with what pages are told at once, and mails in the outbox, as the settings of each account say. Gives how many mails.
Task<std::size_t> AppendTold(postgres::Tx& tx, postgres::Batch& batch, const std::vector<domain::Told>& told,
                             std::string trace);

}  // namespace market::notification::storage
