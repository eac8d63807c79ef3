// What order keeps about a person, told and erased (ADR 33; docs/personal-data.md says table by table).
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <vector>

#include "platform/personal_data/personal_data.hpp"
#include "platform/postgres/database.hpp"

namespace market::order::storage {

class PersonalData {
 public:
  explicit PersonalData(postgres::Database& database) : database_(database) {}

  Task<std::vector<market::personal_data::Record>> Export(Work work, market::personal_data::Request request);

  // Orders that the person has bought and that are not done: still on their way, here or back, or with a checkout that runs.
  Task<std::int64_t> CountOpen(Work work, AccountId buyer);

  enum class Erased { kDone, kOrdersOpen };
  // Where their orders went, what people wrote into their history, and what their returns said and showed is replaced; amounts, lines,
  // numbers and the country stay, and their invoices as they were issued. Their cart and their wish list are gone, and kept answers
  // that show any of it. Nothing while an order is open. On record
  // unless there was nothing left to do.
  Task<Erased> Erase(Work work, AccountId buyer);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
