#include "platform/outbox/outbox.hpp"

namespace market::outbox {
namespace {

using postgres::Bytes;

constexpr postgres::Statement kAppend{
    "outbox.append", "INSERT INTO outbox (id, topic, key, payload, trace) VALUES ($1, $2, $3, $4, $5)"};

}  // namespace

Uuid Append(postgres::Batch& batch, const NewMessage& message) {
  const Uuid id = Uuid::NewV7();
  batch.Add(kAppend, id, message.topic, message.key, Bytes{message.payload}, message.trace);
  return id;
}

Task<Uuid> Append(postgres::Tx& tx, NewMessage message) {
  const Uuid id = Uuid::NewV7();
  co_await tx.Execute(kAppend, id, message.topic, message.key, Bytes{message.payload}, message.trace);
  co_return id;
}

}  // namespace market::outbox
