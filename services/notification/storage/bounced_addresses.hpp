// Which addresses a mail server has refused for good. They are kept as digests under a key of the database: the
// table tells nobody who has an account here.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <string>
#include <string_view>

#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"

namespace market::notification::storage {

class BouncedAddresses {
 public:
  explicit BouncedAddresses(postgres::Database& database) : database_(database) {}

  // Before all else.
  void Use(std::string_view secret);

  Task<bool> Has(Work work, std::string_view address);

  // What came of a mail, and the end of its message, in one transaction.
  Task<> Reached(Work work, std::string_view address, const outbox::Message& mail);
  Task<> Bounced(Work work, std::string_view address, std::string status, const outbox::Message& mail);
  // It is not sent.
  Task<> Dropped(Work work, const outbox::Message& mail);

 private:
  std::string DigestOf(std::string_view address) const;

  postgres::Database& database_;
  std::string key_;
};

}  // namespace market::notification::storage
