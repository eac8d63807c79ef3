// Which addresses a mail server has refused for good. They are kept as digests under a key of the database: the
// table tells nobody who has an account here.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <string>
#include <string_view>

#include "platform/postgres/database.hpp"

namespace market::notification::storage {

class BouncedAddresses {
 public:
  explicit BouncedAddresses(postgres::Database& database) : database_(database) {}

  // Before all else.
  void Use(std::string_view secret);

  Task<bool> Has(Work work, std::string_view address);

  Task<> Mark(Work work, std::string_view address, std::string status);
  Task<> Clear(Work work, std::string_view address);

 private:
  std::string DigestOf(std::string_view address) const;

  postgres::Database& database_;
  std::string key_;
};

}  // namespace market::notification::storage
