#include "services/notification/storage/bounced_addresses.hpp"

#include <stdexcept>

#include "platform/crypto/digest.hpp"
#include "platform/postgres/columns.hpp"

namespace market::notification::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

struct Mark {
  std::string status;
};
constexpr Columns kMark{Column{"status", &Mark::status}};
constexpr ComposedStatement kFindMark{"notification.find_bounced",
                                      "SELECT " + kMark + " FROM bounced_address WHERE digest = $1"};
constexpr Statement kSetMark{"notification.mark_bounced", R"sql(
INSERT INTO bounced_address (digest, status) VALUES ($1, $2)
ON CONFLICT (digest) DO UPDATE SET status = $2, bounced_at = market_now())sql"};
constexpr Statement kClearMark{"notification.clear_bounced", "DELETE FROM bounced_address WHERE digest = $1"};

}  // namespace

void BouncedAddresses::Use(std::string_view secret) {
  key_ = crypto::HmacSha256(secret, "bounced addresses");
}

Task<bool> BouncedAddresses::Has(Work work, std::string_view address) {
  const auto mark =
      kMark.ReadAtMostOne(co_await database_.Read(work, kFindMark, postgres::Bytes(DigestOf(address))));
  co_return mark.has_value();
}

Task<> BouncedAddresses::Mark(Work work, std::string_view address, std::string status) {
  co_await database_.Write(work, kSetMark, postgres::Bytes(DigestOf(address)), status);
}

Task<> BouncedAddresses::Clear(Work work, std::string_view address) {
  co_await database_.Write(work, kClearMark, postgres::Bytes(DigestOf(address)));
}

std::string BouncedAddresses::DigestOf(std::string_view address) const {
  if (key_.empty()) throw std::logic_error("there is no secret yet");
  return crypto::HmacSha256(key_, address);
}

}  // namespace market::notification::storage
