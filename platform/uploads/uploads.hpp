// Files on their way to a service (type/v1/upload.proto): their pieces, in the service's own database, so that every replica
// may take any of them, until a method has made something of the file.
//
// Owner: the service. Io thread only. What one account has on its way is bounded: `open_max` files, `bytes_max` bytes; nobody
// sees the pieces of another account. Pieces that no method has taken go away an hour after the last one came.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "marketplace/type/v1/upload.pb.h"
#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"

namespace market::uploads {

struct Options {
  std::string name;            // of the service: its worker is <name>.uploads
  int open_max = 8;            // files of one account at once
  std::int64_t bytes_max = 128LL * 1024 * 1024;  // of one account at once
  std::chrono::seconds kept{3600};
};

inline constexpr std::size_t kPieceBytesMax = 256UL * 1024;

class Uploads {
 public:
  Uploads(postgres::Database& database, Options options);

  // Throws Error INVALID_ARGUMENT for a piece that is too large or does not begin where the file ends so far,
  // LIMIT_REACHED beyond the bounds. One that is there already changes nothing.
  Task<marketplace::type::v1::PieceAdded> Add(Work work, const AccountId& account, marketplace::type::v1::Piece piece);

  // The whole file. Throws UPLOAD_INCOMPLETE when what came is not what `upload` tells of, or is gone.
  Task<std::string> Whole(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload);

  // The same for a file that is too large to be held: throws as Whole, and reads no more than a piece at a time.
  Task<> Check(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload);
  // The piece that has this byte, from it on; empty at the end.
  Task<std::string> Read(Work work, const Uuid& id, std::int64_t offset);
  // From now on `id` stays until it is dropped: it belongs to something that is written in the same transaction.
  static Task<> Keep(postgres::Tx& tx, const Uuid& id);
  static Task<> Drop(postgres::Tx& tx, const Uuid& id);
  Task<> Drop(Work work, const Uuid& id);
};

}  // namespace market::uploads
