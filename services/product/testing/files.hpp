// Files for tests, on their way to the service and as imports.
#pragma once
#include <string>

#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {

// All of its pieces have come.
inline Task<marketplace::type::v1::Upload> SendFile(Stores& stores, AccountId account, std::string text) {
  marketplace::type::v1::Upload upload;
  upload.set_id(Uuid::NewV7().ToString());
  upload.set_size(static_cast<std::int64_t>(text.size()));
  crypto::AppendHex(*upload.mutable_sha256(), crypto::Sha256(text));
  upload.set_media_type("text/csv");
  for (std::size_t at = 0; at < text.size(); at += uploads::kPieceBytesMax) {
    marketplace::type::v1::Piece piece;
    piece.set_upload_id(upload.id());
    piece.set_offset(static_cast<std::int64_t>(at));
    piece.set_content(text.substr(at, uploads::kPieceBytesMax));
    co_await stores.uploads.Add(Soon(), account, piece);
  }
  co_return upload;
}

enum class Run : std::uint8_t { kForReal, kDry };

inline Task<domain::ImportId> BeginImport(Stores& stores, SellerId seller, std::string text,
                                          Run run = Run::kForReal,
                                          domain::ImportFormat format = domain::ImportFormat::kCsv) {
  const auto account = AccountId::New();
  const auto upload = co_await SendFile(stores, account, std::move(text));
  co_await stores.uploads.Check(Soon(), account, upload);
  const auto id = domain::ImportId::New();
  co_await stores.imports.Create(Soon(), {.id = id,
                                          .seller = seller,
                                          .account = account,
                                          .upload = Uuid::Parse(upload.id()).value(),
                                          .bytes = upload.size(),
                                          .format = format,
                                          .dry_run = run == Run::kDry});
  co_return id;
}

}  // namespace market::product
