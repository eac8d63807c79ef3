// What moves money and tells of it, for the files of the provider that do: each within the transaction of its caller.
#pragma once
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/postgres/database.hpp"
#include "sandbox/methods.hpp"
#include "sandbox/objects.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {

// Nobody else changes it until the transaction ends.
Task<std::optional<Authorization>> Locked(postgres::Tx& tx, std::optional<Uuid> id);
Task<> Happened(postgres::Tx& tx, const Options& options, std::string_view type,
                const boost::json::object& object);
Task<Movement> Moved(postgres::Tx& tx, const Authorization& authorization, std::string_view kind,
                     std::int64_t amount, std::string metadata);
Task<> Written(postgres::Tx& tx, const Authorization& authorization);

// disputes.cpp: what was captured is disputed at once where its method does so.
Task<> DisputedByItsMethod(postgres::Tx& tx, const Options& options, Authorization& authorization,
                           const Behaviour& behaviour);

}  // namespace market::sandbox
